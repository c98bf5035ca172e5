"""Tenants and their domains: the platform's own tables, from which a tenant sees only its own rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import Base, Timestamps


class TenantRecord(Timestamps, Base):
    """An enterprise with a marketplace of its own; global, since it is what tenant tables belong to.

    ``kind`` is ``platform`` for the one reserved tenant that is the console itself.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'", name="slug_is_a_dns_label"),
        CheckConstraint("kind in ('enterprise', 'platform')", name="kind"),
        CheckConstraint("status in ('active', 'suspended')", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="enterprise")
    status: Mapped[str] = mapped_column(server_default="active")
    plan: Mapped[str] = mapped_column(server_default="standard")
    tagline: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[str] = mapped_column(server_default="EUR")
    locale: Mapped[str] = mapped_column(server_default="en")
    theme: Mapped[str] = mapped_column(server_default="base")
    theme_settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    applied: Mapped[dict[str, Any] | None]
    """The declaration as it was last applied, for telling a drift from a wish."""


class TenantDomain(Timestamps, Base):
    """A host name that leads to a tenant; a host belongs to one tenant in the whole platform."""

    __tablename__ = "tenant_domains"
    __table_args__ = (
        CheckConstraint("host = lower(host) and host !~ '[:/ ]' and host !~ '[.]$'", name="host_is_normal"),
        Index("uq_tenant_domains_primary", "tenant_id", unique=True, postgresql_where=text("is_primary")),
    )

    host: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))
    verified_at: Mapped[datetime | None]
