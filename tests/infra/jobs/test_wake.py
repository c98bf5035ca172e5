"""Wake-ups through Valkey, and what happens without it."""

import asyncio
import pickle
import random
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from tests.infra.jobs.conftest import EFFECT, Jobs, all_done, dispatching, until

from ctorendang.infra.jobs.wake import ArqWaker, create_waker, listen
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.settings import RedisSettings

NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
async def valkey(settings) -> AsyncIterator[Redis]:
    """An empty Valkey."""
    redis = Redis.from_url(settings.redis.url)
    await redis.flushdb()
    yield redis
    await redis.aclose()


@pytest.fixture
async def waker(settings) -> AsyncIterator[ArqWaker]:
    waker = create_waker(settings.redis)
    yield waker
    await waker.close()


@asynccontextmanager
async def listening(url: str, on_wake) -> AsyncIterator[None]:
    listener = asyncio.create_task(listen(RedisSettings(url), on_wake))
    yield
    assert not listener.done()
    listener.cancel()
    await asyncio.wait([listener])


async def seconds_of(call: Awaitable[None]) -> float:
    started = time.monotonic()
    await call
    return time.monotonic() - started


async def commit(jobs: Jobs, waker: ArqWaker) -> None:
    async with jobs.units([EFFECT], waker).begin(jobs.actor) as work:
        work.publish("test.happened", {"subject": str(jobs.tenant_id)})


async def test_a_commit_wakes_the_worker_at_once(jobs, settings, valkey, waker):
    async with (
        dispatching(jobs, EFFECT, sweep_seconds=60) as dispatcher,
        listening(settings.redis.url, dispatcher.wake),
    ):
        await asyncio.sleep(0.3)
        await commit(jobs, waker)
        assert await until(lambda: all_done(jobs)) < 2
    assert await jobs.effects() == {jobs.tenant_id: 1}


async def test_no_wake_up_is_lost_among_many(jobs, settings, valkey, waker):
    """Each may meet the one before it in any state: waiting, running, just finished."""
    pause = random.Random(7)
    async with (
        dispatching(jobs, EFFECT, sweep_seconds=60) as dispatcher,
        listening(settings.redis.url, dispatcher.wake),
    ):
        for _ in range(25):
            for _ in range(4):
                await commit(jobs, waker)
                await asyncio.sleep(pause.uniform(0, 0.06))
            await until(lambda: all_done(jobs))
    assert await jobs.effects() == {jobs.tenant_id: 100}


async def test_a_worker_looks_only_when_the_next_wake_up_is_no_repetition_any_more(settings, valkey, waker):
    pending = []
    woken = asyncio.Event()

    def on_wake() -> None:
        with BlockingRedis.from_url(settings.redis.url) as redis:
            pending.append(redis.keys("arq:job:*"))
        woken.set()

    async with listening(settings.redis.url, on_wake):
        await waker()
        await asyncio.wait_for(woken.wait(), timeout=5)
    assert pending == [[]]


async def test_wake_ups_that_nobody_hears_do_not_pile_up(valkey, waker):
    for _ in range(100):
        await waker()
        await asyncio.sleep(0.001)
    await until(lambda: queued(valkey))
    assert await valkey.zcard("ctorendang") == 1
    woken = asyncio.Event()
    async with listening(valkey_url(valkey), woken.set):
        await asyncio.wait_for(woken.wait(), timeout=5)
    assert await valkey.zcard("ctorendang") == 0


async def test_what_a_stranger_puts_into_valkey_is_not_run(valkey, waker, tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "exploded",)

    await valkey.set("arq:job:evil", pickle.dumps(Bomb()))
    await valkey.zadd("ctorendang", {"evil": 1})
    woken = asyncio.Event()
    async with listening(valkey_url(valkey), woken.set):
        await until(lambda: gone(valkey, "evil"))
        await waker()
        await asyncio.wait_for(woken.wait(), timeout=5)
    assert not (tmp_path / "exploded").exists()


async def queued(valkey: Redis) -> bool:
    return await valkey.zcard("ctorendang") > 0


async def gone(valkey: Redis, job: str) -> bool:
    return await valkey.zscore("ctorendang", job) is None


def valkey_url(valkey: Redis) -> str:
    given = valkey.connection_pool.connection_kwargs
    return f"redis://:{given['password']}@{given['host']}:{given['port']}/{given['db']}"


async def test_without_valkey_jobs_are_swept(jobs):
    waker = create_waker(RedisSettings(NOBODY_THERE))
    async with dispatching(jobs, EFFECT, sweep_seconds=1) as dispatcher, listening(NOBODY_THERE, dispatcher.wake):
        await asyncio.sleep(0.2)
        await commit(jobs, waker)
        assert await until(lambda: all_done(jobs)) < 3
    await waker.close()


async def test_a_valkey_that_does_not_answer_makes_nobody_wait_and_is_left_alone():
    connections = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        waker = create_waker(RedisSettings(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"))
        for _ in range(30):
            assert await seconds_of(waker()) < 0.05
            await asyncio.sleep(0.05)
        await waker.close()
    assert connections == 1


async def test_wake_ups_are_heard_again_when_valkey_comes_back(tmp_path):
    tmp_path.chmod(0o755)
    woken = asyncio.Event()
    with EmbeddedStack(tmp_path / "stack", components={"valkey"}, environ={}) as stack:
        url = stack.variables()["CTORENDANG_REDIS_URL"]
        listener = asyncio.create_task(listen(RedisSettings(url), woken.set))
        await create_waker(RedisSettings(url))()
        await asyncio.wait_for(woken.wait(), timeout=5)
    await asyncio.sleep(0.7)
    woken.clear()
    with EmbeddedStack(tmp_path / "stack", components={"valkey"}, environ={}) as stack:
        assert stack.variables()["CTORENDANG_REDIS_URL"] == url
        waker = create_waker(RedisSettings(url))
        await waker()
        await asyncio.wait_for(woken.wait(), timeout=5)
        listener.cancel()
        await asyncio.wait([listener])
        await waker.close()
