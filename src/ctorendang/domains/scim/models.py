"""Directories of a tenant, the tokens that they present, and what they have provisioned."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class ScimDirectory(Timestamps, TenantModel):
    """A system of the tenant's that says who its people are, such as Entra ID or Okta.

    Attributes:
        connection_id: the identity provider through which its people sign in.
        status: the tokens of a ``disabled`` directory are refused; its people stay as they are.
        default_role: of people whom no group gives one.
        roles_by_group: what membership in a group of this display name gives; without any entry roles are not touched.
    """

    __tablename__ = "scim_directories"
    __table_args__ = (
        within_tenant("connection_id", "sso_connections", ondelete="SET NULL (connection_id)"),
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("status in ('active', 'disabled')", name="status"),
        CheckConstraint("default_role in ('client', 'cto')", name="default_role"),
    )

    name: Mapped[str]
    connection_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(server_default="active")
    default_role: Mapped[str] = mapped_column(server_default="client")
    roles_by_group: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ScimToken(TenantModel):
    """What a directory presents; only its hash is kept.

    Attributes:
        prefix: how the token begins, by which administrators tell two apart; far too little of it to guess the rest.
    """

    __tablename__ = "scim_tokens"
    __table_args__ = (
        within_tenant("directory_id", "scim_directories", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        Index(None, "tenant_id", "directory_id"),
    )

    directory_id: Mapped[UUID]
    label: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ScimUser(TenantModel):
    """Somebody whom a directory keeps. A person belongs to one directory at most.

    Attributes:
        user_name: as the directory writes it; ``user_name_key`` is how it is compared (RFC 7643 section 4.1.1).
        emails: every address, in lower case, for looking them up.
        active: as the directory said last.
        shut_out: it was this directory that suspended the account, and so may restore it.
        resource: the SCIM resource without what has a column or is made up at reading.
        version: counts changes; the entity tag.
        removed_at: the directory has deleted it. The row remembers that the account was its own.
    """

    __tablename__ = "scim_users"
    __table_args__ = (
        within_tenant("directory_id", "scim_directories", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
        Index(
            "uq_scim_users_user_name",
            "tenant_id",
            "directory_id",
            "user_name_key",
            unique=True,
            postgresql_where=text("removed_at is null"),
        ),
        Index(None, "tenant_id", "directory_id", "external_id"),
    )

    directory_id: Mapped[UUID]
    user_id: Mapped[UUID]
    user_name: Mapped[str]
    user_name_key: Mapped[str]
    external_id: Mapped[str | None]
    emails: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    shut_out: Mapped[bool] = mapped_column(server_default=text("false"))
    resource: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]


class ScimGroup(TenantModel):
    """A group of a directory; its display name is what roles are given by."""

    __tablename__ = "scim_groups"
    __table_args__ = (
        within_tenant("directory_id", "scim_directories", ondelete="CASCADE"),
        Index(None, "tenant_id", "directory_id", "display_name_key"),
        Index(None, "tenant_id", "directory_id", "external_id"),
    )

    directory_id: Mapped[UUID]
    display_name: Mapped[str]
    display_name_key: Mapped[str]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ScimGroupMember(TenantModel):
    """That somebody is in a group."""

    __tablename__ = "scim_group_members"
    __table_args__ = (
        within_tenant("group_id", "scim_groups", ondelete="CASCADE"),
        within_tenant("member_id", "scim_users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "group_id", "member_id"),
        Index(None, "tenant_id", "member_id"),
    )

    group_id: Mapped[UUID]
    member_id: Mapped[UUID]
