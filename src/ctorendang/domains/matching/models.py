"""What texts mean, as vectors, narrow enough to be scanned exactly."""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, within_tenant
from ctorendang.infra.gateways.embeddings import DIMENSIONS


class CtoVector(TenantModel):
    """A section of a CTO's profile, read by a model. Sections are told apart because one vector a profile is too blunt.

    Rows of CTOs who are not listed do not exist. Availability and rate stand here too, so that the scan of a tenant's
    vectors filters without a join; what it finds is checked against the profile itself afterwards.

    Attributes:
        source_hash: of the text that was read, so an unchanged section is not read twice.
        availability: hours a week, as on the profile.
        hourly_rate: minor units, as on the profile.
    """

    __tablename__ = "cto_vectors"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id", "section"),
        CheckConstraint("section in ('profile', 'skills')", name="section"),
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
    """A project's title and description, read by a model."""

    __tablename__ = "project_vectors"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "project_id"),
    )

    project_id: Mapped[UUID]
    model: Mapped[str]
    source_hash: Mapped[bytes]
    embedding: Mapped[Any] = mapped_column(HALFVEC(DIMENSIONS))
