"""Keeps a worker busy: claims due jobs, runs them side by side, holds their leases, sweeps up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from ctorendang.infra.jobs.relay import ClaimedJob, OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.settings import JobSettings

_KEEP_DONE = timedelta(days=7)
_PURGE_SECONDS = 3600
_GRACE_SECONDS = 10

# A connection that cannot be made fails with the driver's own errors, one that breaks with SQLAlchemy's.
_DATABASE_ERRORS = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Looks for due jobs when woken, when one of its own ends, and every ``sweep_seconds`` in any case.

    While Postgres is away it keeps looking; jobs that it held then return by themselves when their leases end.
    """

    def __init__(self, relay: OutboxRelay, runner: JobRunner, settings: JobSettings) -> None:
        self._relay = relay
        self._runner = runner
        self._settings = settings
        self._running: dict[ClaimedJob, asyncio.Task[None]] = {}
        self._look = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look for due jobs now."""
        self._look.set()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what runs has ended, after ten seconds at the latest."""
        self._stopping = True
        self._look.set()

    async def run(self) -> None:
        """Dispatch until stopped."""
        chores = [
            asyncio.create_task(self._every(self._settings.lease_seconds / 3, self._renew), name="renew-leases"),
            asyncio.create_task(self._every(_PURGE_SECONDS, self._purge), name="purge-outbox"),
        ]
        try:
            while not self._stopping:
                # Cleared before looking: what comes in between is looked for again.
                self._look.clear()
                await self._claim()
                await self._wait()
        finally:
            await self._finish()
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)

    async def _claim(self) -> None:
        free = self._settings.concurrency - len(self._running)
        if not free:
            return
        try:
            jobs = await self._relay.claim(free)
        except _DATABASE_ERRORS as error:
            _log.warning("jobs cannot be claimed, trying again", error=type(error).__name__)
            return
        for job in jobs:
            task = asyncio.create_task(self._run(job), name=f"job-{job.id}")
            self._running[job] = task
            task.add_done_callback(partial(self._ended, job))

    async def _run(self, job: ClaimedJob) -> None:
        try:
            await self._runner.run(job)
        except _DATABASE_ERRORS as error:
            _log.warning("job cannot be accounted for, its lease will end", error=type(error).__name__)

    def _ended(self, job: ClaimedJob, _: asyncio.Task[None]) -> None:
        del self._running[job]
        self._look.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._settings.sweep_seconds):
                await self._look.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=_GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _renew(self) -> None:
        if self._running:
            await self._relay.renew(list(self._running))

    async def _purge(self) -> None:
        await self._relay.purge(_KEEP_DONE)

    async def _every(self, seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await chore()
            except _DATABASE_ERRORS as error:
                _log.warning("jobs cannot be looked after, trying again", error=type(error).__name__)
