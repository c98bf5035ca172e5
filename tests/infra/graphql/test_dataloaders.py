"""Nested fields are fetched together, however many rows ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from tests.crowd import Crowd, gather
from tests.factories import Marketplace, Person

from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitsOfWork

CTOS = """
query($first: Int!) {
  ctos(first: $first) {
    totalCount
    edges { node {
      name skills { name level } reviews(first: 2) { totalCount edges { node { rating author { name } } } }
    } }
  }
}
"""
MEMBERS = "query($first: Int!) { members(first: $first) { edges { node { name cto { id skills { name } } } } } }"
PROJECTS = "query($first: Int!) { projects(first: $first) { edges { node { title skills { name } owner { name } } } } }"


@contextmanager
def counted(units: UnitsOfWork) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    statements: list[str] = []
    engine = units._database.engine.sync_engine

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def crowd(market: Marketplace) -> Crowd:
    return await gather(market, 20, skills=4, reviews=3, projects=20)


@pytest.mark.parametrize("query", [CTOS, MEMBERS, PROJECTS], ids=["directory", "members", "projects"])
async def test_twenty_rows_take_as_many_statements_as_two(market: Marketplace, product: Product, crowd: Crowd, query):
    admin: Person = await market.join("admin")
    taken, rows = {}, {}
    for size in (2, 20):
        with counted(product.units) as statements:
            answer = await admin.query(query, first=size)
        taken[size] = len(statements)
        (root,) = answer.values()
        rows[size] = root["edges"]
    assert [len(rows[size]) for size in (2, 20)] == [2, 20]
    assert taken[2] == taken[20], taken
    assert taken[20] <= 9


async def test_what_is_fetched_together_belongs_to_the_right_row(market: Marketplace, crowd: Crowd):
    admin = await market.join("admin")
    shown = {edge["node"]["name"]: edge["node"] for edge in (await admin.query(CTOS, first=20))["ctos"]["edges"]}
    assert set(shown) == {each.name for each in crowd.ctos}
    for each in crowd.ctos:
        node = shown[each.name]
        assert {(skill["name"], skill["level"]) for skill in node["skills"]} == set(each.skills.items())
        levels = [skill["level"] for skill in node["skills"]]
        assert levels == sorted(levels, reverse=True)
        newest = [edge["node"] for edge in node["reviews"]["edges"]]
        assert node["reviews"]["totalCount"] == 3
        assert [(review["rating"], review["author"]["name"]) for review in newest] == each.newest_reviews[:2]


async def test_reviews_of_different_sizes_in_one_operation_are_each_their_own(market: Marketplace, crowd: Crowd):
    source = """{ ctos(first: 5) { edges { node { name
        one: reviews(first: 1) { edges { node { rating } } pageInfo { hasNextPage } }
        all: reviews(first: 9) { edges { node { rating } } pageInfo { hasNextPage } } } } } }"""
    for edge in (await market.graphql(source))["data"]["ctos"]["edges"]:
        node = edge["node"]
        assert (len(node["one"]["edges"]), node["one"]["pageInfo"]["hasNextPage"]) == (1, True)
        assert (len(node["all"]["edges"]), node["all"]["pageInfo"]["hasNextPage"]) == (3, False)
        assert node["one"]["edges"][0] == node["all"]["edges"][0]
