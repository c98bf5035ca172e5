"""What stands in the outbox already."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, func, select

from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.work import UnitOfWork


async def is_planned(work: UnitOfWork, handler: str) -> bool:
    """Whether a handler has a run of the tenant's before it, or under way.

    Who asks so plans it where it is not: of two workers that start together the other one waits, and sees it then.
    """
    one_at_a_time = func.pg_advisory_xact_lock(func.hashtextextended(f"planning {work.tenant_id}", 0))
    await work.session.execute(select(one_at_a_time))
    planned = exists().where(
        OutboxMessage.tenant_id == work.tenant_id,
        OutboxMessage.handler == handler,
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    return bool(await work.session.scalar(select(planned)))


async def is_waiting(work: UnitOfWork, handler: str, **about: UUID) -> bool:
    """Whether a handler has a run of the tenant's before it; one that is under way may have looked too early.

    Args:
        work: of the tenant.
        handler: which.
        about: what the run is about, as its payload names it.
    """
    waiting = exists().where(
        OutboxMessage.tenant_id == work.tenant_id,
        OutboxMessage.handler == handler,
        *(OutboxMessage.payload[name].astext == str(id_) for name, id_ in about.items()),
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
        OutboxMessage.lease.is_(None),
    )
    return bool(await work.session.scalar(select(waiting)))


async def awaited(work: UnitOfWork, handlers: Collection[str], name: str, ids: Collection[UUID]) -> set[UUID]:
    """About which of some things one of these handlers has a run of the tenant's before it, or under way.

    Args:
        work: of the tenant.
        handlers: which.
        name: what the runs are about, as their payloads name it.
        ids: the things.
    """
    about = OutboxMessage.payload[name].astext
    statement = select(about).where(
        OutboxMessage.tenant_id == work.tenant_id,
        OutboxMessage.handler.in_(handlers),
        about.in_([str(id_) for id_ in ids]),
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    return {UUID(found) for found in await work.session.scalars(statement)}
