"""The directory: filters, orders, pages and counts agree with each other."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.crowd import Crowd, Member, gather
from tests.factories import Marketplace, Marketplaces

PAGE = """
query($first: Int, $after: String, $last: Int, $before: String, $filter: CtoFilter, $order: CtoOrder) {
  ctos(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $order) {
    totalCount edges { node { id name } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
FACETS = """
query($filter: CtoFilter) {
  ctoFacets(filter: $filter) { total skills { value count } industries { value count } }
}
"""
FIRST = Decimal(0)

# How each order ranks members; those of equal rank are told apart by id.
ORDERS = {
    "RATING": lambda member: (-(member.rating or FIRST), -len(member.newest_reviews), member.id),
    "RATE_ASC": lambda member: (member.hourly_rate, member.id),
    "RATE_DESC": lambda member: (-member.hourly_rate, member.id),
    "EXPERIENCE": lambda member: (-member.years, member.id),
    "NEWEST": lambda member: -member.id.int,
}

checked = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
async def market(marketplaces: Marketplaces) -> Marketplace:
    """One for all tests here, which only read."""
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def crowd(market: Marketplace) -> Crowd:
    return await gather(market, 37, skills=3, reviews=2)


async def page(market: Marketplace, **variables: object) -> dict:
    answer = await market.graphql(PAGE, **variables)
    assert "errors" not in answer, answer
    return answer["data"]["ctos"]


async def walk(market: Marketplace, size: int, *, backward: bool, **variables: object) -> list[str]:
    """The ids of the whole list, page by page."""
    found: list[str] = []
    cursor = None
    for _ in range(100):
        end = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        got = await page(market, **variables, **end)
        ids = [edge["node"]["id"] for edge in got["edges"]]
        assert len(ids) <= size
        found = [*ids, *found] if backward else [*found, *ids]
        more = got["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]
        if not more:
            return found
        assert len(ids) == size
        cursor = got["pageInfo"]["startCursor" if backward else "endCursor"]
    raise AssertionError("the list does not end")


filters = st.fixed_dictionaries(
    {},
    optional={
        "skills": st.lists(st.sampled_from(["Kubernetes", "rust", "Terraform", "No such skill"]), max_size=2),
        "industries": st.lists(
            st.sampled_from(["Banking", "Gaming", "Insurance", "Education", "No such one"]), max_size=3
        ),
        "maxHourlyRate": st.sampled_from([0, 9_000, 12_000, 14_999]),
        "minAvailability": st.sampled_from([0, 8, 17]),
        "minYears": st.sampled_from([0, 12, 13]),
        "minRating": st.sampled_from([0, 2.5, 4.0]),
    },
)


def fits(member: Member, wanted: dict) -> bool:
    named = {name.lower() for name in member.skills}
    return (
        all(name.lower() in named for name in wanted.get("skills", ()))
        and (not wanted.get("industries") or bool(set(wanted["industries"]) & set(member.industries)))
        and member.hourly_rate <= wanted.get("maxHourlyRate", member.hourly_rate)
        and member.availability >= wanted.get("minAvailability", 0)
        and member.years >= wanted.get("minYears", 0)
        and ("minRating" not in wanted or (member.rating is not None and member.rating >= wanted["minRating"]))
    )


@checked
@given(order=st.sampled_from([*ORDERS, "NAME"]), size=st.integers(1, 40), wanted=filters)
async def test_walking_either_way_meets_everyone_once_in_order(market, crowd, order, size, wanted):
    forward = await walk(market, size, backward=False, order=order, filter=wanted)
    backward = await walk(market, size, backward=True, order=order, filter=wanted)
    expected = [member for member in crowd.ctos if fits(member, wanted)]
    assert forward == backward
    assert len(forward) == len(set(forward))
    if order in ORDERS:
        assert forward == [str(member.id) for member in sorted(expected, key=ORDERS[order])]
    assert set(forward) == {str(member.id) for member in expected}


async def test_the_usual_order_is_by_rating_and_names_are_sorted_as_the_database_sorts_them(market, crowd):
    assert await walk(market, 10, backward=False) == await walk(market, 10, backward=False, order="RATING")
    rows = await market.fetch("select id from ctos order by name, id")
    assert await walk(market, 7, backward=False, order="NAME") == [str(row["id"]) for row in rows]


async def test_a_page_knows_what_comes_before_and_after_it(market, crowd):
    first = await page(market, first=10)
    assert (first["pageInfo"]["hasPreviousPage"], first["pageInfo"]["hasNextPage"]) == (False, True)
    second = await page(market, first=10, after=first["pageInfo"]["endCursor"])
    assert second["pageInfo"]["hasPreviousPage"]
    back = await page(market, last=10, before=second["pageInfo"]["startCursor"])
    assert back["edges"] == first["edges"]
    assert back["pageInfo"]["hasNextPage"]
    assert not back["pageInfo"]["hasPreviousPage"]
    assert await page(market, first=0) == {
        "totalCount": 37,
        "edges": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_one_who_joins_while_somebody_walks_moves_nobody(marketplaces):
    market = await marketplaces.open()
    await gather(market, 10, seed=1)
    first = await page(market, first=5, order="RATE_ASC")
    await gather(market, 10, seed=2)
    rest = await walk(market, 50, backward=False, order="RATE_ASC")
    second = await page(market, first=50, order="RATE_ASC", after=first["pageInfo"]["endCursor"])
    met = [edge["node"]["id"] for edge in first["edges"] + second["edges"]]
    assert len(met) == len(set(met))
    assert set(met) <= set(rest)


@checked
@given(wanted=filters)
async def test_a_facet_counts_what_is_left_when_it_is_chosen_too(market, crowd, wanted):
    facets = (await market.graphql(FACETS, filter=wanted))["data"]["ctoFacets"]
    found = [member for member in crowd.ctos if fits(member, wanted)]
    assert facets["total"] == len(found) == (await page(market, filter=wanted))["totalCount"]
    skills: dict[str, int] = {}
    industries: dict[str, int] = {}
    for member in found:
        for name in member.skills:
            skills[name] = skills.get(name, 0) + 1
        for name in member.industries:
            industries[name] = industries.get(name, 0) + 1
    assert {each["value"]: each["count"] for each in facets["skills"]} == skills
    assert {each["value"]: each["count"] for each in facets["industries"]} == industries
    for each in facets["skills"][:1]:
        chosen = {**wanted, "skills": [*wanted.get("skills", ()), each["value"]]}
        assert (await page(market, filter=chosen))["totalCount"] == each["count"]
    counts = [each["count"] for each in facets["skills"]]
    assert counts == sorted(counts, reverse=True)


async def test_a_search_finds_names_words_and_skills(marketplaces):
    market = await marketplaces.open()
    ada = await market.listed_cto(headline="Untangles monoliths", skills=[{"name": "Rust", "level": 3}])
    bob = await market.listed_cto(headline="100% uptime_fan", skills=[{"name": "Apache Kafka", "level": 3}])

    async def found(search: str) -> set[str]:
        return {edge["node"]["id"] for edge in (await page(market, filter={"search": search}))["edges"]}

    assert await found("monolith") == {str(ada.id)}  # words by their stem
    assert await found("RUST") == {str(ada.id)}
    assert await found("apache kafk") == {str(bob.id)}
    assert await found("ada person") == {str(ada.id), str(bob.id)}
    assert await found("nothing of the kind") == set()
    assert await found("  ") == {str(ada.id), str(bob.id)}
    # Signs that mean something to LIKE or to the text search mean themselves.
    for signs in ("%", "_", "\\", "'", '"', "!", "&|!()", "<->", ":*", "a & b"):
        assert await found(signs) <= {str(bob.id)}, signs


async def test_the_page_shows_what_the_address_asks_for(market, crowd):
    async with market.browser() as browser:
        whole = await browser.get("/ctos")
        assert whole.text.count('href="/ctos/0') >= 24
        wanted = {"skills": ["Rust"], "maxHourlyRate": "120", "minAvailability": "8", "orderBy": "RATE_ASC"}
        shown = await browser.get("/ctos", params=wanted)
        expected = {
            str(member.id)
            for member in crowd.ctos
            if fits(member, {"skills": ["Rust"], "maxHourlyRate": 12_000, "minAvailability": 8})
        }
        assert expected
        for member in crowd.ctos:
            assert (f"/ctos/{member.id}" in shown.text) == (str(member.id) in expected)


async def test_nobody_of_another_tenant_is_in_it(market, crowd, other_market):
    assert (await page(other_market))["totalCount"] == 0
    answer = await other_market.graphql(FACETS)
    assert answer["data"]["ctoFacets"] == {"total": 0, "skills": [], "industries": []}
