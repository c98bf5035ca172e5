"""Pages of an ordered list by key, as Relay's connections ask for them.

See the Relay cursor connections specification, https://relay.dev/graphql/connections.htm.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.infra.errors import InvalidInput
from ctorendang.kit.cursor import InvalidCursor, decode_cursor, encode_cursor

MOST = 100
USUAL = 20

_LONGEST_FRACTION = 20

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key. It must not be null: coalesce what may be.

    Attributes:
        parse: reads a value back from a cursor; raises ValueError for anything else.
    """

    expression: ColumnElement[Any]
    parse: Callable[[str], object]
    descending: bool = False

    def order(self, *, backward: bool = False) -> UnaryExpression[Any]:
        """What to order by, from the list's beginning or from its end."""
        return self.expression.desc() if self.descending is not backward else self.expression.asc()

    def read(self, value: str | None) -> object:
        """The value in a cursor, of the column's type and within its range."""
        if value is None:
            raise InvalidCursor
        try:
            parsed = self.parse(value)
            usable = _usable(parsed)
        except (ValueError, ArithmeticError):
            raise InvalidCursor from None
        if not usable:
            raise InvalidCursor
        return parsed


def _usable(value: object) -> bool:
    """Whether Postgres can take it; raises ArithmeticError for what cannot even be compared."""
    if isinstance(value, datetime):
        # Some moments at the ends of time have no equal in UTC.
        return value.tzinfo is not None and value.astimezone(UTC).tzinfo is UTC
    if isinstance(value, Decimal) and not (
        value.is_finite() and abs(int(value.as_tuple().exponent)) < _LONGEST_FRACTION
    ):
        return False
    return not isinstance(value, int | Decimal) or -(2**31) <= value < 2**31


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of the list: the first so many after a cursor, or the last so many before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def size(self) -> int:
        """How many rows.

        Raises:
            InvalidInput: both ends are asked for, or a size is out of range.
        """
        if self.first is not None and self.last is not None:
            raise InvalidInput({"last": "Use either first or last."})
        for name, value in (("first", self.first), ("last", self.last)):
            if value is not None and not 0 <= value <= MOST:
                raise InvalidInput({name: f"Use a number from 0 to {MOST}."})
        if self.first is not None:
            return self.first
        return USUAL if self.last is None else self.last


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order, each with its cursor."""

    rows: Sequence[Row]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


def _beyond(keys: Sequence[Key], values: Sequence[object], *, backward: bool) -> ColumnElement[bool]:
    """Rows strictly after (or before) the one with these key values; keys may differ in direction."""
    alternatives = []
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [earlier.expression == values[i] for i, earlier in enumerate(keys[:index])]
        down = key.descending is not backward
        alternatives.append(and_(*same, key.expression < value if down else key.expression > value))
    return or_(*alternatives)


def cursor_of(values: Iterable[object]) -> str:
    """The cursor of a row with these key values."""
    return encode_cursor([value.isoformat() if isinstance(value, datetime) else str(value) for value in values])


async def fetch_page(
    session: AsyncSession, statement: Select[Row], keys: Sequence[Key], request: PageRequest
) -> Page[Row]:
    """One page of the statement's rows in the order of ``keys``, the last of which is unique.

    Raises:
        InvalidInput: a cursor is garbage, or a size is out of range.
    """
    size = request.size()
    backward = request.last is not None
    for name, cursor, back in (("after", request.after, False), ("before", request.before, True)):
        if cursor is not None:
            try:
                values = [key.read(text) for key, text in zip(keys, decode_cursor(cursor, len(keys)), strict=True)]
            except InvalidCursor:
                raise InvalidInput({name: "This is not a cursor of this list. Start from its beginning."}) from None
            statement = statement.where(_beyond(keys, values, backward=back))
    order = [key.order(backward=backward) for key in keys]
    selected = statement.add_columns(*(key.expression for key in keys)).order_by(*order).limit(size + 1)
    found = list((await session.execute(selected)).all())
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    return Page(
        rows=[row[0] for row in found],
        cursors=[cursor_of(row[1:]) for row in found],
        has_next=request.before is not None if backward else more,
        has_previous=more if backward else request.after is not None,
    )
