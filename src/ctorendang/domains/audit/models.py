"""The audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel


class AuditEvent(TenantModel):
    """Who did what to what. The app role may add and read rows, never change or delete them.

    The actor is kept by id and name, not by foreign key: the trail outlives the people in it.

    Attributes:
        address: the one the actor's request came from; None where the product itself acted.
        session_id: the sign-in that the actor acted in, None where there was none.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "tenant_id", "actor_id", "id"),
        Index(None, "tenant_id", "subject_id", "id"),
    )

    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str]
    address: Mapped[str | None] = mapped_column(INET)
    session_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def subject(self) -> str:
        """What it was done to, as people read it: a kind of thing, and which one."""
        return f"{self.subject_type} {self.subject_id}" if self.subject_id else self.subject_type
