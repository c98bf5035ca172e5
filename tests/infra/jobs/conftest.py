"""A database whose outbox is empty, and the pieces that claim and run what is in it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
import structlog
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.authz.authorize import Grants
from ctorendang.infra.db.session import Database
from ctorendang.infra.events import Subscription, Subscriptions
from ctorendang.infra.gateways.dns import SystemResolver
from ctorendang.infra.gateways.embeddings import create_embedder
from ctorendang.infra.gateways.files import create_files
from ctorendang.infra.gateways.gateways import Gateways
from ctorendang.infra.gateways.mail import create_mailer
from ctorendang.infra.gateways.outgoing import GuardedClient
from ctorendang.infra.jobs.dispatcher import Dispatcher
from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.infra.keys.keyring import Keyring
from ctorendang.infra.tenancy.links import Links
from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.infra.work import UnitOfWork, UnitsOfWork, Waker
from ctorendang.settings import JobSettings, Settings


async def nobody() -> None:
    """Wakes no worker."""


def compose(
    settings: Settings, database: Database, subscriptions: Iterable[Subscription] = (), wake: Waker | None = None
) -> UnitsOfWork:
    """Units of work as a composition root makes them, without themes: no job here renders."""
    with TemporaryDirectory() as no_themes:
        gateways = Gateways(
            embedder=create_embedder(settings.embeddings),
            mailer=create_mailer(settings.mail),
            files=create_files(settings.files),
            themes=ThemeRenderer(Path(no_themes)),
            links=Links(settings.web.scheme, settings.web.public_port),
            keyring=Keyring(settings.master_keys),
            outgoing=GuardedClient(loopback=settings.development),
            dns=SystemResolver(),
            limiter=AttemptLimiter(Redis.from_url(settings.redis.url)),
        )
    return UnitsOfWork(database, Grants({}), Subscriptions(subscriptions), gateways, wake or nobody)


@dataclass(frozen=True)
class Jobs:
    """One tenant's work, and what a worker is made of."""

    settings: Settings
    app: Database
    relay_database: Database
    tenant_id: UUID

    @property
    def actor(self) -> Actor:
        return Actor.service(self.tenant_id, "worker", request_id="request-1")

    def of(self, tenant_id: UUID) -> "Jobs":
        """The same for another tenant."""
        return replace(self, tenant_id=tenant_id)

    def units(self, subscriptions: Iterable[Subscription] = (), wake: Waker | None = None) -> UnitsOfWork:
        return compose(self.settings, self.app, subscriptions, wake)

    def relay(self, lease_seconds: float = 30) -> OutboxRelay:
        return OutboxRelay(self.relay_database, lease_seconds=lease_seconds)

    def runner(self, *subscriptions: Subscription) -> JobRunner:
        return JobRunner(self.units(subscriptions), Subscriptions(subscriptions), self.relay())

    async def add(self, count: int = 1) -> list[UUID]:
        """Put jobs into the outbox, as a committed unit of work does; returns what their payloads name."""
        subjects = [uuid4() for _ in range(count)]
        async with self.units([EFFECT]).begin(self.actor) as work:
            for subject in subjects:
                work.publish("test.happened", {"subject": str(subject)})
        return subjects

    async def rows(self) -> list[OutboxMessage]:
        async with self.app.unit_of_work(self.actor) as session:
            return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    async def row(self) -> OutboxMessage:
        (row,) = await self.rows()
        return row

    async def effects(self) -> dict[UUID, int]:
        """How often each subject has been affected."""
        async with self.app.unit_of_work(self.actor) as session:
            rows = await session.execute(
                select(AuditEvent.subject_id, func.count())
                .where(AuditEvent.action == "test.effect")
                .group_by(AuditEvent.subject_id)
            )
            return dict(rows.tuples().all())

    async def change(self, assignments: str) -> None:
        """Change the tenant's rows as no part of the product would."""
        async with self.app.unit_of_work(self.actor) as session:
            await session.execute(
                text(f"update outbox set {assignments} where tenant_id = :tenant_id"), {"tenant_id": self.tenant_id}
            )


async def effect(work: UnitOfWork, payload) -> None:
    """What jobs do here: leave a row for each time they take effect."""
    work.session.add(
        AuditEvent(
            tenant_id=work.tenant_id,
            action="test.effect",
            subject_type="test",
            subject_id=UUID(payload["subject"]),
            details={"roles": sorted(work.actor.roles)},
            request_id=work.actor.request_id,
        )
    )
    await work.session.flush()


EFFECT = Subscription("test.happened", "test.effect", effect)


@asynccontextmanager
async def dispatching(jobs: Jobs, *subscriptions: Subscription, **settings: int) -> AsyncIterator[Dispatcher]:
    chosen = JobSettings(**{"lease_seconds": 30, "sweep_seconds": 60, "concurrency": 4} | settings)
    dispatcher = Dispatcher(jobs.relay(chosen.lease_seconds), jobs.runner(*subscriptions), chosen)
    running = asyncio.create_task(dispatcher.run())
    yield dispatcher
    dispatcher.stop()
    await asyncio.wait_for(running, timeout=15)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 5) -> float:
    """Wait for the condition; returns the seconds it took."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, "waited in vain"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def all_done(jobs: Jobs) -> bool:
    return all(row.done_at for row in await jobs.rows())


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Without this, structlog draws every local variable of every frame of a job that fails, which takes seconds."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture
async def jobs(settings: Settings) -> AsyncIterator[Jobs]:
    app = Database(settings.database.url)
    relay_database = Database(settings.database.relay_url)
    jobs = Jobs(settings, app, relay_database, uuid4())
    async with relay_database.unit_of_work(jobs.actor) as session:
        await session.execute(text("delete from outbox"))
    yield jobs
    await app.close()
    await relay_database.close()
