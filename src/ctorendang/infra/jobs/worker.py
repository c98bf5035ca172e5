"""What a worker process does: dispatches jobs and listens for wake-ups until told to stop."""

import asyncio
import contextlib
import signal
from dataclasses import replace

from ctorendang.infra.db.session import Database
from ctorendang.infra.events import Subscriptions
from ctorendang.infra.jobs.dispatcher import Dispatcher
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.infra.jobs.wake import listen
from ctorendang.infra.work import UnitsOfWork
from ctorendang.settings import Settings, require

_RELAY_POOL = 2


async def work(settings: Settings, units: UnitsOfWork, subscriptions: Subscriptions) -> None:
    """Run jobs until SIGTERM or SIGINT, and those that are running then to their end, for ten seconds at most.

    Raises:
        InvalidSetting: the relay's address is missing.
    """
    database = Database(require(settings.database.relay_url, "RELAY_DATABASE_URL"), pool_size=_RELAY_POOL)
    relay = OutboxRelay(database, lease_seconds=settings.jobs.lease_seconds)
    # A job is a transaction; more of them than connections would only wait for each other.
    concurrency = min(settings.jobs.concurrency, settings.database.pool_size)
    dispatcher = Dispatcher(
        relay, JobRunner(units, subscriptions, relay), replace(settings.jobs, concurrency=concurrency)
    )
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, dispatcher.stop)
    listener = asyncio.create_task(listen(settings.redis, dispatcher.wake), name="wake-ups")
    try:
        await dispatcher.run()
    finally:
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        await database.close()
