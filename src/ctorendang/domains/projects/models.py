"""Projects, the skills they ask for, whom they are open to, and their files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class Project(Timestamps, TenantModel):
    """What a company needs done.

    Attributes:
        budget: for the whole project, minor units of ``currency``.
        max_hourly_rate: what the owner would pay an hour at most, minor units of ``currency``.
        stage: of the company, one of ``ctos.stages.STAGES``.
        goals: how one will know that it went well.
        deliverables: what is handed over, in the order of its owner.
        nda_required: details are told after an agreement not to pass them on.
        version: grows with every change of what the project says; whoever changes it may name the one they saw.
    """

    __tablename__ = "projects"
    __table_args__ = (
        within_tenant("owner_id", "users", ondelete="CASCADE"),
        CheckConstraint("status in ('draft', 'published', 'paused', 'closed')", name="status"),
        CheckConstraint("visibility in ('tenant', 'invited')", name="visibility"),
        CheckConstraint("stage in ('seed', 'growth', 'scale', 'enterprise')", name="stage"),
        CheckConstraint("budget between 0 and 100000000000", name="budget"),
        CheckConstraint("max_hourly_rate between 0 and 100000000", name="max_hourly_rate"),
        CheckConstraint("hours_per_week between 1 and 60", name="hours_per_week"),
        CheckConstraint("length_weeks between 1 and 260", name="length_weeks"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        Index(None, "tenant_id", "owner_id", "id"),
        Index(None, "tenant_id", "status", "id"),
    )

    owner_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="draft")
    industry: Mapped[str | None]
    budget: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    max_hourly_rate: Mapped[int | None]
    hours_per_week: Mapped[int | None]
    starts_on: Mapped[date | None]
    stage: Mapped[str | None]
    goals: Mapped[str] = mapped_column(server_default="")
    deliverables: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    length_weeks: Mapped[int | None]
    nda_required: Mapped[bool] = mapped_column(server_default=text("false"))
    visibility: Mapped[str] = mapped_column(server_default="tenant")
    version: Mapped[int] = mapped_column(server_default=text("1"))
    words: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('english', title || ' ' || description || ' ' || goals)", persisted=True),
        deferred=True,
    )
    """What the search of open projects looks into."""


class ProjectSkill(TenantModel):
    """That a project asks for a skill.

    Attributes:
        importance: an ``Importance``.
    """

    __tablename__ = "project_skills"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "skill_id"),
        CheckConstraint("importance in ('must', 'nice')", name="importance"),
    )

    project_id: Mapped[UUID]
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"))
    importance: Mapped[str] = mapped_column(server_default="must")


class ProjectInvitation(Timestamps, TenantModel):
    """That a CTO may see a project that is open to invited ones only.

    Both sides' people stand in the row, so that policies need no look-ups.

    Attributes:
        owner_id: the project's.
        user_id: the CTO as a person.
        told_at: when the CTO was written to; a draft's invitations are told when it is published.
    """

    __tablename__ = "project_invitations"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("owner_id", "users", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "cto_id"),
        Index("ix_project_invitations_tenant_id_user_id", "tenant_id", "user_id"),
    )

    project_id: Mapped[UUID]
    cto_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    user_id: Mapped[UUID]
    told_at: Mapped[datetime | None]


class ProjectAttachment(Timestamps, TenantModel):
    """A file that goes with a project; its bytes are in the object store under ``key``.

    Attributes:
        name: to save it under, with the ending of what it is.
        media_type: what it was found to be, never what a browser said.
        size: bytes.
    """

    __tablename__ = "project_attachments"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        CheckConstraint("size between 1 and 10000000", name="size"),
        Index("ix_project_attachments_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    project_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    key: Mapped[str]
