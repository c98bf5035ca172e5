"""What a search must not tell: who is not listed, in no count either; and how deep it may be asked."""

import pytest
from tests.domains.search.directory import SEARCH, search
from tests.factories import Marketplace

from ctorendang.domains.search.query import DEEPEST, cursor_at


@pytest.mark.parametrize("status", ["draft", "in_review", "paused"])
async def test_whoever_is_not_listed_is_neither_found_nor_counted(market: Marketplace, status: str):
    seen, hidden = await market.listed_cto(), await market.listed_cto()
    await market.fetch("update ctos set status = $1 where id = $2", status, hidden.id)
    for wanted in ({}, {"search": "payments"}, {"search": "paymetns"}, {"skills": ["Kubernetes"]}):
        answer = await search(market, first=10, filter=wanted)
        assert [edge["node"]["cto"]["id"] for edge in answer["edges"]] == [str(seen.id)], wanted
        assert answer["totalCount"] == 1
        assert {each["count"] for counts in answer["facets"].values() for each in counts} == {1}


@pytest.mark.parametrize("status", ["draft", "in_review", "paused"])
async def test_no_skill_is_suggested_that_only_somebody_has_who_is_not_listed(market: Marketplace, status: str):
    await market.listed_cto(skills=[{"name": "Kubernetes", "level": 3}])
    hidden = await market.listed_cto(skills=[{"name": "Terraform", "level": 3}])

    async def suggested(typed: str) -> list[str]:
        return (await search(market, filter={"search": typed, "minYears": 99}))["didYouMean"]

    assert (await suggested("kubernets"), await suggested("terrafrom")) == (["Kubernetes"], ["Terraform"])
    await market.fetch("update ctos set status = $1 where id = $2", status, hidden.id)
    assert (await suggested("kubernets"), await suggested("terrafrom")) == (["Kubernetes"], [])


@pytest.mark.parametrize(
    "page",
    [
        {"first": 1, "after": cursor_at(DEEPEST - 1)},
        {"last": 1, "before": cursor_at(DEEPEST + 1)},
        {"first": 1, "after": cursor_at(999_999_999)},
    ],
)
async def test_nobody_pages_without_an_end(market: Marketplace, page: dict):
    answer = await market.graphql(SEARCH, **page)
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"
    assert "Only the first 10,000" in str(answer["errors"])
