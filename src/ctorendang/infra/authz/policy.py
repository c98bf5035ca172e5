"""The role policy: Casbin holds the truth, compiled sets answer."""

from collections import defaultdict
from pathlib import Path

from casbin import Enforcer
from casbin.util import key_match_func

from ctorendang.infra.authz.authorize import Grants


def load_enforcer(root: Path) -> Enforcer:
    """The Casbin enforcer over ``policies/model.conf`` and ``policies/roles.csv``."""
    enforcer = Enforcer(str(root / "policies" / "model.conf"), str(root / "policies" / "roles.csv"))
    enforcer.add_named_domain_matching_func("g", key_match_func)
    return enforcer


def compile_grants(enforcer: Enforcer) -> Grants:
    """Flatten the policy to ``role -> permissions``, following role inheritance.

    A raw ``enforce()`` walks every rule; a look-up in these sets costs well under a microsecond and agrees with it (see
    ``tests/infra/authz``).
    """
    direct: dict[str, set[str]] = defaultdict(set)
    for role, permission in enforcer.get_policy():
        direct[role].add(permission)
    extends: dict[str, set[str]] = defaultdict(set)
    for role, extended, _every_tenant in enforcer.get_grouping_policy():
        extends[role].add(extended)

    def permissions(role: str, path: frozenset[str] = frozenset()) -> set[str]:
        if role in path:
            return set()
        return direct[role].union(*(permissions(each, path | {role}) for each in tuple(extends[role])))

    return Grants({role: frozenset(permissions(role)) for role in {*direct, *extends}})
