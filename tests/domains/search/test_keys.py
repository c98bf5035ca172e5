"""Typesense itself keeps tenants apart: the key of a search is good for one tenant, whatever is asked with it."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.domains.search.directory import found, listed
from tests.factories import Marketplace, Marketplaces
from typesense.async_.keys import AsyncKeys

from ctorendang.domains.search.documents import ALIAS
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window
from ctorendang.domains.search.typesense_engine import TypesenseEngine
from ctorendang.infra.gateways.typesense import SearchUnavailable, Typesense
from ctorendang.infra.gateways.typesense_keys import scoped_key, search_key
from ctorendang.settings import Settings, TypesenseSettings

ASKED = {"collection": ALIAS, "q": "*", "query_by": "name,headline,bio"}


@pytest.fixture(scope="module")
async def ours(searching: Marketplaces) -> Marketplace:
    market = await searching.open()
    await listed(market, headline="Ours alone")
    return market


@pytest.fixture(scope="module")
async def theirs(searching: Marketplaces) -> Marketplace:
    market = await searching.open()
    await listed(market, headline="Theirs alone")
    return market


@pytest.fixture
async def client(ours, settings: Settings, typesense_settings: TypesenseSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Asks Typesense itself, with the key that our searches carry."""
    key = scoped_key(search_key(settings.secret_key), str(ours.id))
    headers = {"X-TYPESENSE-API-KEY": key}
    async with httpx.AsyncClient(base_url=typesense_settings.url, headers=headers) as client:
        yield client


def filters(theirs: Marketplace) -> list[str]:
    other = f"tenant_id:={theirs.id}"
    return [
        other,
        f"tenant_id:!=x || {other}",
        f"hourly_rate:>=0 || {other}",
        f"hourly_rate:>=0) || ({other}",
        f") || ({other}",
        f"({other} || hourly_rate:>=0)",
        f"{other} || ({other})",
        "hourly_rate:>=0 || hourly_rate:<0",
    ]


def tenants_in(answer: Any) -> set[str]:
    """Every tenant whose documents are in an answer."""
    results = answer.get("results", [answer])
    return {hit["document"]["tenant_id"] for each in results for hit in each.get("hits", [])}


async def test_no_filter_and_no_place_for_one_leads_past_the_key(client, ours, theirs):
    seen: set[str] = set()
    for each in filters(theirs):
        for body, parameters in (
            ({"searches": [{**ASKED, "filter_by": each}]}, {}),
            ({"searches": [ASKED]}, {"filter_by": each}),
            ({"searches": [{**ASKED, "filter_by": each}, {**ASKED, "filter_by": each}]}, {"filter_by": each}),
            ({"filter_by": each, "searches": [ASKED]}, {}),
            ({"searches": [{**ASKED, "filter_by": each, "collection": await _collection(client)}]}, {}),
        ):
            answer = await client.post("/multi_search", json=body, params=parameters)
            assert str(theirs.id) not in answer.text, (body, parameters)
            seen |= tenants_in(answer.json())
        single = await client.get(f"/collections/{ALIAS}/documents/search", params={**ASKED, "filter_by": each})
        assert str(theirs.id) not in single.text
        seen |= tenants_in(single.json())
    assert seen == {str(ours.id)}, "the key was good all along"


async def _collection(client: httpx.AsyncClient) -> str:
    answer = await client.post("/multi_search", json={"searches": [ASKED]})
    return answer.json()["results"][0]["request_params"]["collection_name"]


async def test_facets_counts_and_grouping_tell_nothing_of_others(client, ours, theirs):
    body = {"searches": [{**ASKED, "facet_by": "skills,time_zone", "filter_by": f"tenant_id:={theirs.id}"}]}
    (result,) = (await client.post("/multi_search", json=body)).json()["results"]
    assert result["found"] == 0
    assert all(not facet["counts"] for facet in result["facet_counts"])


@pytest.mark.parametrize(
    "path",
    [
        f"/collections/{ALIAS}/documents/export",
        f"/collections/{ALIAS}",
        "/collections",
        "/keys",
        "/aliases",
        "/debug",
        "/stats.json",
    ],
)
async def test_the_key_does_nothing_but_search(client, path):
    assert (await client.get(path)).status_code == 401
    assert (await client.delete(f"/collections/{ALIAS}")).status_code == 401


async def test_a_key_that_was_changed_is_none(client, ours, theirs, settings):
    parent = search_key(settings.secret_key)
    key = scoped_key(parent, str(ours.id))
    for forged in (key[:-4] + "AAAA", scoped_key("x" * 43, str(theirs.id)), scoped_key(parent[:4] + "x" * 39, "y")):
        client.headers["X-TYPESENSE-API-KEY"] = forged
        assert (await client.post("/multi_search", json={"searches": [ASKED]})).status_code == 401


async def test_keys_are_made_as_the_vendor_makes_them(settings):
    parent = search_key(settings.secret_key)
    theirs = AsyncKeys.generate_scoped_search_key(None, parent, {"filter_by": "tenant_id:=x"})
    # Theirs has a space after the colon; the server reads what is embedded, not how it was written.
    assert _embedded(theirs.decode()).replace(" ", "") == _embedded(scoped_key(parent, "x"))


def _embedded(key: str) -> str:
    return base64.b64decode(key).decode()[44 + 4 :]


async def test_searches_carry_that_key_and_never_a_wider_one(ours, theirs, search_server, typesense_settings, settings):
    sent: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        sent.append(request)

    for each in (search_server._searches, search_server._admin):
        each.event_hooks["request"].append(note)
    try:
        await found(ours, "alone", filter={"industries": ["Banking"]})
        await found(theirs, "alone")
    finally:
        for each in (search_server._searches, search_server._admin):
            each.event_hooks["request"].clear()
    parent = search_key(settings.secret_key)
    carried = list(dict.fromkeys(request.headers["x-typesense-api-key"] for request in sent))
    assert carried == [scoped_key(parent, str(ours.id)), scoped_key(parent, str(theirs.id))]
    for request in sent:
        whole = f"{request.url} {request.headers} {request.content!r}"
        assert typesense_settings.api_key not in whole
        assert parent not in whole


async def test_the_engine_asked_for_one_tenant_with_anothers_filter_finds_nobody(ours, theirs, search_server):
    engine = TypesenseEngine(search_server)
    hers = await engine.find(theirs.id, CtoQuery(), SearchOrder.RATING, Window(0, 10))
    mine = await engine.find(ours.id, CtoQuery(), SearchOrder.RATING, Window(0, 10))
    assert hers.total == mine.total == 1
    assert set(hers.ids).isdisjoint(mine.ids)


async def test_without_its_key_the_server_is_as_good_as_away(ours, settings, typesense_settings):
    stranger = Typesense(typesense_settings, "another product's secret key, as long as one has to be")
    with pytest.raises(SearchUnavailable):
        await stranger.search(ours.id, [ASKED])
    await stranger.close()
