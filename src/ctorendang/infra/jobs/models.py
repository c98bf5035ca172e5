"""The outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel


class OutboxMessage(TenantModel):
    """Work that a committed transaction has asked for: one row an event and handler.

    A row is claimed by writing ``lease`` and ``leased_until``; whoever finishes it must still hold that lease, in the
    same transaction as the work's own effects, so that the effects happen once however often the work starts.

    Attributes:
        actor_id: on whose behalf, None for the product itself.
        bulk: to be done when nothing else is due.
        run_at: not before.
        failed_at: when it was given up; the row stays for people to look at.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "bulk",
            "run_at",
            postgresql_where=text("done_at is null and failed_at is null"),
        ),
    )

    event: Mapped[str]
    bulk: Mapped[bool] = mapped_column(server_default=text("false"))
    handler: Mapped[str]
    payload: Mapped[dict[str, Any]]
    actor_id: Mapped[UUID | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    run_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
