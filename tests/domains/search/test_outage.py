"""The real server is killed, hung and started again while people search and save: nobody waits, nothing is lost.

How long each takes is measured by ``benchmarks/search.py``; on a busy machine seconds tell of the machine. Here it is
counted what the product does: whom it asks, how often it looks, and what it then knows.
"""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
from tests.domains.search.conftest import running_typesense, settings_of
from tests.domains.search.directory import found, search
from tests.factories import PROBLEMS, ListedCto, Marketplace, Marketplaces, profile
from tests.serving import Served, served

from ctorendang.asgi import create_app
from ctorendang.domains.search.indexing import Drift, IndexService
from ctorendang.domains.search.rebuilding import IndexKeeper, drift, keep_index, sync
from ctorendang.infra.gateways.typesense import SearchUnavailable
from ctorendang.infra.gateways.typesense import Typesense as SearchServer
from ctorendang.infra.jobs.dispatcher import Dispatcher
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.infra.stack.typesense import Typesense
from ctorendang.settings import Settings

DEGRADED = "Search is being looked after"
READERS = 6
# Only for what would otherwise never end: no test here is about so many seconds.
LONG = 180.0


@pytest.fixture(scope="module")
def victim() -> Iterator[Typesense]:
    """A server for nobody but these tests."""
    with running_typesense() as server:
        yield server


@pytest.fixture(scope="module")
async def site(search_settings: Settings, victim: Typesense) -> AsyncIterator[Served]:
    async with served(create_app(replace(search_settings, typesense=settings_of(victim)))) as site:
        yield site


@pytest.fixture(scope="module")
async def market(site: Served, search_settings: Settings) -> AsyncIterator[Marketplace]:
    """A tenant of the application that searches with the victim."""
    marketplaces = Marketplaces(site, search_settings)
    await marketplaces.prepare()
    yield await marketplaces.open()
    await marketplaces.close()


@asynccontextmanager
async def worker(market: Marketplace) -> AsyncIterator[None]:
    """All that a worker does, beside the application."""
    product = market.marketplaces.site.product
    relay = OutboxRelay(market.marketplaces.relay, lease_seconds=30)
    jobs = replace(market.marketplaces.settings.jobs, concurrency=4)
    dispatcher = Dispatcher(relay, JobRunner(product.units, product.subscriptions, relay), jobs)
    works = [asyncio.create_task(dispatcher.run()), asyncio.create_task(keep_index(product))]
    yield
    dispatcher.stop()
    works[1].cancel()
    await asyncio.gather(*works, return_exceptions=True)


@pytest.fixture
async def keeper(market: Marketplace, victim: Typesense) -> IndexKeeper:
    """Looks when a test says so; the server is up, whatever another test has done to it, and knows everything."""
    if victim.child.ended is not None:
        victim.start()
    await asyncio.to_thread(victim.wait)
    keeper = IndexKeeper(market.marketplaces.site.product, server_of(market))
    await recover(market, keeper)
    return keeper


async def recover(market: Marketplace, keeper: IndexKeeper) -> None:
    """One look of a worker at a server that is back: that must do, whatever other jobs there are."""
    await until(server_of(market).healthy)
    await keeper.look()
    assert await differences(market) == []
    await until(lambda: answering(market))


async def catch_up(market: Marketplace) -> None:
    """Do what is in the outbox, what waits for its time too."""
    await market.work_off()
    await market.fetch_as(
        "worker", "update outbox set run_at = now() where handler = 'search.sync' and done_at is null"
    )
    await market.work_off()


async def ctos_of(market: Marketplace, count: int, words: str) -> list[ListedCto]:
    """CTOs who are found by words, on either engine."""
    made = [await market.listed_cto(headline=f"{words} number {place}") for place in range(count)]
    await catch_up(market)
    return made


def server_of(market: Marketplace) -> SearchServer:
    server = market.marketplaces.site.product.gateways.search
    assert server is not None
    return server


async def answering(market: Marketplace) -> bool:
    """Whether searches are the engine's again."""
    return not (await search(market))["degraded"]


async def differences(market: Marketplace) -> list[object]:
    seen = await drift(market.marketplaces.site.product, server_of(market), market.id)
    assert seen.ids or (seen.indexed, seen.indexed_digest) == (seen.expected, seen.expected_digest)
    return list(seen.ids)


async def in_step(market: Marketplace) -> bool:
    """Whether the engine answers and differs in nothing."""
    try:
        return await answering(market) and not await differences(market)
    except SearchUnavailable:
        return False


