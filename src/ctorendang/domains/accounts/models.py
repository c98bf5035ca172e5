"""People, their passwords and their sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class User(Timestamps, TenantModel):
    """A person in one tenant. The same e-mail address in another tenant is another person."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        CheckConstraint("status in ('active', 'suspended')", name="status"),
        CheckConstraint("roles <@ array['client', 'cto', 'admin', 'platform_admin']", name="roles_are_known"),
    )

    email: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    status: Mapped[str] = mapped_column(server_default="active")
    email_verified_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]


class PasswordCredential(Timestamps, TenantModel):
    """A person's password as an Argon2id hash (RFC 9106)."""

    __tablename__ = "password_credentials"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    password_hash: Mapped[str]


class Session(TenantModel):
    """One sign-in: of a browser, which holds a cookie, or of a program, which holds access and refresh tokens.

    Only hashes of what the holder presents are kept. ``token_hash`` is that of the cookie or of the current access
    token; a session that has ended stays as a record.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("kind in ('browser', 'program')", name="kind"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str]
    token_hash: Mapped[bytes]
    address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RefreshToken(TenantModel):
    """One link in the chain of a program's refresh tokens; the session is the family (RFC 9700 section 4.14)."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        within_tenant("session_id", "sessions", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        Index(None, "tenant_id", "session_id"),
    )

    session_id: Mapped[UUID]
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class EmailToken(TenantModel):
    """A secret sent by e-mail that proves who reads that address; works once."""

    __tablename__ = "email_tokens"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("purpose in ('verify_email', 'reset_password')", name="purpose"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    purpose: Mapped[str]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
