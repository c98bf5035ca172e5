"""From SCIM filters (RFC 7644 section 3.4.2.2) to conditions in SQL, as far as those go.

A condition holds for every resource that the filter finds. Where it is not exact it may hold for others too, and the
filter itself has the last word on each row. So what is not understood here is slower, never wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from scim2_models import ScimFilter
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath
from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from ctorendang.domains.scim.models import ScimGroup, ScimGroupMember, ScimUser


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is known in SQL about what a filter finds.

    Attributes:
        condition: holds for all of it; None when nothing is known.
        exact: and for nothing else.
    """

    condition: ColumnElement[bool] | None
    exact: bool


EVERYTHING = Narrowed(None, exact=True)
_UNKNOWN = Narrowed(None, exact=False)

Compare = Callable[[CompareOperator, Any], Narrowed]


def compared(text: str) -> str:
    """A text as attributes that are not case-exact are compared by."""
    return normalize("NFC", normalize("NFC", text).lower())


def narrow(scim_filter: ScimFilter[Any] | None) -> Narrowed:
    """What a filter, bound to one kind of resource, comes to in SQL."""
    if scim_filter is None:
        return EVERYTHING
    return _node(scim_filter, scim_filter.ast)


def _node(scim_filter: ScimFilter[Any], node: FilterNode) -> Narrowed:
    if isinstance(node, LogicalExpr):
        return _terms(node.op, [_node(scim_filter, each) for each in node.terms])
    if isinstance(node, Comparison):
        binding = scim_filter.resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            # An attribute that this kind of resource does not have: found nowhere (RFC 7644 section 3.4.2.1).
            return Narrowed(false(), exact=True)
        compare = _COLUMNS.get(binding.urn)
        return compare(node.op, node.value) if compare else _UNKNOWN
    if isinstance(node, ValuePath):
        return _value_path(scim_filter, node)
    return _UNKNOWN


def _terms(op: LogicalOperator, terms: list[Narrowed]) -> Narrowed:
    conditions = [each.condition for each in terms if each.condition is not None]
    exact = all(each.exact for each in terms)
    if op == LogicalOperator.and_:
        return Narrowed(and_(*conditions) if conditions else None, exact)
    if len(conditions) < len(terms):
        return _UNKNOWN
    return Narrowed(or_(*conditions), exact)


def _value_path(scim_filter: ScimFilter[Any], node: ValuePath) -> Narrowed:
    """``emails[type eq "work" and value eq "x"]`` is found only where ``emails.value eq "x"`` is."""
    inner = node.val_filter
    terms = inner.terms if isinstance(inner, LogicalExpr) and inner.op == LogicalOperator.and_ else (inner,)
    binding = scim_filter.resolve_comparison(node.attr_path, strict=False)
    compare = _COLUMNS.get(binding.urn) if binding else None
    if compare is None:
        return _UNKNOWN
    values = [
        compare(each.op, each.value).condition
        for each in terms
        if isinstance(each, Comparison) and str(each.attr_path).casefold() == "value"
    ]
    conditions = [each for each in values if each is not None]
    return Narrowed(and_(*conditions), exact=False) if conditions else _UNKNOWN


def _storable(value: Any) -> bool:
    """Whether Postgres can compare it: text without NUL and halves of surrogate pairs."""
    return isinstance(value, str) and not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)


def _text(column: InstrumentedAttribute[Any], *, case_exact: bool = False) -> Compare:
    def compare(op: CompareOperator, value: Any) -> Narrowed:
        if value is None:
            return _UNKNOWN
        if not _storable(value):
            return Narrowed(false(), exact=True)
        wanted = normalize("NFC", value) if case_exact else compared(value)
        match op:
            case CompareOperator.eq:
                return Narrowed(column == wanted, exact=True)
            case CompareOperator.sw:
                return Narrowed(column.startswith(wanted, autoescape=True), exact=True)
            case CompareOperator.co:
                return Narrowed(column.contains(wanted, autoescape=True), exact=True)
            case CompareOperator.ew:
                return Narrowed(column.endswith(wanted, autoescape=True), exact=True)
        return _UNKNOWN

    return compare


def _id(column: InstrumentedAttribute[UUID]) -> Compare:
    def compare(op: CompareOperator, value: Any) -> Narrowed:
        if op != CompareOperator.eq or value is None:
            return _UNKNOWN
        wanted = id_of(value)
        return Narrowed(false() if wanted is None else column == wanted, exact=True)

    return compare


def _moment(column: InstrumentedAttribute[datetime]) -> Compare:
    def compare(op: CompareOperator, value: Any) -> Narrowed:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return _UNKNOWN
        if moment.tzinfo is None or not 1900 < moment.year < 9000:
            return _UNKNOWN
        match op:
            case CompareOperator.gt:
                return Narrowed(column > moment, exact=True)
            case CompareOperator.ge:
                return Narrowed(column >= moment, exact=True)
            case CompareOperator.lt:
                return Narrowed(column < moment, exact=True)
            case CompareOperator.le:
                return Narrowed(column <= moment, exact=True)
        return _UNKNOWN

    return compare


def _email(op: CompareOperator, value: Any) -> Narrowed:
    if op != CompareOperator.eq or not _storable(value):
        return _UNKNOWN
    return Narrowed(ScimUser.emails.contains([compared(value)]), exact=False)


def _member(op: CompareOperator, value: Any) -> Narrowed:
    if op != CompareOperator.eq or value is None:
        return _UNKNOWN
    wanted = id_of(value)
    if wanted is None:
        return Narrowed(false(), exact=True)
    condition = exists().where(
        ScimGroupMember.tenant_id == ScimGroup.tenant_id,
        ScimGroupMember.group_id == ScimGroup.id,
        ScimGroupMember.member_id == wanted,
    )
    return Narrowed(condition, exact=True)


def id_of(text: Any) -> UUID | None:
    """The id that a text is, exactly as this service writes it; None for anything else."""
    try:
        found = UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None
    return found if str(found) == text else None


_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_COLUMNS: dict[str, Compare] = {
    f"{_USER}:id": _id(ScimUser.id),
    f"{_USER}:userName": _text(ScimUser.user_name_key),
    f"{_USER}:externalId": _text(ScimUser.external_id, case_exact=True),
    f"{_USER}:emails.value": _email,
    f"{_USER}:meta.created": _moment(ScimUser.created_at),
    f"{_USER}:meta.lastModified": _moment(ScimUser.updated_at),
    f"{_GROUP}:id": _id(ScimGroup.id),
    f"{_GROUP}:displayName": _text(ScimGroup.display_name_key),
    f"{_GROUP}:externalId": _text(ScimGroup.external_id, case_exact=True),
    f"{_GROUP}:members.value": _member,
    f"{_GROUP}:meta.created": _moment(ScimGroup.created_at),
    f"{_GROUP}:meta.lastModified": _moment(ScimGroup.updated_at),
}

# What can be sorted by in SQL; whatever else is sorted by is sorted in memory.
SORTABLE: dict[str, InstrumentedAttribute[Any]] = {
    f"{_USER}:id": ScimUser.id,
    f"{_USER}:userName": ScimUser.user_name_key,
    f"{_USER}:meta.created": ScimUser.created_at,
    f"{_USER}:meta.lastModified": ScimUser.updated_at,
    f"{_GROUP}:id": ScimGroup.id,
    f"{_GROUP}:displayName": ScimGroup.display_name_key,
    f"{_GROUP}:meta.created": ScimGroup.created_at,
    f"{_GROUP}:meta.lastModified": ScimGroup.updated_at,
}
