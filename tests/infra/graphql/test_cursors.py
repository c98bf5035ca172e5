"""Cursors from strangers."""

import base64
import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.factories import Marketplace

CTOS = """
query($after: String, $before: String, $order: CtoOrder) {
  ctos(first: 3, after: $after, before: $before, orderBy: $order) { edges { cursor } }
}
"""
ORDERS = ["RATING", "RATE_ASC", "RATE_DESC", "EXPERIENCE", "NEWEST", "NAME"]
ID = str(uuid4())

NUMBERS = [
    "",
    "0",
    "-1",
    "1e5",
    "NaN",
    "sNaN",
    "Infinity",
    "1e-999999999",
    "1e9999",
    "9" * 300,
    "٣",
    "1_0",
    "0." + "0" * 200 + "1",
]
MOMENTS = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T00:00:00",
    "2026-01-01",
    "now",
    "infinity",
    "",
]
likely = st.sampled_from([*NUMBERS, *MOMENTS, ID, "\0", "\ud800", "\U0010ffff"])
values = st.lists(st.none() | likely | st.text(st.characters(), max_size=8), min_size=1, max_size=3)


def as_cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


cursors = values.map(as_cursor) | values.map(lambda each: as_cursor([*each, ID])) | st.text(max_size=20)
fuzzed = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def accepted(market: Marketplace, **variables: str) -> bool:
    answer = await market.graphql(CTOS, **variables)
    if "errors" in answer:
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["invalid_input"], variables
        return False
    return True


@fuzzed
@given(cursor=cursors, order=st.sampled_from(ORDERS), end=st.sampled_from(["after", "before"]))
@example(cursor=as_cursor(["NaN", "0", ID]), order="RATING", end="after")
@example(cursor=as_cursor(["1e-999999999", "0", ID]), order="RATING", end="after")
@example(cursor=as_cursor(["1e-20000", "0", ID]), order="RATING", end="after")
@example(cursor=as_cursor(["\ud800", ID]), order="NAME", end="before")
@example(cursor=as_cursor(["9" * 900, ID]), order="RATE_ASC", end="after")
async def test_a_cursor_is_good_or_refused_and_never_a_failure(market: Marketplace, cursor, order, end):
    await accepted(market, order=order, **{end: cursor})


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_moment_in_a_cursor_is_good_or_refused_and_never_a_failure(market: Marketplace, moment):
    cto = await market.listed_cto()
    source = "query($id: ID!, $after: String) { cto(id: $id) { reviews(first: 3, after: $after) { totalCount } } }"
    answer = await market.graphql(source, id=str(cto.id), after=as_cursor([moment, ID]))
    assert [each["extensions"]["code"] for each in answer.get("errors", [])] in ([], ["invalid_input"]), answer


async def test_a_cursor_of_one_ordering_is_refused_by_another(market: Marketplace):
    await market.listed_cto()
    for order in ORDERS:
        (edge,) = (await market.graphql(CTOS, order=order))["data"]["ctos"]["edges"]
        assert await accepted(market, order=order, after=edge["cursor"])
    assert not await accepted(market, order="RATING", after=edge["cursor"])  # that of NAME


async def test_a_page_with_a_bad_cursor_begins_at_the_beginning(client):
    for path in ("/ctos?after=garbage", "/ctos?before=" + as_cursor(["NaN", "0", ID])):
        page = await client.get(path)
        assert page.status_code == 200, path
        assert "<html" in page.text
