"""Engagements in GraphQL: what can be read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.calendar.booking_graphql import BookingType
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.engagements.introductions import IntroductionService
from ctorendang.domains.engagements.limits import LimitService
from ctorendang.domains.engagements.models import (
    Engagement,
    EngagementReview,
    EngagementStep,
    EngagementTerms,
    Milestone,
    TimeSheet,
)
from ctorendang.domains.engagements.next_steps import Progress, next_step
from ctorendang.domains.engagements.part_graphql import (
    EngagementLimitsType,
    EngagementParty,
    EngagementReviewType,
    EngagementStepType,
    EngagementTermsType,
    MilestoneType,
    NextStepType,
    TimeSheetType,
    party,
)
from ctorendang.domains.engagements.repository import progress_of
from ctorendang.domains.engagements.service import EngagementFilter, EngagementService
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import BY_ACTION, Action, possible
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection, parse_id
from ctorendang.infra.work import UnitOfWork

strawberry.enum(EngagementStatus, description="Where an engagement stands.")


async def _terms(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[EngagementTerms]]:
    return await EngagementService(work).parts(EngagementTerms, ids)


async def _milestones(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[Milestone]]:
    return await EngagementService(work).parts(Milestone, ids)


async def _time_sheets(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[TimeSheet]]:
    return await EngagementService(work).parts(TimeSheet, ids)


async def _reviews(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[EngagementReview]]:
    return await EngagementService(work).parts(EngagementReview, ids)


async def _history(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[EngagementStep]]:
    return await EngagementService(work).parts(EngagementStep, ids)


async def _introductions(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[Booking]]:
    return await EngagementService(work).introductions(ids)


async def _offered(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, bool]:
    return await IntroductionService(work).offered(cto_ids)


async def _briefs(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, str]:
    return await EngagementService(work).briefs(ids)


async def _sides(work: UnitOfWork, keys: list[tuple[UUID, UUID, UUID]]) -> dict[tuple[UUID, UUID, UUID], Side]:
    service = EngagementService(work)
    return {key: service.side_of(found) for key in keys if (found := await service.find(key[0])) is not None}


@strawberry.type(name="Engagement", description="A client and a CTO about one project.")
class EngagementType:
    """An engagement."""

    row: strawberry.Private[Engagement]
    id: strawberry.ID
    version: int = strawberry.field(description="Grows with every step; each mutation names the one it saw.")
    status: EngagementStatus
    title: str = strawberry.field(description="The project's, as it was when the CTO was shortlisted.")
    project_id: strawberry.ID
    cto_id: strawberry.ID
    currency: str = strawberry.field(description="Of every amount in it.")
    message: str = strawberry.field(description="What the client said to introduce themselves.")
    trial_ends_at: datetime | None
    trial_minutes: int | None = strawberry.field(description="How much may be worked in the trial.")
    trial_over: bool
    started_at: datetime | None
    closed_at: datetime | None
    cancel_reason: str | None
    cancelled_from: EngagementStatus | None
    reviews_revealed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Engagement) -> "EngagementType":
        """From its row."""
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            version=row.version,
            status=EngagementStatus(row.status),
            title=row.title,
            project_id=strawberry.ID(str(row.project_id)),
            cto_id=strawberry.ID(str(row.cto_id)),
            currency=row.currency,
            message=row.message,
            trial_ends_at=row.trial_ends_at,
            trial_minutes=row.trial_minutes,
            trial_over=row.trial_over,
            started_at=row.started_at,
            closed_at=row.closed_at,
            cancel_reason=row.cancel_reason,
            cancelled_from=EngagementStatus(row.cancelled_from) if row.cancelled_from else None,
            reviews_revealed_at=row.reviews_revealed_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    async def _side(self, info: Info) -> Side:
        key = (self.row.id, self.row.client_id, self.row.cto_user_id)
        return await info.context.load_found(_sides, key)

    async def _progress(self, info: Info) -> Progress:
        terms = await info.context.load_found(_terms, self.row.id)
        milestones = await info.context.load_found(_milestones, self.row.id)
        sheets = await info.context.load_found(_time_sheets, self.row.id)
        talks = await info.context.load_found(_introductions, self.row.id)
        return progress_of(self.row, terms, milestones, sheets, talks)

    @strawberry.field
    async def side(self, info: Info) -> Side:
        """Who the viewer is to it."""
        return await self._side(info)

    @strawberry.field
    async def brief(self, info: Info) -> str:
        """What the project asks for: whoever is introduced may read it, published or not."""
        return await info.context.load_found(_briefs, self.row.project_id)

    @strawberry.field
    async def client(self, info: Info) -> EngagementParty:
        """Who needs something done."""
        return await party(info, self.row.client_id)

    @strawberry.field
    async def cto(self, info: Info) -> EngagementParty:
        """Who is asked to do it."""
        return await party(info, self.row.cto_user_id)

    @strawberry.field
    async def next_step(self, info: Info) -> NextStepType:
        """What the viewer does next."""
        found = next_step(await self._progress(info), await self._side(info))
        return NextStepType(action=found.action, text=found.text, awaited=found.awaited)

    @strawberry.field
    async def actions(self, info: Info) -> list[Action]:
        """Every step that the viewer's side can take from here; what else must hold is checked when it is taken."""
        return [each.action for each in possible(EngagementStatus(self.row.status), await self._side(info))]

    @strawberry.field
    async def undo(self, info: Info) -> Action | None:
        """The step that takes back what the viewer did last, null when that is not theirs or cannot be taken back."""
        last = (await info.context.load_found(_history, self.row.id))[0]
        side = await self._side(info)
        undo = BY_ACTION[Action(last.action)].undo if last.side == side else None
        able = [each.action for each in possible(EngagementStatus(self.row.status), side)]
        return undo if undo in able else None

    @strawberry.field
    async def introductions(self, info: Info) -> list[BookingType]:
        """The times to talk that were booked for it, cancelled ones too, the first to begin first."""
        person = info.context.actor.person
        return [BookingType.of(row, person) for row in await info.context.load_found(_introductions, self.row.id)]

    @strawberry.field
    async def takes_introductions(self, info: Info) -> bool:
        """Whether the CTO offers times to talk that could be booked for it now."""
        able = [each.action for each in possible(EngagementStatus(self.row.status), Side.CLIENT)]
        return Action.BOOK_INTRODUCTION in able and await info.context.load_found(_offered, self.row.cto_id)

    @strawberry.field
    async def terms(self, info: Info) -> list[EngagementTermsType]:
        """Every proposal, newest first, each with what it changes."""
        rows = await info.context.load_found(_terms, self.row.id)
        before = [*rows[1:], None]
        return [EngagementTermsType.of(row, earlier) for row, earlier in zip(rows, before, strict=False)]

    @strawberry.field
    async def milestones(self, info: Info) -> list[MilestoneType]:
        """In the order planned, the handover pack last."""
        rows = await info.context.load_found(_milestones, self.row.id)
        return [MilestoneType.of(row) for row in sorted(rows, key=lambda row: row.kind == "handover")]

    @strawberry.field
    async def time_sheets(self, info: Info) -> list[TimeSheetType]:
        """The newest week first."""
        return [TimeSheetType.of(row) for row in await info.context.load_found(_time_sheets, self.row.id)]

    @strawberry.field
    async def reviews(self, info: Info) -> list[EngagementReviewType]:
        """One's own, and once they are revealed the other side's."""
        return [EngagementReviewType.of(row) for row in await info.context.load_found(_reviews, self.row.id)]

    @strawberry.field
    async def history(self, info: Info) -> list[EngagementStepType]:
        """Every step, newest first."""
        return [EngagementStepType(row=row) for row in await info.context.load_found(_history, self.row.id)]


