"""What people who come through a connection become, as an administrator or a file says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ctorendang.domains.accounts.roles import SELF_CHOSEN
from ctorendang.domains.sso.mapping import check_roles_by_group
from ctorendang.infra.validation import Fields


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """What people who come through a connection become.

    Attributes:
        roles_by_group: pairs of group and role; a group may stand there several times.
        attributes: where the provider keeps ``email``, ``name`` and ``groups``; empty for the usual places.
    """

    jit: bool = True
    default_role: str = "client"
    roles_by_group: Sequence[tuple[str, str]] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


def check_mapping(fields: Fields, mapping: RoleMapping) -> tuple[dict[str, list[str]], dict[str, str]]:
    """A mapping as it is stored: roles by group, and where attributes are; problems are noted in ``fields``."""
    # Administrators are made by a group or by a colleague, never by merely being known to the provider.
    fields.choice("defaultRole", mapping.default_role, SELF_CHOSEN)
    roles_by_group = check_roles_by_group(fields, mapping.roles_by_group)
    attributes = {
        name: fields.text(name, mapping.attributes.get(name, ""), most=200, least=0)
        for name in ("email", "name", "groups")
    }
    return roles_by_group, {name: place for name, place in attributes.items() if place}
