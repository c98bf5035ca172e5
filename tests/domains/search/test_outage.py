"""The real server is killed, hung and started again while people search and save: nobody waits, nothing is lost."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.domains.search.directory import found, search
from tests.factories import PROBLEMS, ListedCto, Marketplace, Marketplaces, profile
from tests.serving import Served, served

from ctorendang.asgi import create_app
from ctorendang.domains.search.rebuilding import drift, keep_index
from ctorendang.infra.gateways.typesense import Typesense as SearchServer
from ctorendang.infra.jobs.dispatcher import Dispatcher
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.infra.stack.data import DataFolder
from ctorendang.infra.stack.typesense import Typesense
from ctorendang.kit.wheels import NotInstalled
from ctorendang.settings import Settings, TypesenseSettings

DEGRADED = "Search is being looked after"
READERS = 6


@pytest.fixture(scope="module")
def victim() -> Iterator[Typesense]:
    """A server for nobody but these tests."""
    folder = Path(tempfile.mkdtemp(prefix="ctorendang-typesense-"))
    server = Typesense(DataFolder(folder, {}).acquire())
    try:
        server.start()
    except NotInstalled:
        pytest.skip("Typesense is made for Linux on x86-64")
    server.wait()
    yield server
    server.child.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def site(settings: Settings, victim: Typesense) -> AsyncIterator[Served]:
    names = victim.variables()
    chosen = TypesenseSettings(names["CTORENDANG_TYPESENSE_URL"], names["CTORENDANG_TYPESENSE_API_KEY"])
    async with served(create_app(replace(settings, typesense=chosen))) as site:
        yield site


@pytest.fixture(scope="module")
async def market(site: Served, settings: Settings) -> AsyncIterator[Marketplace]:
    """A tenant, and all that a worker does, beside the application that it belongs to."""
    marketplaces = Marketplaces(site, settings)
    await marketplaces.prepare()
    relay = OutboxRelay(marketplaces.relay, lease_seconds=30)
    product = site.product
    dispatcher = Dispatcher(
        relay, JobRunner(product.units, product.subscriptions, relay), replace(settings.jobs, concurrency=4)
    )
    market = await marketplaces.open()
    works = [asyncio.create_task(dispatcher.run()), asyncio.create_task(keep_index(product))]
    yield market
    dispatcher.stop()
    works[1].cancel()
    await asyncio.gather(*works, return_exceptions=True)
    await marketplaces.close()


@pytest.fixture(scope="module")
async def ctos(market: Marketplace) -> list[ListedCto]:
    made = [await market.listed_cto(headline=f"Words number {place}") for place in range(3)]
    await until(lambda: in_step(market, 3), seconds=60)
    return made


def server_of(market: Marketplace) -> SearchServer:
    server = market.marketplaces.site.product.gateways.search
    assert server is not None
    return server


async def in_step(market: Marketplace, count: int) -> bool:
    """Whether the engine answers, has so many, and differs in nothing."""
    answer = await search(market)
    if answer["degraded"] or answer["totalCount"] != count:
        return False
    seen = await drift(market.marketplaces.site.product, server_of(market), market.id)
    return not seen.ids and seen.indexed == count


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> float:
    """Wait for the condition; returns the seconds it took."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, "waited in vain"
        await asyncio.sleep(0.1)
    return time.monotonic() - started


@dataclass
class Load:
    """What readers met."""

    slowest: float = 0.0
    answers: int = 0
    degraded: list[float] = field(default_factory=list)


@asynccontextmanager
async def load(market: Marketplace, expected: int) -> AsyncIterator[Load]:
    """People who search all the time; each answer must be whole."""
    seen, over = Load(), asyncio.Event()

    async def read() -> None:
        while not over.is_set():
            started = time.monotonic()
            answer = await search(market, filter={"search": "words"})
            assert answer["totalCount"] == expected
            assert len(answer["edges"]) == expected
            seen.slowest = max(seen.slowest, time.monotonic() - started)
            seen.answers += 1
            if answer["degraded"]:
                seen.degraded.append(time.monotonic())

    readers = [asyncio.create_task(read()) for _ in range(READERS)]
    yield seen
    over.set()
    await asyncio.gather(*readers)


def kill(victim: Typesense) -> None:
    assert victim.child.pid is not None
    os.killpg(victim.child.pid, signal.SIGKILL)
    victim.child._process.wait()


async def test_killed_under_load_it_is_missed_for_two_seconds_at_most_and_caught_up_with(
    market, ctos, victim, record_property
):
    async with load(market, len(ctos)) as seen:
        await asyncio.sleep(1)
        assert seen.degraded == []
        killed = time.monotonic()
        kill(victim)
        await asyncio.sleep(2)
        assert seen.degraded, "the database answers"
        assert seen.degraded[0] - killed < 2
        async with market.browser() as browser:
            assert DEGRADED in (await browser.get("/ctos")).text
    assert seen.slowest < 2, "nobody waited"
    # While it is away: saved, paused and new.
    saved = await ctos[0].person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile(headline="Afresh"))
    assert saved["__typename"] == "Cto"
    await ctos[1].person.mutate("pauseCtoProfile", "... on Cto { id }" + PROBLEMS)
    new = await market.listed_cto(headline="Came while it was away")
    assert await found(market, "afresh") == [str(ctos[0].id)]
    assert await found(market, "came away") == [str(new.id)]
    await asyncio.sleep(3)
    victim.start()
    await asyncio.to_thread(victim.wait)
    back = await until(lambda: in_step(market, 3), seconds=30)
    record_property("slowest search while it was killed, s", round(seen.slowest, 2))
    record_property("searches answered meanwhile", seen.answers)
    record_property("caught up after its return, s", round(back, 1))
    print(f"killed: slowest {seen.slowest:.2f} s of {seen.answers}; caught up after {back:.1f} s")  # noqa: T201
    async with market.browser() as browser:
        assert DEGRADED not in (await browser.get("/ctos")).text
    assert await found(market, "afresh") == [str(ctos[0].id)]
    assert await found(market, "came away") == [str(new.id)]
    assert str(ctos[1].id) not in await found(market)


async def test_hung_it_holds_nobody_up(market, ctos, victim):
    assert victim.child.pid is not None
    (count,) = await market.fetch("select count(*) as listed from ctos where status = 'listed'")
    await until(lambda: in_step(market, count["listed"]), seconds=30)
    os.killpg(victim.child.pid, signal.SIGSTOP)
    try:
        slowest = 0.0
        for _ in range(5):
            started = time.monotonic()
            answer = await search(market)
            slowest = max(slowest, time.monotonic() - started)
            assert (answer["degraded"], answer["totalCount"]) == (True, count["listed"])
        assert slowest < 2
        started = time.monotonic()
        await search(market)
        assert time.monotonic() - started < 0.5, "who comes later does not even ask it"
    finally:
        os.killpg(victim.child.pid, signal.SIGCONT)
    await until(lambda: in_step(market, count["listed"]), seconds=30)


async def test_with_everything_it_knew_lost_it_is_filled_again(market, ctos, victim):
    (count,) = await market.fetch("select count(*) as listed from ctos where status = 'listed'")
    kill(victim)
    shutil.rmtree(victim._data.path / "typesense")
    assert (await search(market))["totalCount"] == count["listed"]
    victim.start()
    await asyncio.to_thread(victim.wait)
    await until(lambda: in_step(market, count["listed"]), seconds=30)
