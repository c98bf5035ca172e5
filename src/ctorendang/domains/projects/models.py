"""Projects and the skills they ask for."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class Project(Timestamps, TenantModel):
    """What a company needs done.

    Attributes:
        budget: for the whole project, minor units of ``currency``.
        max_hourly_rate: what the owner would pay an hour at most, minor units of ``currency``.
    """

    __tablename__ = "projects"
    __table_args__ = (
        within_tenant("owner_id", "users", ondelete="CASCADE"),
        CheckConstraint("status in ('draft', 'published', 'closed')", name="status"),
        CheckConstraint("budget between 0 and 100000000000", name="budget"),
        CheckConstraint("max_hourly_rate between 0 and 100000000", name="max_hourly_rate"),
        CheckConstraint("hours_per_week between 1 and 60", name="hours_per_week"),
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


class ProjectSkill(TenantModel):
    """That a project asks for a skill."""

    __tablename__ = "project_skills"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "skill_id"),
    )

    project_id: Mapped[UUID]
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"))