@strawberry.input(name="EngagementFilter")
class EngagementFilterInput:
    """Which engagements."""

    status: EngagementStatus | None = None
    awaiting_me: bool | None = strawberry.field(
        default=None, description="Only where the viewer has to act, or only where not."
    )
    project_id: strawberry.ID | None = None

    def value(self) -> EngagementFilter:
        """As the service takes it."""
        project = None if self.project_id is None else parse_id(self.project_id) or UUID(int=0)
        return EngagementFilter(status=self.status, awaiting_me=self.awaiting_me, project_id=project)


EngagementResult = Annotated[EngagementType | Refusal | InvalidInput, strawberry.union("EngagementResult")]
EngagementLimitsResult = Annotated[
    EngagementLimitsType | Refusal | InvalidInput, strawberry.union("EngagementLimitsResult")
]


@strawberry.type
class EngagementQueries:
    """Roots about engagements."""

    @strawberry.field
    async def engagement(self, info: Info, id: strawberry.ID) -> EngagementType | None:
        """An engagement, null when there is none to see."""
        engagement_id = parse_id(id)
        if engagement_id is None:
            return None
        found = await info.context.use(lambda work: EngagementService(work).find(engagement_id))
        return EngagementType.of(found) if found is not None else None

    @strawberry.field
    async def engagements(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: EngagementFilterInput | None = None,
    ) -> Connection[EngagementType]:
        """One's own engagements; for administrators all. Newest first."""
        wanted = filter.value() if filter else EngagementFilter()
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: EngagementService(work).page(wanted, request))
        return connection(
            page, EngagementType.of, lambda: info.context.use(lambda work: EngagementService(work).count(wanted))
        )

    @strawberry.field
    async def engagement_limits(self, info: Info) -> EngagementLimitsType:
        """How long trials and proposals last here."""
        return EngagementLimitsType.of(await info.context.use(lambda work: LimitService(work).current()))
