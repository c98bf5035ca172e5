"""Invitations to a tenant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, within_tenant


class Invitation(TenantModel):
    """That whoever reads an address may come in, with these roles. Open until accepted, revoked or too old.

    Attributes:
        token_hash: of the secret in the latest mail; None until one was sent.
        expires_at: each mail starts the time anew.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        within_tenant("invited_by", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        CheckConstraint("roles <@ array['client', 'cto', 'admin']", name="roles_are_known"),
        Index(
            "ix_invitations_open",
            "tenant_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
    )

    email: Mapped[str]
    roles: Mapped[list[str]]
    invited_by: Mapped[UUID]
    token_hash: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
