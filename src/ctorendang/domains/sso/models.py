"""Connections to identity providers, and what is kept between a browser's leaving for one and its coming back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class Connection(Timestamps, TenantModel):
    """One identity provider of a tenant; the id is in every address that the provider is told.

    Attributes:
        provider: whose instructions the wizard shows.
        status: only an ``active`` connection signs people in; a ``draft`` or ``tested`` one lets administrators try it.
        ownership: ``local`` is made here; ``managed`` is as its file says, ``seed`` came from one and is free since.
        settings: what the protocol needs and may be shown (``SamlSettings``, ``OidcSettings``).
        sealed_secret: the client secret of OIDC and OAuth.
        version: counts changes of anything that a test sign-in proves; ``tested_version`` is the last one proven.
        tested_by: the administrator who signed in through that version.
        jit: people who come for the first time get an account.
        roles_by_group: what membership in a group gives; without any entry roles are not touched.
        attributes: where the provider keeps ``email``, ``name`` and ``groups``, where that is not the usual place.
    """

    __tablename__ = "sso_connections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("protocol in ('saml', 'oidc', 'oauth')", name="protocol"),
        CheckConstraint(
            "provider in ('okta', 'entra', 'google', 'keycloak', 'github', 'generic')",
            name="provider",
        ),
        CheckConstraint("status in ('draft', 'tested', 'active', 'disabled')", name="status"),
        CheckConstraint("ownership in ('local', 'managed', 'seed')", name="ownership"),
        CheckConstraint("default_role in ('client', 'cto')", name="default_role"),
    )

    name: Mapped[str]
    protocol: Mapped[str]
    provider: Mapped[str] = mapped_column(server_default="generic")
    status: Mapped[str] = mapped_column(server_default="draft")
    ownership: Mapped[str] = mapped_column(server_default="local")
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    sealed_secret: Mapped[bytes | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    tested_version: Mapped[int | None]
    tested_by: Mapped[UUID | None]
    tested_at: Mapped[datetime | None]
    jit: Mapped[bool] = mapped_column(server_default=text("true"))
    default_role: Mapped[str] = mapped_column(server_default="client")
    roles_by_group: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    metadata_fetched_at: Mapped[datetime | None]
    metadata_problem: Mapped[str | None]


class ServiceProviderKey(TenantModel):
    """A key pair of one SAML connection; the next one is published before it signs, so that rotating is easy."""

    __tablename__ = "sso_keys"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "connection_id", "use"),
        CheckConstraint("use in ('current', 'next')", name="use"),
    )

    connection_id: Mapped[UUID]
    use: Mapped[str]
    certificate: Mapped[str]
    sealed_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class EmailDomain(TenantModel):
    """An e-mail domain that a tenant says is its own; counts once a DNS record has proven it.

    Attributes:
        missing_since: when the record of a proven domain was first found gone; after some days it counts no more.
        declared: the operator's file vouches for it, so that no record is looked for.
    """

    __tablename__ = "email_domains"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "domain"),
        CheckConstraint("domain = lower(domain)", name="domain_is_lower_case"),
    )

    connection_id: Mapped[UUID]
    domain: Mapped[str]
    token: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    verified_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    declared: Mapped[bool] = mapped_column(server_default=text("false"))


class Identity(TenantModel):
    """Whom a provider's subject is here. The pair of connection and subject is the key, never an e-mail address."""

    __tablename__ = "sso_identities"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "connection_id", "subject"),
        Index(None, "tenant_id", "user_id"),
    )

    connection_id: Mapped[UUID]
    user_id: Mapped[UUID]
    subject: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]


class SignOnRequest(TenantModel):
    """A browser that was sent to a provider, and what must come back with it.

    Attributes:
        state: RelayState of SAML, ``state`` of OIDC: random, and the key to this row.
        request_id: the ID of the AuthnRequest.
        sealed: nonce and PKCE verifier of OIDC.
        browser_hash: of the cookie of the browser that began.
        user_id: who asked for it, for a test, a link or a step-up.
        version: of the connection at the departure: what comes back proves no later one.
        origin: of this site as the browser named it. A provider knows one of our hosts; the cookie may be another's.
    """

    __tablename__ = "sso_requests"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "state"),
        CheckConstraint("purpose in ('sign_in', 'test', 'link', 'step_up')", name="purpose"),
        Index(None, "tenant_id", "expires_at"),
    )

    connection_id: Mapped[UUID]
    purpose: Mapped[str]
    state: Mapped[str]
    request_id: Mapped[str]
    sealed: Mapped[bytes | None]
    browser_hash: Mapped[bytes]
    user_id: Mapped[UUID | None]
    version: Mapped[int]
    next_path: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignOnTicket(TenantModel):
    """What a provider has said, kept for the moment until the browser shows that it is the one that began.

    Attributes:
        request_id: the row in ``sso_requests``; None when the provider began.
        sealed_identity: the verified identity, readable for the product alone.
    """

    __tablename__ = "sso_tickets"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        within_tenant("request_id", "sso_requests", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        Index(None, "tenant_id", "expires_at"),
    )

    connection_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    token_hash: Mapped[bytes]
    sealed_identity: Mapped[bytes]
    trace_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SeenMessage(TenantModel):
    """A message of a provider that was accepted, so that it is accepted once: assertion, logout request or token."""

    __tablename__ = "sso_seen_messages"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "connection_id", "message_id"),
        Index(None, "tenant_id", "expires_at"),
    )

    connection_id: Mapped[UUID]
    message_id: Mapped[str]
    expires_at: Mapped[datetime]


class SignOnSession(TenantModel):
    """What a provider calls one of our sessions, for signing out in step with it.

    Attributes:
        session_index: of SAML, or ``sid`` of OIDC.
        sealed_hint: the ID token, which OIDC providers want back at sign-out.
    """

    __tablename__ = "sso_sessions"
    __table_args__ = (
        within_tenant("session_id", "sessions", ondelete="CASCADE"),
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "session_id"),
        Index(None, "tenant_id", "connection_id", "subject"),
    )

    session_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    user_id: Mapped[UUID]
    subject: Mapped[str]
    name_id_format: Mapped[str | None]
    session_index: Mapped[str | None]
    sealed_hint: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignOnTrace(TenantModel):
    """Every check of one attempt, for the administrator who has to find out why; gone after thirty days.

    Attributes:
        reference: what the person who was refused is shown.
        purpose: what the browser had left for, as far as that was found out; empty where it was not.
        sealed_trace: the checks, redacted.
    """

    __tablename__ = "sso_traces"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("outcome in ('succeeded', 'refused')", name="outcome"),
        Index(None, "tenant_id", "connection_id", "created_at"),
        Index(None, "tenant_id", "expires_at"),
    )

    connection_id: Mapped[UUID]
    reference: Mapped[str]
    kind: Mapped[str]
    purpose: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str]
    summary: Mapped[str]
    sealed_trace: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
