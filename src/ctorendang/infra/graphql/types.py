"""GraphQL types that every domain shares."""

from collections.abc import Callable, Mapping
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.info import Info as StrawberryInfo

from ctorendang.infra.db.paging import Page, PageRequest
from ctorendang.infra.graphql.context import GraphQLContext

Info = StrawberryInfo[GraphQLContext, None]

Node = TypeVar("Node")
Row = TypeVar("Row")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[Node]):
    """A node and the cursor that leads to it."""

    node: Node
    cursor: str


@strawberry.type
class Connection(Generic[Node]):
    """A page of a list, as Relay's connection specification describes it."""

    edges: list[Edge[Node]]
    page_info: PageInfo


@strawberry.type
class CountedConnection(Connection[Node], Generic[Node]):
    """A connection that also knows how long the whole list is."""

    total_count: int


def edges_of(page: Page[Row], node: Callable[[Row], Node]) -> list[Edge[Node]]:
    """The edges of a page of rows."""
    return [Edge(node=node(row), cursor=cursor) for row, cursor in zip(page.rows, page.cursors, strict=True)]


def page_info(page: Page[Row]) -> PageInfo:
    """The page info of a page of rows."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )


@strawberry.type(description="The product refused: the code is for programs, the message for people.")
class Refusal:
    """A business error."""

    code: str
    message: str


@strawberry.type
class FieldProblem:
    """What is wrong with one field."""

    field: str
    message: str


@strawberry.type(description="Some fields cannot be accepted as they are.")
class InvalidInput:
    """A refusal that names fields."""

    message: str
    fields: list[FieldProblem]

    @classmethod
    def of(cls, message: str, fields: Mapping[str, str]) -> "InvalidInput":
        """From problems by field."""
        return cls(message=message, fields=[FieldProblem(field=name, message=text) for name, text in fields.items()])


First = Annotated[int | None, strawberry.argument(description="At most 100; 20 unless told.")]


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page that a connection field's arguments ask for."""
    return PageRequest(first=first, after=after, last=last, before=before)


def parse_id(value: str) -> UUID | None:
    """The id in an ``ID`` argument, None for what cannot be the id of anything."""
    try:
        return UUID(value) if len(value) == 36 else None
    except ValueError:
        return None
