"""Wake-ups through arq: a hint that work is due, whose loss costs no more than the time until the next sweep."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import structlog
from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import RedisError

from ctorendang.settings import RedisSettings

_QUEUE = "ctorendang"
_FUNCTION = "drain"

_ENQUEUE_SECONDS = 1.0
_SILENCE_SECONDS = 5.0
_POLL_SECONDS = 0.2
_SOCKET_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0

_log = structlog.get_logger(__name__)


class ArqWaker:
    """Wakes a worker in the background: never raises, never waits, and leaves an absent Valkey alone for five seconds.

    Wake-ups that no worker has answered yet are one: their job has one name.
    """

    def __init__(self, url: str) -> None:
        self._redis = _connect(url, _ENQUEUE_SECONDS)
        self._silent_until = 0.0
        self._wanted = False
        self._sending: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Say that there is work."""
        if time.monotonic() < self._silent_until:
            return
        # One that is under way may be too early for what was committed just now: it is followed by another.
        self._wanted = True
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="wake-worker")

    async def close(self) -> None:
        """Let the last wake-up leave, and close the connections."""
        if self._sending is not None:
            await asyncio.wait([self._sending])
        await self._redis.aclose()

    async def _send(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                async with asyncio.timeout(_ENQUEUE_SECONDS):
                    await self._redis.enqueue_job(_FUNCTION, _job_id=_FUNCTION)
            except (RedisError, OSError) as error:
                self._silent_until = time.monotonic() + _SILENCE_SECONDS
                _log.warning("worker cannot be woken, it will sweep", error=type(error).__name__)
                return


def create_waker(settings: RedisSettings) -> ArqWaker:
    """What units of work call after they have committed."""
    return ArqWaker(settings.url)


async def listen(settings: RedisSettings, on_wake: Callable[[], None]) -> None:
    """Call ``on_wake`` at each wake-up, until cancelled; whatever happens to Valkey, try again."""
    # It tells of every wake-up, and of trouble that is told of here.
    logging.getLogger("arq").setLevel(logging.ERROR)
    pause = _FIRST_PAUSE
    while True:
        started = time.monotonic()
        try:
            await _listen(settings.url, on_wake)
        except Exception as error:  # noqa: BLE001 - whatever happens to a hint, the sweep goes on
            if time.monotonic() - started > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            if pause == _FIRST_PAUSE:
                _log.warning("wake-ups cannot be heard, sweeping instead", error=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _listen(url: str, on_wake: Callable[[], None]) -> None:
    async def drain(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:
        """Nothing: what counts is that the job has ended."""

    async def after(ctx: dict[Any, Any]) -> None:
        # Only now is the job's name free. A wake-up that was dropped as a repetition came before, as did its commit.
        on_wake()

    async def started(ctx: dict[Any, Any]) -> None:
        _log.info("listening for wake-ups")

    redis = _connect(url, _SOCKET_SECONDS)
    worker = Worker(
        functions=[func(drain, name=_FUNCTION, timeout=1)],
        redis_pool=redis,
        queue_name=_QUEUE,
        on_startup=started,
        after_job_end=after,
        handle_signals=False,
        poll_delay=_POLL_SECONDS,
        job_timeout=1,
        keep_result=0,
        job_serializer=_dump,
        job_deserializer=json.loads,
    )
    try:
        await worker.async_run()
    finally:
        with contextlib.suppress(RedisError, OSError, asyncio.CancelledError):
            await worker.close()
        await redis.aclose()


def _connect(url: str, timeout: float) -> ArqRedis:
    redis: ArqRedis = ArqRedis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)
    redis.default_queue_name = _QUEUE
    # arq's own choice, pickle, would let whoever writes to Valkey run code in the worker.
    redis.job_serializer = _dump
    redis.job_deserializer = json.loads
    return redis


def _dump(job: dict[str, Any]) -> bytes:
    return json.dumps(job, default=str).encode()
