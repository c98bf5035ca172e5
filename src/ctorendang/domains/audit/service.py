"""Writing the audit trail, and reading it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.permissions import AuditPermission
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted upon, in words for the trail: ``project``, its id."""

    type: str
    id: UUID | None


def record(
    work: UnitOfWork,
    action: str,
    subject: Subject,
    details: dict[str, Any] | None = None,
    *,
    tenant_id: UUID | None = None,
) -> None:
    """Add a row to the trail, in the transaction of the change itself.

    Args:
        work: whose actor acted.
        action: ``domain.resource.verb_in_the_past``.
        subject: what it was done to.
        details: what changed, without secrets or personal texts.
        tenant_id: whose trail; the platform writes into a tenant's.
    """
    work.session.add(
        AuditEvent(
            tenant_id=tenant_id or work.tenant_id,
            actor_id=work.actor.user_id,
            actor_name=work.actor.name or None,
            action=action,
            subject_type=subject.type,
            subject_id=subject.id,
            details=details or {},
            request_id=work.actor.request_id,
        )
    )


class AuditService:
    """Reading the trail."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def page(self, request: PageRequest) -> Page[AuditEvent]:
        """The newest events first.

        Raises:
            Forbidden: the actor does not read the trail.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AuditPermission.READ)
        statement = select(AuditEvent).where(AuditEvent.tenant_id == self._work.tenant_id)
        keys = [Key(AuditEvent.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, statement, keys, request)

    async def count(self) -> int:
        """How many events there are.

        Raises:
            Forbidden: the actor does not read the trail.
        """
        self._work.require(AuditPermission.READ)
        statement = select(func.count()).where(AuditEvent.tenant_id == self._work.tenant_id)
        return (await self._work.session.scalar(statement)) or 0
