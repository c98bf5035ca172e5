"""From a provider's groups to roles."""

from collections.abc import Collection, Mapping
from typing import Any

from ctorendang.domains.accounts.roles import WITHIN_TENANT


def roles_from_groups(roles_by_group: Mapping[str, Any], groups: Collection[str]) -> set[str]:
    """What the groups give, by the connection's mapping (group to role or roles); unknown groups give nothing."""
    given: set[str] = set()
    for group in groups:
        roles = roles_by_group.get(group, ())
        given.update([roles] if isinstance(roles, str) else roles)
    return {role for role in given if role in WITHIN_TENANT}


def roles_after(
    current: Collection[str], roles_by_group: Mapping[str, Any], groups: Collection[str], default_role: str
) -> list[str]:
    """The roles of somebody who has just signed on.

    The mapping decides on the roles that it names, and on no other: those given by hand stay. Without a mapping
    nothing changes. Nobody is left without a role.
    """
    if not roles_by_group:
        return sorted(current) or [default_role]
    managed = roles_from_groups(roles_by_group, roles_by_group)
    after = (set(current) - managed) | roles_from_groups(roles_by_group, groups)
    return sorted(after) or [default_role]
