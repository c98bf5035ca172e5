"""CTO profiles, the skills they name, and what clients say of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import Base, TenantModel, Timestamps, within_tenant


class Cto(Timestamps, TenantModel):
    """A person who offers part-time technical leadership.

    Attributes:
        hourly_rate: minor units of ``currency``.
        availability: hours a week open for new work.
        rating: mean of the reviews' stars, None before the first; kept in step by whoever writes a review.
        published_at: when the profile was first listed.
        stages: of companies, at which the CTO is at home.
        experience: ``sections.Position`` each, the latest first.
        languages: ``sections.SpokenLanguage`` each, by code.
    """

    __tablename__ = "ctos"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
        CheckConstraint("status in ('draft', 'in_review', 'listed', 'paused')", name="status"),
        CheckConstraint("hourly_rate between 0 and 100000000", name="hourly_rate"),
        CheckConstraint("availability between 0 and 60", name="availability_is_hours_a_week"),
        CheckConstraint("years_experience between 0 and 60", name="years_experience"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        CheckConstraint("stages <@ array['seed', 'growth', 'scale', 'enterprise']", name="stages_are_known"),
        CheckConstraint("jsonb_typeof(experience) = 'array'", name="experience_is_a_list"),
        CheckConstraint("jsonb_typeof(languages) = 'array'", name="languages_are_a_list"),
        Index(None, "tenant_id", "status", "rating"),
        Index("ix_ctos_tenant_id_industries", "industries", postgresql_using="gin"),
        # Whom a match fills its list with, and whether they may be on it, without reading a profile.
        Index(
            "ix_ctos_listed_by_reputation",
            "tenant_id",
            text("rating desc nulls last"),
            text("review_count desc"),
            "id",
            postgresql_include=["user_id", "availability", "hourly_rate", "currency"],
            postgresql_where=text("status = 'listed'"),
        ),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    headline: Mapped[str]
    bio: Mapped[str]
    hourly_rate: Mapped[int]
    currency: Mapped[str]
    availability: Mapped[int]
    years_experience: Mapped[int]
    industries: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    stages: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    experience: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    languages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    status: Mapped[str] = mapped_column(server_default="draft")
    decline_reason: Mapped[str | None]
    rating: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    review_count: Mapped[int] = mapped_column(server_default=text("0"))
    published_at: Mapped[datetime | None]
    words: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('english', name || ' ' || headline || ' ' || bio)", persisted=True),
        deferred=True,
    )
    """What the directory's search box looks into."""


class Skill(Base):
    """An entry of the skill taxonomy; global, since all tenants share it (a reference table when distributed).

    Attributes:
        slug: the name in lower case, words joined by hyphens; what addresses and imports use.
        source: ``esco`` (the EU's classification, by URI) or ``own``.
        parent_id: the broader skill, for partial credit.
    """

    __tablename__ = "skills"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("source in ('esco', 'own')", name="source"),
        Index("ix_skills_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        # The few hundred that are known by other names as well; those are looked through one by one.
        Index("ix_skills_with_synonyms", "id", postgresql_where=text("synonyms <> '{}'")),
        Index(None, "parent_id", postgresql_where=text("parent_id is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    uri: Mapped[str | None]
    synonyms: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("skills.id"))


class CtoSkill(TenantModel):
    """That a CTO has a skill, from 1 (has worked with it) to 5 (is asked about it by others).

    Attributes:
        years: of work with it; None where the CTO does not say.
    """

    __tablename__ = "cto_skills"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id", "skill_id"),
        CheckConstraint("level between 1 and 5", name="level"),
        CheckConstraint("years between 0 and 60", name="years"),
        Index(None, "tenant_id", "skill_id", "cto_id", postgresql_include=["level"]),
    )

    cto_id: Mapped[UUID]
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"))
    level: Mapped[int]
    years: Mapped[int | None]


class StatusChange(TenantModel):
    """That a profile came to stand elsewhere; rows are added and never changed.

    Attributes:
        before: None for a profile that arrived with an import.
        actor_id: who did it; None for the product itself, and for people who are gone.
        actor_name: what they were called then.
    """

    __tablename__ = "cto_status_changes"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("actor_id", "users", ondelete="SET NULL (actor_id)"),
        CheckConstraint("before in ('draft', 'in_review', 'listed', 'paused')", name="before"),
        CheckConstraint("after in ('draft', 'in_review', 'listed', 'paused')", name="after"),
        Index(None, "tenant_id", "cto_id", "id"),
        # What administrators have decided lately.
        Index(
            "ix_cto_status_changes_decisions",
            "tenant_id",
            "created_at",
            postgresql_where=text("before = 'in_review'"),
        ),
    )

    cto_id: Mapped[UUID]
    before: Mapped[str | None]
    after: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Review(Timestamps, TenantModel):
    """What one person says about having worked with a CTO. One each: writing again replaces it."""

    __tablename__ = "reviews"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("author_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id", "author_id"),
        CheckConstraint("rating between 1 and 5", name="rating_is_stars"),
        Index(None, "tenant_id", "cto_id", "created_at"),
    )

    cto_id: Mapped[UUID]
    author_id: Mapped[UUID]
    rating: Mapped[int]
    body: Mapped[str]
