"""From groups to roles: of a provider's connection, and of a directory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ctorendang.domains.accounts.roles import WITHIN_TENANT
from ctorendang.infra.validation import Fields

_MOST_GROUPS, _LONGEST_GROUP = 200, 300


def check_roles_by_group(fields: Fields, rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Roles by group as they are stored; problems are noted in ``fields`` under ``mapping``.

    Args:
        fields: where problems go.
        rows: pairs of group and role; a group may stand there several times.
    """
    if len(rows) > _MOST_GROUPS:
        fields.refuse("mapping", f"{_MOST_GROUPS} groups are the most.")
    roles_by_group: dict[str, list[str]] = {}
    for group, role in rows[:_MOST_GROUPS]:
        name = fields.text("mapping", group, most=_LONGEST_GROUP)
        fields.choice("mapping", role, WITHIN_TENANT)
        roles = roles_by_group.setdefault(name, [])
        if role not in roles:
            roles.append(role)
    return roles_by_group


def roles_from_groups(roles_by_group: Mapping[str, Any], groups: Collection[str]) -> set[str]:
    """What the groups give, by a mapping (group to role or roles); unknown groups give nothing."""
    given: set[str] = set()
    for group in groups:
        roles = roles_by_group.get(group, ())
        given.update([roles] if isinstance(roles, str) else roles)
    return {role for role in given if role in WITHIN_TENANT}


def roles_after(
    current: Collection[str],
    roles_by_group: Mapping[str, Any],
    groups: Collection[str],
    default_role: str,
    *,
    formerly: Mapping[str, Any] | None = None,
) -> list[str]:
    """The roles of somebody whose groups are known.

    The mapping decides on the roles that it names, and on no other: those given by hand stay. Without a mapping
    nothing changes. Nobody is left without a role.

    Args:
        current: the roles until now.
        roles_by_group: the mapping, from group to role or roles.
        groups: those that the person is in.
        default_role: of somebody to whom nothing else gives a role.
        formerly: the mapping until now: what it gave goes, unless the new one gives it too.
    """
    formerly = formerly or {}
    managed = roles_from_groups(roles_by_group, roles_by_group) | roles_from_groups(formerly, formerly)
    after = (set(current) - managed) | roles_from_groups(roles_by_group, groups)
    return sorted(after) or [default_role]
