"""The index follows the profiles: never behind for good, never with an older text over a newer one."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.domains.ctos.test_import_files import json_file, record
from tests.domains.search.directory import bring_in_step, found, listed
from tests.factories import PROBLEMS, ListedCto, Marketplace, Marketplaces, profile

from ctorendang.domains.ctos.importing.rows import check_file
from ctorendang.domains.ctos.importing.service import ImportService, ImportStatus
from ctorendang.domains.search import rebuilding
from ctorendang.domains.search.documents import ALIAS
from ctorendang.domains.search.indexing import Drift, IndexService
from ctorendang.domains.search.rebuilding import IndexKeeper, drift, reindex, sync
from ctorendang.infra.auth.actor import OPERATOR, WORKER, Actor
from ctorendang.infra.errors import Forbidden
from ctorendang.infra.gateways.typesense import SearchRefused, SearchUnavailable, Typesense
from ctorendang.kit.clock import now

CTO = "... on Cto { id }" + PROBLEMS


@pytest.fixture
async def market(searching: Marketplaces) -> Marketplace:
    return await searching.open()


async def documents(server: Typesense, market: Marketplace) -> dict[str, dict[str, Any]]:
    """What the index holds of a tenant, by id."""
    fields = ("id", "headline", "version", "checksum", "rating")
    return {each["id"]: each async for each in server.export(ALIAS, market.id, fields)}


async def drift_of(market: Marketplace, server: Typesense) -> Drift:
    return await drift(market.marketplaces.site.product, server, market.id)


async def rewrite(cto: ListedCto, headline: str) -> None:
    saved = await cto.person.mutate("updateCtoProfile", CTO, profile(headline=headline))
    assert saved["__typename"] == "Cto", saved


async def test_what_is_saved_is_found_and_what_is_paused_is_not(market, search_server):
    cto = await listed(market, headline="Untangles monoliths")
    assert await found(market, "untangles") == [str(cto.id)]
    (first,) = (await documents(search_server, market)).values()
    await rewrite(cto, "Builds data platforms")
    await market.work_off()
    assert await found(market, "untangles") == []
    assert await found(market, "data platforms") == [str(cto.id)]
    (second,) = (await documents(search_server, market)).values()
    assert second["version"] > first["version"]
    await cto.person.mutate("pauseCtoProfile", CTO)
    # At once: the index still has it, the page does not.
    assert await found(market, "data platforms") == []
    assert await documents(search_server, market) != {}
    await market.work_off()
    assert await documents(search_server, market) == {}


async def test_a_directory_that_the_index_has_not_heard_of_is_not_empty(market, search_server):
    cto = await market.listed_cto()
    assert await documents(search_server, market) == {}
    assert await found(market, "") == [str(cto.id)]


async def test_a_review_changes_where_somebody_stands(market, search_server):
    cto = await listed(market)
    client = await market.join("client")
    review = {"ctoId": str(cto.id), "rating": 5, "body": "Calm and clear."}
    await client.mutate("writeReview", "... on Review { id }" + PROBLEMS, review)
    await market.work_off()
    assert (await documents(search_server, market))[str(cto.id)]["rating"] == 5
    assert (await drift_of(market, search_server)).ids == []


async def test_an_older_job_does_not_overwrite_a_newer_document(market, search_server, monkeypatch):
    cto = await listed(market, headline="First words")
    product = market.marketplaces.site.product
    held, go_on = asyncio.Event(), asyncio.Event()
    put = search_server.put

    async def slow_once(collection: str, rows: Any) -> None:
        if not held.is_set():
            held.set()
            await go_on.wait()
        await put(collection, rows)

    monkeypatch.setattr(search_server, "put", slow_once)

    async def job() -> None:
        async with product.units.begin(Actor.service(market.id, WORKER)) as work:
            await IndexService(work, search_server).put([cto.id])

    older = asyncio.create_task(job())
    await held.wait()  # it has read the first words, and is about to write them
    await market.fetch("update ctos set headline = 'Second words' where id = $1", cto.id)
    newer = asyncio.create_task(job())
    await asyncio.sleep(0.3)
    go_on.set()
    await asyncio.gather(older, newer)
    assert (await documents(search_server, market))[str(cto.id)]["headline"] == "Second words"
    assert (await drift_of(market, search_server)).ids == []


async def test_drift_is_noticed_by_count_and_by_checksum_and_mended(market, search_server):
    kept, lost, changed = [await listed(market, headline=f"Words number {place}") for place in range(3)]
    assert (await drift_of(market, search_server)).ids == []
    rows = await documents(search_server, market)
    stranger = str(uuid4())
    whole = {"tenant_id": str(market.id), "name": "X", "headline": "X", "bio": "X", "skills": [], "skill_keys": []}
    numbers = dict.fromkeys(("hourly_rate", "availability", "years_experience", "review_count"), 0)
    extra = {
        **whole,
        **numbers,
        "id": stranger,
        "industries": [],
        "industry_keys": [],
        **{name: [] for name in ("stages", "stage_keys", "languages", "language_keys")},
        "time_zone": "UTC",
        "offset": 0,
        "place": [0.0, 0.0],
    }
    await search_server.put(ALIAS, [{**extra, "rating": 0.0, "serial": 1, "checksum": "none", "version": 1}])
    await search_server.remove(ALIAS, [str(lost.id)])
    await market.fetch("update ctos set headline = 'Written past the outbox' where id = $1", changed.id)
    seen = await drift_of(market, search_server)
    assert (seen.expected, seen.indexed) == (3, 3), "counts alone would say that nothing is wrong"
    assert seen.expected_digest != seen.indexed_digest
    assert (seen.missing, [str(each) for each in seen.extra], seen.stale) == ([lost.id], [stranger], [changed.id])
    await bring_in_step(market)
    after = await drift_of(market, search_server)
    assert after.ids == []
    assert after.expected_digest == after.indexed_digest
    assert (await documents(search_server, market))[str(kept.id)] == rows[str(kept.id)], "what was right is not touched"


async def test_making_the_index_anew_loses_nothing_that_is_written_meanwhile(market, search_server, monkeypatch):
    cto = await listed(market, headline="First words")
    product, point = market.marketplaces.site.product, search_server.point
    before = await search_server.aliased(ALIAS)

    async def written_meanwhile(alias: str, collection: str) -> None:
        await market.fetch("update ctos set headline = 'Second words' where id = $1", cto.id)
        assert await found(market, "first") == [str(cto.id)], "searches are answered all along"
        await point(alias, collection)

    monkeypatch.setattr(search_server, "point", written_meanwhile)
    await reindex(product, search_server)
    after = await search_server.aliased(ALIAS)
    assert after != before
    assert [each for each in await search_server.collections() if each.startswith(ALIAS)] == [after]
    assert await found(market, "second words") == [str(cto.id)]
    assert (await drift_of(market, search_server)).ids == []


async def test_the_swap_waits_for_whoever_is_writing(market, search_server, monkeypatch):
    cto = await listed(market, headline="First words")
    product, put = market.marketplaces.site.product, search_server.put
    held, go_on, order = asyncio.Event(), asyncio.Event(), []

    async def slow(collection: str, rows: Any) -> None:
        held.set()
        await go_on.wait()
        await put(collection, rows)
        order.append("written")

    async def write() -> None:
        async with product.units.begin(Actor.service(market.id, WORKER)) as work:
            monkeypatch.setattr(search_server, "put", slow)
            await IndexService(work, search_server).put([cto.id])

    async def swap() -> None:
        async with product.units.begin(Actor.service(market.id, WORKER)) as work:
            current = await search_server.aliased(ALIAS)
            assert current is not None
            await IndexService(work, search_server).swap(current)
            order.append("swapped")

    writing = asyncio.create_task(write())
    await held.wait()
    swapping = asyncio.create_task(swap())
    await asyncio.sleep(0.3)
    go_on.set()
    await asyncio.gather(writing, swapping)
    assert order == ["written", "swapped"]


@pytest.mark.parametrize("alias", ["lost too", "left"])
async def test_a_lost_index_is_made_anew_and_the_database_searches_until_then(market, search_server, alias):
    cto = await listed(market, headline="Untangles monoliths")
    collection = await search_server.aliased(ALIAS)
    await search_server.drop(collection)
    answer = await market.graphql("{ searchCtos { degraded totalCount } }")
    assert answer["data"]["searchCtos"] == {"degraded": True, "totalCount": 1}
    if alias == "lost too":
        await search_server._ask("DELETE", f"/aliases/{ALIAS}")
    await IndexKeeper(market.marketplaces.site.product, search_server).look()
    answer = await market.graphql("{ searchCtos { degraded totalCount } }")
    assert answer["data"]["searchCtos"] == {"degraded": False, "totalCount": 1}
    assert await found(market, "untangles") == [str(cto.id)]


async def test_what_an_import_changes_is_found_and_told(market, search_server):
    cto, client = await listed(market, headline="Untangles monoliths"), await market.join("client")
    sought = {"filter": {"search": "data platforms"}}
    await client.mutate("saveSearch", "... on SavedSearch { id }", sought)
    row = record(1, email=cto.person.email, headline="Builds data platforms")
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, OPERATOR)) as work:
        file = check_file(json_file(row), "EUR")
        await ImportService(work).run(file, "EUR", ImportStatus.LISTED, keep=True)
    await market.work_off()
    assert await found(market, "untangles") == []
    assert await found(market, "data platforms") == [str(cto.id)]
    assert (await drift_of(market, search_server)).ids == []
    assert await market.fetch("select 1 from outbox where event = 'search.alerts_due'")


async def test_an_import_past_the_outbox_is_noticed_by_counting(market, search_server):
    cto = await listed(market)
    product = market.marketplaces.site.product
    keeper = IndexKeeper(product, search_server)
    await keeper.look()
    await market.work_off()
    assert market.id not in await keeper._miscounted()
    await search_server.remove(ALIAS, [str(cto.id)])
    assert market.id in await keeper._miscounted()
    for _ in range(15):
        await keeper.look()
    assert (await drift_of(market, search_server)).ids == []


@pytest.mark.parametrize("place", [0, 1])
async def test_no_tenant_waits_for_another_whose_profiles_are_refused(searching, search_server, monkeypatch, place):
    markets = [await searching.open(), await searching.open()]
    ctos = [await listed(each) for each in markets]
    await search_server.remove(ALIAS, [str(cto.id) for cto in ctos])
    put, refused = search_server.put, str(markets[place].id)

    async def picky(collection: str, documents: list[dict[str, Any]]) -> None:
        if any(each["tenant_id"] == refused for each in documents):
            raise SearchRefused("This one not.")
        await put(collection, documents)

    with monkeypatch.context() as patched:
        patched.setattr(search_server, "put", picky)
        await IndexKeeper(searching.site.product, search_server).look()
    assert (await drift_of(markets[1 - place], search_server)).ids == []
    assert (await drift_of(markets[place], search_server)).ids == [ctos[place].id]


async def test_once_a_day_everything_is_compared_since_clocks_change(market, search_server, monkeypatch):
    cto = await listed(market)
    keeper = IndexKeeper(market.marketplaces.site.product, search_server)
    await keeper.look()
    await market.fetch("update ctos set headline = 'Later words' where id = $1", cto.id)
    await keeper.look()
    assert (await drift_of(market, search_server)).ids == [cto.id]
    tomorrow = now() + timedelta(hours=25)
    monkeypatch.setattr(rebuilding, "now", lambda: tomorrow)
    await keeper.look()
    assert (await drift_of(market, search_server)).ids == []


async def test_a_document_that_cannot_be_written_is_not_noted_as_written(market, search_server, monkeypatch):
    cto = await listed(market)

    async def away(*_: Any) -> None:
        raise SearchUnavailable

    before = await market.fetch_as("worker", "select version from search_documents")
    monkeypatch.setattr(search_server, "put", away)
    await market.fetch("update ctos set headline = 'Second words' where id = $1", cto.id)
    with pytest.raises(SearchUnavailable):
        await sync(market.marketplaces.site.product, search_server, market.id)
    assert await market.fetch_as("worker", "select version from search_documents") == before


@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_only_the_worker_writes_to_the_index(market, search_server, role):
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, role)) as work:
        service = IndexService(work, search_server)
        for step in (service.put([uuid4()]), service.drift(), service.sync(), service.listed(), service.swap("x")):
            with pytest.raises(Forbidden):
                await step
        with pytest.raises(Forbidden):
            await service.documents([uuid4()])
