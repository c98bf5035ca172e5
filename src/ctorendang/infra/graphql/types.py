"""GraphQL types that every domain shares."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.info import Info as StrawberryInfo

from ctorendang.infra.db.paging import Page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.graphql.context import GraphQLContext
from ctorendang.infra.graphql.cost import priced

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
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @priced(500)
    async def total_count(self) -> int:
        """How long the whole list is."""
        return await self.count()


def connection(page: Page[Row], node: Callable[[Row], Node], count: Callable[[], Awaitable[int]]) -> Connection[Node]:
    """A page of rows as GraphQL shows it; the whole list is counted only when somebody asks."""
    return Connection(
        edges=[Edge(node=node(row), cursor=cursor) for row, cursor in zip(page.rows, page.cursors, strict=True)],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        ),
        count=count,
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


def parse_id(value: str) -> UUID | None:
    """The id in an ``ID`` argument, None for what cannot be the id of anything."""
    try:
        return UUID(value) if len(value) == 36 else None
    except ValueError:
        return None


def required_id(value: str) -> UUID:
    """The id in the ``ID`` of a mutation.

    Raises:
        NotFound: it cannot be the id of anything.
    """
    found = parse_id(value)
    if found is None:
        raise NotFound("There is nothing with this id here.")
    return found
