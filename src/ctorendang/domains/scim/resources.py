"""Between SCIM resources and what is kept of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from scim2_models import InvalidValueException, PreconditionFailedException, Resource

from ctorendang.domains.scim.models import ScimGroup, ScimUser
from ctorendang.domains.scim.repository import Membership
from ctorendang.domains.scim.selecting import compared, id_of
from ctorendang.infra.validation import Fields

_KEPT_ELSEWHERE = ("id", "meta", "groups", "userName", "externalId", "schemas")
_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class UserData:
    """What a directory says of somebody.

    Attributes:
        email: where the person reads mail: the primary address, or the one of work, or the first.
        name: what to call them, the best of what was said.
        active: None when that was not said.
        rest: the resource without what is kept elsewhere.
    """

    user_name: str
    external_id: str | None
    email: str
    emails: list[str]
    name: str
    active: bool | None
    rest: dict[str, Any]

    @classmethod
    def of(cls, resource: Resource[Any]) -> "UserData":
        """From a validated resource.

        Raises:
            InvalidValueException: there is no address that mail could go to, or a name that is beyond reason.
        """
        said: dict[str, Any] = resource.model_dump()
        email = _address(said.get("emails") or [])
        return cls(
            user_name=_named("userName", said["userName"]),
            external_id=said.get("externalId") or None,
            email=email,
            emails=sorted({compared(each["value"]) for each in said.get("emails") or [] if each.get("value")}),
            name=_name(said, email),
            active=said.get("active"),
            rest={name: value for name, value in said.items() if name not in _KEPT_ELSEWHERE},
        )


@dataclass(frozen=True, slots=True)
class GroupData:
    """What a directory says of a group."""

    display_name: str
    external_id: str | None
    members: frozenset[UUID]

    @classmethod
    def of(cls, resource: Resource[Any]) -> "GroupData":
        """From a validated resource.

        Raises:
            InvalidValueException: a member is no id of a user, or the name is beyond reason.
        """
        said: dict[str, Any] = resource.model_dump()
        members = set()
        for member in said.get("members") or []:
            found = id_of(member.get("value") or "")
            if found is None:
                raise InvalidValueException(detail="A member is no id of a user of this directory")
            members.add(found)
        return cls(_named("displayName", said["displayName"]), said.get("externalId") or None, frozenset(members))


def _named(attribute: str, value: str) -> str:
    if not value.strip() or len(value) > _LONGEST_NAME:
        raise InvalidValueException(detail=f"{attribute} must have 1 to {_LONGEST_NAME} characters")
    return value


def _address(emails: list[Mapping[str, Any]]) -> str:
    ranked = sorted(emails, key=lambda each: (not each.get("primary"), str(each.get("type")).lower() != "work"))
    fields = Fields()
    email = fields.email("emails", str(ranked[0].get("value") or "")) if ranked else ""
    if not email:
        raise InvalidValueException(detail="The user needs an e-mail address such as name@company.com")
    return email


def _name(said: Mapping[str, Any], email: str) -> str:
    parts = said.get("name") or {}
    both = f"{parts.get('givenName') or ''} {parts.get('familyName') or ''}"
    for candidate in (said.get("displayName"), parts.get("formatted"), both, said.get("nickName")):
        fields = Fields()
        name = fields.person("name", str(candidate or ""))
        if name and not fields.problems:
            return name
    return email.partition("@")[0]


def user_resource(model: type[Resource[Any]], user: ScimUser, groups: Iterable[Membership]) -> Resource[Any]:
    """A user as SCIM shows it."""
    listed = [
        {"value": str(each.group_id), "$ref": f"Groups/{each.group_id}", "display": each.group_name, "type": "direct"}
        for each in groups
    ]
    return model.model_validate(
        {
            **user.resource,
            "id": str(user.id),
            "userName": user.user_name,
            **({"externalId": user.external_id} if user.external_id else {}),
            **({"groups": listed} if listed else {}),
            "meta": _meta("User", user.version, user.created_at, user.updated_at),
        }
    )


def group_resource(model: type[Resource[Any]], group: ScimGroup, members: Iterable[Membership]) -> Resource[Any]:
    """A group as SCIM shows it."""
    listed = [{"value": str(each.member_id), "$ref": f"Users/{each.member_id}", "type": "User"} for each in members]
    return model.model_validate(
        {
            "id": str(group.id),
            "displayName": group.display_name,
            **({"externalId": group.external_id} if group.external_id else {}),
            **({"members": listed} if listed else {}),
            "meta": _meta("Group", group.version, group.created_at, group.updated_at),
        }
    )


def entity_tag(version: int) -> str:
    """A weak entity tag (RFC 7644 section 3.14)."""
    return f'W/"{version}"'


def require_version(version: int, expected: str | None) -> None:
    """Let nobody change what is not what they have read.

    Args:
        version: of the resource now.
        expected: the entity tag that was sent along; None when any will do.

    Raises:
        PreconditionFailedException: it has changed meanwhile.
    """
    if expected is not None and expected != entity_tag(version):
        raise PreconditionFailedException


def _meta(kind: str, version: int, created: datetime, modified: datetime) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "created": created.isoformat(),
        "lastModified": modified.isoformat(),
        "version": entity_tag(version),
    }
