"""What stands in the outbox already."""

from sqlalchemy import exists, select

from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.work import UnitOfWork


async def is_planned(work: UnitOfWork, handler: str) -> bool:
    """Whether a handler has a run of the tenant's before it, or under way."""
    planned = exists().where(
        OutboxMessage.tenant_id == work.tenant_id,
        OutboxMessage.handler == handler,
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    return bool(await work.session.scalar(select(planned)))
