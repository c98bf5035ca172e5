"""People, their passwords and their sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
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
        CheckConstraint("avatar ~ '^[0-9a-f]{32}$'", name="avatar"),
        CheckConstraint("appearance in ('system', 'light', 'dark')", name="appearance"),
        CheckConstraint("roles <@ array['client', 'cto', 'admin', 'platform_admin']", name="roles_are_known"),
    )

    email: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    status: Mapped[str] = mapped_column(server_default="active")
    email_verified_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    break_glass: Mapped[bool] = mapped_column(server_default=text("false"))
    """May sign in with local factors though single sign-on is enforced: the way back in when the provider is away."""
    managed: Mapped[bool] = mapped_column(server_default=text("false"))
    """A directory keeps the person's name and address; they change there and not here."""

    job_title: Mapped[str] = mapped_column(server_default="")
    company: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    pronouns: Mapped[str] = mapped_column(server_default="")
    about: Mapped[str] = mapped_column(server_default="")
    avatar: Mapped[str | None]
    """Names the person's picture in the object store; another picture has another name. None where there is none."""

    time_zone: Mapped[str | None]
    locale: Mapped[str | None]
    """How numbers and dates are written, such as ``de-CH``; the tenant's way where it is None."""

    appearance: Mapped[str] = mapped_column(server_default="system")
    start_page: Mapped[str] = mapped_column(server_default="automatic")


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
        CheckConstraint("method in ('password', 'passkey', 'sso')", name="method"),
        CheckConstraint("second_factor in ('app', 'recovery_code', 'passkey')", name="second_factor"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str]
    method: Mapped[str] = mapped_column(server_default="password")
    strong: Mapped[bool] = mapped_column(server_default=text("false"))
    second_factor: Mapped[str | None]
    authenticated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    token_hash: Mapped[bytes]
    address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccessPolicy(Timestamps, TenantModel):
    """How people of a tenant get in and how long they stay; a tenant without a row has the defaults.

    Attributes:
        mfa: whom local sign-ins ask for a second factor.
        idle_minutes: a browser session ends when it was not used for so long.
        absolute_hours: it ends then, used or not.
        concurrent_sessions: the most browser sessions a person may have; the oldest ends. None is no limit.
        sso_scope: whom enforced single sign-on binds: nobody, people with an address in ``sso_domains``, or everybody.
        sso_connection_id: where they are sent.
    """

    __tablename__ = "access_policies"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("mfa in ('off', 'optional', 'required_for_admins', 'required')", name="mfa"),
        CheckConstraint("idle_minutes between 5 and 43200", name="idle_minutes"),
        CheckConstraint("absolute_hours between 1 and 2160", name="absolute_hours"),
        CheckConstraint("concurrent_sessions between 1 and 100", name="concurrent_sessions"),
        CheckConstraint("sso_scope in ('off', 'domains', 'everyone')", name="sso_scope"),
    )

    mfa: Mapped[str] = mapped_column(server_default="optional")
    idle_minutes: Mapped[int] = mapped_column(server_default=text("10080"))
    absolute_hours: Mapped[int] = mapped_column(server_default=text("336"))
    concurrent_sessions: Mapped[int | None]
    sso_scope: Mapped[str] = mapped_column(server_default="off")
    sso_domains: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    sso_connection_id: Mapped[UUID | None]


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
    """A secret sent by e-mail that proves who reads that address; works once.

    Attributes:
        new_email: the address that it proves, where that is not yet the person's.
    """

    __tablename__ = "email_tokens"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("purpose in ('verify_email', 'reset_password', 'change_email')", name="purpose"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    purpose: Mapped[str]
    new_email: Mapped[str | None]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
