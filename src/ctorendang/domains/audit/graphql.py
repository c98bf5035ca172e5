"""The audit trail in GraphQL."""

from datetime import datetime

import strawberry

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.service import AuditService
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.types import Connection, Info, connection


@strawberry.type(name="AuditEvent", description="Who did what to what.")
class AuditEventType:
    """A row of the trail."""

    id: strawberry.ID
    action: str
    actor_name: str | None = strawberry.field(description="Null for the product itself.")
    subject: str
    created_at: datetime

    @classmethod
    def of(cls, event: AuditEvent) -> "AuditEventType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(event.id)),
            action=event.action,
            actor_name=event.actor_name,
            subject=event.subject,
            created_at=event.created_at,
        )


@strawberry.type
class AuditQueries:
    """Roots about the trail."""

    @strawberry.field
    async def audit_events(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[AuditEventType]:
        """What happened here, newest first; for administrators."""
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: AuditService(work).page(request))
        return connection(page, AuditEventType.of, lambda: info.context.use(lambda work: AuditService(work).count()))
