"""Runs one claimed job: its effects and the note that it is done are one transaction."""

import asyncio
import random
from datetime import timedelta

import structlog
from sqlalchemy import func, update
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError
from ctorendang.infra.events import Subscription, Subscriptions
from ctorendang.infra.gateways.gateways import NotConfigured
from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.jobs.relay import ClaimedJob, OutboxRelay
from ctorendang.infra.logs import hide_secrets_in
from ctorendang.infra.work import UnitsOfWork

MAX_ATTEMPTS = 20

_FIRST_DELAY_SECONDS = 2.0
_LONGEST_DELAY_SECONDS = 3600.0
_WAIT = timedelta(seconds=30)
_LONGEST_RUN_SECONDS = 300
_ERROR_LENGTH = 300

_log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """The row went to another worker while this one was busy; what this one did is rolled back."""


class JobRunner:
    """Gives claimed jobs to the handlers that subscribed.

    A failed job is tried again after 2 s, 4 s, 8 s ... and then every hour, 20 times within nine hours; after that its
    row stays, marked as failed. A job that takes its worker down with it counts as failed too. A job whose handler is
    not there yet, or a service that the handler needs, waits without an end.
    """

    def __init__(self, units: UnitsOfWork, subscriptions: Subscriptions, relay: OutboxRelay) -> None:
        self._units = units
        self._subscriptions = subscriptions
        self._relay = relay

    async def run(self, job: ClaimedJob) -> None:
        """Run it, and account for how that went; a cancelled job goes back at once."""
        with bound_contextvars(
            request_id=job.request_id, tenant_id=str(job.tenant_id), job_id=str(job.id), handler=job.handler
        ):
            subscription = self._subscriptions.handler(job.handler)
            if subscription is None:
                # In a rolling deployment the version that knows it may be only minutes away.
                error = f"This version has no handler named {job.handler}; waiting for one that does."
                _log.error("job without a handler")
                await self._relay.release(job, delay=_WAIT, error=error)
            elif job.attempts > MAX_ATTEMPTS:
                _log.error("job given up", attempts=job.attempts)
                await self._relay.give_up(job, error="Its worker ended every time it was run.")
            else:
                await self._attempt(job, subscription)

    async def _attempt(self, job: ClaimedJob, subscription: Subscription) -> None:
        try:
            async with asyncio.timeout(_LONGEST_RUN_SECONDS):
                await self._perform(job, subscription)
        except LeaseLost:
            _log.warning("lease lost, work rolled back")
        except asyncio.CancelledError:
            await self._relay.release(job)
            raise
        except NotConfigured as error:
            _log.warning("job waits", reason=str(error))
            await self._relay.release(job, delay=_WAIT, error=describe(error))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the job is kept and accounted for
            await self._fail(job, error)
        else:
            _log.info("job done", attempts=job.attempts)

    async def _perform(self, job: ClaimedJob, subscription: Subscription) -> None:
        actor = Actor.service(job.tenant_id, subscription.role, request_id=job.request_id)
        async with self._units.begin(actor, job.id) as work:
            await subscription.run(work, job.payload)
            done = (
                update(OutboxMessage)
                .where(
                    OutboxMessage.tenant_id == job.tenant_id,
                    OutboxMessage.id == job.id,
                    OutboxMessage.lease == job.lease,
                    OutboxMessage.done_at.is_(None),
                )
                .values(done_at=func.now(), leased_until=None, error=None)
                .returning(OutboxMessage.id)
                .execution_options(synchronize_session=False)
            )
            if await work.session.scalar(done) is None:
                raise LeaseLost

    async def _fail(self, job: ClaimedJob, error: Exception) -> None:
        if job.attempts >= MAX_ATTEMPTS:
            _log.error("job given up", attempts=job.attempts, exc_info=error)
            await self._relay.give_up(job, error=describe(error))
        else:
            delay = back_off(job.attempts)
            _log.warning("job failed", attempts=job.attempts, retry_in=delay.total_seconds(), exc_info=error)
            await self._relay.retry(job, delay=delay, error=describe(error))


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubled each time, give or take a quarter."""
    # Spread, so that jobs that failed together do not come back together.
    seconds = min(_FIRST_DELAY_SECONDS * 2.0 ** (attempts - 1), _LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311


def describe(error: Exception) -> str:
    """One short line for people who look at the row, without credentials and without the values of statements."""
    if isinstance(error, DBAPIError):
        # Its own text goes on with the statement and what was bound to it.
        message, name = str(error.orig), type(error.orig).__name__
    else:
        message, name = (error.detail if isinstance(error, AppError) else str(error)), type(error).__name__
    first_line = next(iter(message.splitlines()), "")
    return f"{name}: {hide_secrets_in(first_line)}"[:_ERROR_LENGTH].removesuffix(": ")
