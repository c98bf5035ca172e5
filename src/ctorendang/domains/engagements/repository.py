"""Engagements in Postgres."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.calendar.subjects import bookings_about
from ctorendang.domains.engagements.models import (
    Engagement,
    EngagementLimits,
    EngagementReview,
    EngagementStep,
    EngagementTerms,
    Milestone,
    TimeSheet,
)
from ctorendang.domains.engagements.next_steps import Progress
from ctorendang.domains.engagements.status import EngagementStatus, MilestoneKind, Side, TermsStatus

Part = TypeVar("Part", EngagementTerms, Milestone, TimeSheet, EngagementReview, EngagementStep)

_ORDER = {
    EngagementTerms: EngagementTerms.number.desc(),
    Milestone: Milestone.id,
    TimeSheet: TimeSheet.week.desc(),
    EngagementReview: EngagementReview.side,
    EngagementStep: EngagementStep.version.desc(),
}
USUAL_LIMITS = {"trial_days": 14, "trial_hours": 20, "terms_days": 14}
REVIEW_DAYS = timedelta(days=14)
"""How long a review waits for the other."""
SOURCE = "engagement"
"""What the CTO's calendar calls who has bought hours of theirs, or booked a time to talk."""


class EngagementRepository(SQLAlchemyAsyncRepository[Engagement]):
    """Reads and writes engagements and their parts, as far as policies show them to the actor."""

    model_type = Engagement

    async def find(self, tenant_id: UUID, engagement_id: UUID, *, locked: bool = False) -> Engagement | None:
        """One engagement; locked, as it is now and until the transaction ends."""
        return await self.session.get(
            Engagement, (tenant_id, engagement_id), with_for_update=locked or None, populate_existing=locked
        )

    async def open(self, engagement: Engagement) -> Engagement | None:
        """Insert it, unless the project has an open one with the CTO."""
        columns = ("tenant_id", "project_id", "cto_id", "client_id", "cto_user_id", "title", "currency")
        statement = (
            insert(Engagement)
            .values({name: getattr(engagement, name) for name in columns})
            .on_conflict_do_nothing()
            .returning(Engagement)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def find_open(self, tenant_id: UUID, project_id: UUID, cto_id: UUID) -> Engagement | None:
        """The open one of a project with a CTO, locked."""
        statement = self._select_open(tenant_id, project_id, cto_id).with_for_update()
        return (await self.session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()

    async def has_open(self, tenant_id: UUID, project_id: UUID, cto_id: UUID) -> bool:
        """Whether the project has an open one with the CTO."""
        return (await self.session.scalar(self._select_open(tenant_id, project_id, cto_id))) is not None

    def _select_open(self, tenant_id: UUID, project_id: UUID, cto_id: UUID) -> Select[Engagement]:
        return select(Engagement).where(
            Engagement.tenant_id == tenant_id,
            Engagement.project_id == project_id,
            Engagement.cto_id == cto_id,
            Engagement.status.not_in([EngagementStatus.CLOSED, EngagementStatus.CANCELLED]),
        )

    async def introductions(self, tenant_id: UUID, engagement_ids: list[UUID]) -> dict[UUID, list[Booking]]:
        """The times to talk of some engagements, cancelled ones too, the first to begin first."""
        return await bookings_about(self.session, tenant_id, SOURCE, engagement_ids)

    async def parts(self, kind: type[Part], tenant_id: UUID, engagement_ids: list[UUID]) -> dict[UUID, list[Part]]:
        """The parts of one kind of some engagements, in their usual order."""
        statement = (
            select(kind)
            .where(kind.tenant_id == tenant_id, kind.engagement_id.in_(engagement_ids))
            .order_by(_ORDER[kind])
        )
        found: dict[UUID, list[Part]] = {each: [] for each in engagement_ids}
        for part in await self.session.scalars(statement):
            found[part.engagement_id].append(part)
        return found

    async def parts_of(self, kind: type[Part], engagement: Engagement) -> list[Part]:
        """The parts of one kind of one engagement, in their usual order."""
        return (await self.parts(kind, engagement.tenant_id, [engagement.id]))[engagement.id]

    async def part(self, kind: type[Part], engagement: Engagement, part_id: UUID) -> Part | None:
        """One part of this engagement."""
        found = await self.session.get(kind, (engagement.tenant_id, part_id))
        return found if found is not None and found.engagement_id == engagement.id else None

    async def steps_since(self, engagement: Engagement, version: int) -> Sequence[EngagementStep]:
        """What happened after a version, newest last."""
        statement = (
            select(EngagementStep)
            .where(
                EngagementStep.tenant_id == engagement.tenant_id,
                EngagementStep.engagement_id == engagement.id,
                EngagementStep.version > version,
            )
            .order_by(EngagementStep.version)
        )
        return (await self.session.scalars(statement)).all()

    async def limits(self, tenant_id: UUID) -> EngagementLimits:
        """The tenant's, or the usual ones."""
        statement = select(EngagementLimits).where(EngagementLimits.tenant_id == tenant_id)
        found = (await self.session.scalars(statement)).one_or_none()
        return found or EngagementLimits(tenant_id=tenant_id, **USUAL_LIMITS)

    async def put_limits(self, tenant_id: UUID, values: dict[str, int]) -> EngagementLimits:
        """Insert or replace the tenant's."""
        statement = (
            insert(EngagementLimits)
            .values(tenant_id=tenant_id, **values)
            .on_conflict_do_update(index_elements=["tenant_id"], set_={**values, "updated_at": func.now()})
            .returning(EngagementLimits)
        )
        return (await self.session.scalars(statement, execution_options={"populate_existing": True})).one()

    async def progress(self, engagement: Engagement) -> Progress:
        """Where it stands now."""
        terms = await self.parts_of(EngagementTerms, engagement)
        milestones = await self.parts_of(Milestone, engagement)
        sheets = await self.parts_of(TimeSheet, engagement)
        talks = (await self.introductions(engagement.tenant_id, [engagement.id]))[engagement.id]
        return progress_of(engagement, terms, milestones, sheets, talks)


def progress_of(
    engagement: Engagement,
    terms: Sequence[EngagementTerms],
    milestones: Sequence[Milestone],
    sheets: Sequence[TimeSheet],
    talks: Sequence[Booking] = (),
) -> Progress:
    """Where an engagement with these parts stands."""
    work = [each.status for each in milestones if each.kind == MilestoneKind.WORK]
    handover = [each.status for each in milestones if each.kind == MilestoneKind.HANDOVER]
    hours = [each.status for each in sheets]
    reviewed = {Side.CLIENT: engagement.client_reviewed, Side.CTO: engagement.cto_reviewed}
    return Progress(
        status=EngagementStatus(engagement.status),
        introduced=engagement.introduced_at is not None,
        booked=any(each.status == BookingStatus.BOOKED for each in talks),
        terms_by=next((Side(each.side) for each in terms if each.status == TermsStatus.OPEN), None),
        had_terms=bool(terms),
        trial_over=engagement.trial_over,
        sheets_submitted=hours.count("submitted"),
        sheets_disputed=hours.count("disputed"),
        planned=work.count("planned"),
        submitted=work.count("submitted"),
        approved=work.count("approved"),
        handover=handover[0] if handover else "",
        reviewed=frozenset(side for side, written in reviewed.items() if written),
        revealed=engagement.reviews_revealed_at is not None,
    )
