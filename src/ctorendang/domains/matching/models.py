"""What the product has read, what weighs how much, and what clients and time have made of matches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import REAL, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import BIT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import Base, TenantModel, within_tenant
from ctorendang.infra.gateways.embeddings import DIMENSIONS


class CtoVector(TenantModel):
    """A section of a CTO's profile, read by a model. Sections are told apart because one vector a profile is too blunt.

    Rows of CTOs who are not listed do not exist.

    Attributes:
        source_hash: of the text that was read, so an unchanged section is not read twice.
        availability: hours a week, as on the profile.
        hourly_rate: minor units, as on the profile.
    """

    __tablename__ = "cto_vectors"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id", "section"),
        CheckConstraint(
            "section in ('profile', 'headline', 'bio', 'experience', 'skills', 'portfolio')", name="section"
        ),
        Index(None, "tenant_id", "model", "availability", "hourly_rate"),
    )

    cto_id: Mapped[UUID]
    section: Mapped[str]
    model: Mapped[str]
    source_hash: Mapped[bytes]
    availability: Mapped[int]
    hourly_rate: Mapped[int]
    embedding: Mapped[Any] = mapped_column(HALFVEC(DIMENSIONS))


class ProjectVector(TenantModel):
    """A project's title and description, read by a model.

    Attributes:
        stage: of the company, as far as it was told.
        edition: of the product's reading, raised when it takes more out of a text than it did.
    """

    __tablename__ = "project_vectors"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id"),
    )

    project_id: Mapped[UUID]
    model: Mapped[str]
    source_hash: Mapped[bytes]
    embedding: Mapped[Any] = mapped_column(HALFVEC(DIMENSIONS))
    stage: Mapped[str | None]
    edition: Mapped[int] = mapped_column(server_default=text("0"))


class CtoSketch(TenantModel):
    """What every match looks at of every listed profile, in few bytes: a tenant's rows are scanned as a whole.

    Availability, rate and currency are as on the profile when it was read; whom the scan finds is checked against the
    profile itself.

    Attributes:
        stages: of companies, at which the CTO is at home.
        claims: how many skills the profile names; a claim among many counts less.
        headline: the signs of the section's vector, and so for the other sections; the fewer differ from the signs of a
            project's vector, the nearer is what both mean.
    """

    __tablename__ = "cto_sketches"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id"),
    )

    cto_id: Mapped[UUID]
    model: Mapped[str]
    availability: Mapped[int]
    hourly_rate: Mapped[int]
    currency: Mapped[str]
    stages: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    claims: Mapped[int] = mapped_column(server_default=text("0"))
    headline: Mapped[Any] = mapped_column(BIT(DIMENSIONS), nullable=True)
    bio: Mapped[Any] = mapped_column(BIT(DIMENSIONS), nullable=True)
    experience: Mapped[Any] = mapped_column(BIT(DIMENSIONS), nullable=True)
    skills: Mapped[Any] = mapped_column(BIT(DIMENSIONS), nullable=True)


class CtoReading(TenantModel):
    """The words of a listed profile for full-text ranking, without the person's name and without pronouns."""

    __tablename__ = "cto_readings"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id"),
    )

    cto_id: Mapped[UUID]
    source_hash: Mapped[bytes]
    words: Mapped[Any] = mapped_column(TSVECTOR)


class CtoMention(TenantModel):
    """A skill that a profile's text speaks of by one of its names, though its owner may not have listed it."""

    __tablename__ = "cto_mentions"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id", "skill_id"),
        Index(None, "tenant_id", "skill_id", "cto_id"),
    )

    cto_id: Mapped[UUID]
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"))


class ProjectNeed(TenantModel):
    """A skill that a project's words suggest, whether or not its owner knows the word for it.

    Attributes:
        strength: 1 where the text names the skill; less, the further its meaning is from what the text says.
    """

    __tablename__ = "project_needs"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "skill_id"),
        CheckConstraint("strength > 0 and strength <= 1", name="strength"),
    )

    project_id: Mapped[UUID]
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"))
    strength: Mapped[float] = mapped_column(REAL)


class MatchWeights(Base):
    """A version of the weights, with the evaluation that justified it; global: a reference that tenants only read.

    Rows are added by migrations and never change. The newest version holds.
    """

    __tablename__ = "match_weights"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    weights: Mapped[dict[str, Any]]
    evaluation: Mapped[dict[str, Any]]
    note: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TenantMatchWeights(TenantModel):
    """What a tenant multiplies some weights by. The row of the highest revision holds; older ones are its history."""

    __tablename__ = "tenant_match_weights"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "changed_by"], ["users.tenant_id", "users.id"], ondelete="SET NULL (changed_by)"
        ),
        UniqueConstraint("tenant_id", "revision"),
    )

    revision: Mapped[int]
    factors: Mapped[dict[str, Any]]
    changed_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MatchNotice(TenantModel):
    """That a CTO is told, or soon will be, of a project among whose first ten they have come to stand.

    Attributes:
        told_at: when the mail went, or would have but for the CTO's wishes; None before.
    """

    __tablename__ = "match_notices"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "cto_id"),
        Index(None, "tenant_id", "cto_id", "told_at"),
    )

    project_id: Mapped[UUID]
    cto_id: Mapped[UUID]
    told_at: Mapped[datetime | None]


class MatchFeedback(TenantModel):
    """That a project's owner does not want to see a CTO among its matches."""

    __tablename__ = "match_feedback"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("given_by", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "cto_id"),
        CheckConstraint("kind in ('hidden', 'not_relevant')", name="kind"),
        CheckConstraint(
            "reason in ('skills', 'seniority', 'rate', 'availability', 'industry', 'stage', 'other')", name="reason"
        ),
    )

    project_id: Mapped[UUID]
    cto_id: Mapped[UUID]
    given_by: Mapped[UUID]
    kind: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MatchPlace(TenantModel):
    """A CTO's place among a project's first ten, as the worker saw it last; who is new among them is told so."""

    __tablename__ = "match_places"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id", "cto_id"),
        Index(None, "tenant_id", "cto_id"),
        CheckConstraint("place between 1 and 10", name="place"),
    )

    project_id: Mapped[UUID]
    cto_id: Mapped[UUID]
    place: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MatchVisit(TenantModel):
    """When a project's owner last looked at its matches: who entered later is new to them."""

    __tablename__ = "match_visits"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id"),
    )

    project_id: Mapped[UUID]
    visited_at: Mapped[datetime] = mapped_column(server_default=func.now())
