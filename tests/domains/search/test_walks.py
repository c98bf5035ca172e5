"""However a result is filtered, sorted and paged through, both engines find the same people in the same order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.crowd import Crowd, gather
from tests.domains.ctos.test_directory import ORDERS, filters, fits
from tests.domains.search.directory import bring_in_step, search
from tests.factories import Marketplace, Marketplaces

SIZE = 37

checked = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["postgres", "typesense"])
async def market(request, marketplaces: Marketplaces, searching: Marketplaces) -> Marketplace:
    """One for all tests here, which only read."""
    return await {"postgres": marketplaces, "typesense": searching}[request.param].open()


@pytest.fixture(scope="module")
async def crowd(market: Marketplace) -> Crowd:
    crowd = await gather(market, SIZE, skills=3, reviews=2)
    await bring_in_step(market)
    return crowd


async def walk(market: Marketplace, size: int, *, backward: bool, **variables: object) -> list[str]:
    """The ids of the whole result, page by page."""
    found: list[str] = []
    cursor = None
    for _ in range(SIZE + 1):
        end = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        got = await search(market, **variables, **end)
        ids = [edge["node"]["cto"]["id"] for edge in got["edges"]]
        found = [*ids, *found] if backward else [*found, *ids]
        if not got["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = got["pageInfo"]["startCursor" if backward else "endCursor"]
    raise AssertionError("the result does not end")


@checked
@given(order=st.sampled_from(sorted(ORDERS)), size=st.integers(1, 40), wanted=filters)
async def test_walking_either_way_meets_everyone_once_in_order(market, crowd, order, size, wanted):
    expected = [str(member.id) for member in sorted(crowd.ctos, key=ORDERS[order]) if _fits(member, wanted)]
    assert await walk(market, size, backward=False, order=order, filter=wanted) == expected
    assert await walk(market, size, backward=True, order=order, filter=wanted) == expected


@checked
@given(wanted=filters)
async def test_a_facet_counts_what_is_left_when_it_is_chosen_too(market, crowd, wanted):
    answer = await search(market, filter=wanted)
    expected = [member for member in crowd.ctos if _fits(member, wanted)]
    assert answer["totalCount"] == len(expected)
    skills: dict[str, int] = {}
    for name in (name for member in expected for name in member.skills):
        skills[name] = skills.get(name, 0) + 1
    assert answer["facets"]["skills"] == [
        {"value": name, "count": count} for name, count in sorted(skills.items(), key=lambda each: (-each[1], each[0]))
    ]
    # Of industries one suffices, so each is counted as if none had been asked for.
    industries: dict[str, int] = {}
    for member in crowd.ctos:
        if _fits(member, {name: value for name, value in wanted.items() if name != "industries"}):
            for name in member.industries:
                industries[name] = industries.get(name, 0) + 1
    assert {each["value"]: each["count"] for each in answer["facets"]["industries"]} == industries


def _fits(member, wanted: dict) -> bool:
    """As the directory's own list, but that no rating counts as none."""
    unrated = "minRating" in wanted and member.rating is None
    return fits(member, wanted) if not unrated else wanted["minRating"] == 0 and fits(
        member, {name: value for name, value in wanted.items() if name != "minRating"}
    )  # fmt: skip
