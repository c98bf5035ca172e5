"""Keys that programs present for people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, within_tenant


class ApiKey(TenantModel):
    """What a program presents for a person: it can less than they, and for a time.

    Attributes:
        prefix: how the key begins, by which its owner recognises it; far too little of it to guess the rest.
        scopes: names of ``Scope``, expanded to permissions whenever the key is used.
        ended_at: when it was revoked; the row stays as a record.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