async def until(condition: Callable[[], Awaitable[bool]]) -> float:
    """Wait for the condition; returns the seconds it took."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < LONG, "waited in vain"
        await asyncio.sleep(0.1)
    return time.monotonic() - started


@dataclass
class Asked:
    """How often searches were sent to the engine."""

    times: int = 0

    async def count(self, _: httpx.Request) -> None:
        self.times += 1


@pytest.fixture
def asked(market: Marketplace) -> Iterator[Asked]:
    counter, hooks = Asked(), server_of(market)._searches.event_hooks
    server_of(market)._searches.event_hooks = {**hooks, "request": [counter.count]}
    yield counter
    server_of(market)._searches.event_hooks = hooks


@dataclass
class Load:
    """What readers have met."""

    answers: int = 0
    degraded: int = 0

    def after(self, more: int) -> Callable[[], Awaitable[bool]]:
        """Whether so many more answers have come since now."""
        wanted = self.answers + more

        async def reached() -> bool:
            return self.answers >= wanted

        return reached


@asynccontextmanager
async def load(market: Marketplace, expected: int, words: str) -> AsyncIterator[Load]:
    """People who search all the time; each answer must be whole."""
    seen, over = Load(), asyncio.Event()

    async def read() -> None:
        while not over.is_set():
            answer = await search(market, filter={"search": words})
            assert (answer["totalCount"], len(answer["edges"])) == (expected, expected)
            seen.answers += 1
            seen.degraded += answer["degraded"]

    async with asyncio.TaskGroup() as readers:
        for _ in range(READERS):
            readers.create_task(read())
        try:
            yield seen
        finally:
            over.set()


def kill(victim: Typesense) -> None:
    assert victim.child.pid is not None
    os.killpg(victim.child.pid, signal.SIGKILL)
    victim.child._process.wait()


async def test_killed_under_load_it_is_missed_once_by_each_and_caught_up_with(market, victim, keeper, asked):
    ctos = await ctos_of(market, 3, "Shipyards")
    async with load(market, len(ctos), "shipyards") as seen:
        await until(seen.after(2 * READERS))
        assert seen.degraded < seen.answers, "it answers"
        degraded, before = seen.degraded, asked.times
        kill(victim)
        await until(seen.after(4 * READERS))
        assert seen.degraded > degraded, "the database answers"
        # Whoever was under way when it died has met the refusal; those who came later did not even ask.
        assert asked.times - before <= 2 * READERS
        assert not server_of(market).answers
        before, degraded, answers = asked.times, seen.degraded, seen.answers
        await until(seen.after(4 * READERS))
        assert asked.times == before
        assert seen.degraded - degraded == seen.answers - answers
        async with market.browser() as browser:
            assert DEGRADED in (await browser.get("/ctos")).text
    # While it is away: saved, paused and new.
    saved = await ctos[0].person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile(headline="Afresh"))
    assert saved["__typename"] == "Cto"
    await ctos[1].person.mutate("pauseCtoProfile", "... on Cto { id }" + PROBLEMS)
    new = await market.listed_cto(headline="Came while it was away")
    assert await found(market, "afresh") == [str(ctos[0].id)]
    assert await found(market, "came away") == [str(new.id)]
    await market.work_off()  # jobs find nobody to tell, and say so
    await keeper.look()  # and so does the keeper
    victim.start()
    await asyncio.to_thread(victim.wait)
    await recover(market, keeper)
    async with market.browser() as browser:
        assert DEGRADED not in (await browser.get("/ctos")).text
    assert await found(market, "afresh") == [str(ctos[0].id)]
    assert await found(market, "came away") == [str(new.id)]
    assert str(ctos[1].id) not in await found(market)
    assert await market.fetch_as("worker", "select from outbox where failed_at is not null") == []


async def test_hung_it_holds_up_only_who_asks_first(market, victim, keeper, asked):
    ctos = await ctos_of(market, 2, "Lighthouses")
    assert victim.child.pid is not None
    os.killpg(victim.child.pid, signal.SIGSTOP)
    try:
        before = asked.times
        for _ in range(5):
            answer = await search(market, filter={"search": "lighthouses"})
            assert (answer["degraded"], answer["totalCount"]) == (True, len(ctos))
        assert asked.times - before == 1, "who comes later does not even ask it"
    finally:
        os.killpg(victim.child.pid, signal.SIGCONT)
    await until(lambda: answering(market))
    assert await differences(market) == []


async def test_with_everything_it_knew_lost_it_is_filled_again(market, victim, keeper):
    ctos = await ctos_of(market, 2, "Windmills")
    kill(victim)
    shutil.rmtree(victim._data.path / "typesense")
    assert (await search(market, filter={"search": "windmills"}))["totalCount"] == len(ctos)
    await keeper.look()
    victim.start()
    await asyncio.to_thread(victim.wait)
    await recover(market, keeper)
    assert len(await found(market, "windmills")) == len(ctos)


async def test_a_worker_sees_to_it_by_itself(market, victim, keeper):
    (cto,) = await ctos_of(market, 1, "Granaries")
    async with worker(market):
        kill(victim)
        saved = await cto.person.mutate(
            "updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile(headline="Silos and granaries")
        )
        assert saved["__typename"] == "Cto"
        victim.start()
        await asyncio.to_thread(victim.wait)
        back = await until(lambda: in_step(market))
    print(f"caught up {back:.1f} s after its return")  # noqa: T201
    assert await found(market, "silos") == [str(cto.id)]


async def test_two_comparisons_at_once_are_made_one_after_the_other(market, victim, keeper, monkeypatch):
    compare, running = IndexService.drift, []

    async def watched(service: IndexService) -> Drift:
        running.append(service)
        assert len(running) == 1
        found = await compare(service)
        running.remove(service)
        return found

    monkeypatch.setattr(IndexService, "drift", watched)
    await asyncio.gather(*(sync(market.marketplaces.site.product, server_of(market), market.id) for _ in range(3)))
