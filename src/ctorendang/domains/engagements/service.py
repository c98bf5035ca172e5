"""Reading engagements, and moving them on as a whole: start, close, cancel."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from ctorendang.domains.calendar.capacity import drop_commitment
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.subjects import end_bookings
from ctorendang.domains.engagements.drafts import checked_reason
from ctorendang.domains.engagements.models import Engagement, EngagementTerms, Milestone
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import REVIEW_DAYS, SOURCE, EngagementRepository, Part
from ctorendang.domains.engagements.status import MilestoneKind, Side, TermsStatus
from ctorendang.domains.engagements.steps import Seen, finish_step, side_of, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.domains.projects.models import Project
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


@dataclass(frozen=True, slots=True)
class EngagementFilter:
    """Which engagements.

    Attributes:
        awaiting_me: only where the actor has to act, or only where not.
    """

    status: str | None = None
    awaiting_me: bool | None = None
    project_id: UUID | None = None


class EngagementService:
    """What people may see and decide. The two sides see their own, the CTO once introduced; administrators see all."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def find(self, engagement_id: UUID) -> Engagement | None:
        """An engagement that the actor may see."""
        self._work.require(EngagementPermission.READ)
        found = await self._engagements.find(self._work.tenant_id, engagement_id)
        return found if found is not None and side_of(self._work, found) is not None else None

    def side_of(self, engagement: Engagement) -> Side:
        """Who the actor is to an engagement that they were given."""
        self._work.require(EngagementPermission.READ)
        return side_of(self._work, engagement) or Side.ADMIN

    async def page(self, wanted: EngagementFilter, request: PageRequest) -> Page[Engagement]:
        """The engagements that the actor may see, newest first.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page makes no sense.
        """
        self._work.require(EngagementPermission.READ)
        keys = [Key(Engagement.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._select(wanted), keys, request)

    async def count(self, wanted: EngagementFilter) -> int:
        """How many of them there are."""
        self._work.require(EngagementPermission.READ)
        statement = select(func.count()).select_from(self._select(wanted).subquery())
        return (await self._work.session.scalar(statement)) or 0

    def _select(self, wanted: EngagementFilter) -> Select[Engagement]:
        me = self._work.actor.user_id
        as_client = Engagement.client_id == me
        as_cto = and_(Engagement.cto_user_id == me, Engagement.introduced_at.is_not(None))
        statement = select(Engagement).where(Engagement.tenant_id == self._work.tenant_id)
        if not self._work.allows(EngagementPermission.READ_ALL):
            statement = statement.where(or_(as_client, as_cto))
        if wanted.status is not None:
            statement = statement.where(Engagement.status == wanted.status)
        if wanted.project_id is not None:
            statement = statement.where(Engagement.project_id == wanted.project_id)
        if wanted.awaiting_me is not None:
            mine = or_(and_(as_client, Engagement.awaits_client), and_(as_cto, Engagement.awaits_cto))
            statement = statement.where(mine if wanted.awaiting_me else ~mine)
        return statement

    async def parts(self, kind: type[Part], engagement_ids: list[UUID]) -> dict[UUID, list[Part]]:
        """The parts of one kind of engagements that the actor was given; reviews only as far as they are revealed."""
        self._work.require(EngagementPermission.READ)
        return await self._engagements.parts(kind, self._work.tenant_id, engagement_ids)

    async def introductions(self, engagement_ids: list[UUID]) -> dict[UUID, list[Booking]]:
        """The booked times to talk of engagements that the actor was given, the first to begin first."""
        self._work.require(EngagementPermission.READ)
        return await self._engagements.introductions(self._work.tenant_id, engagement_ids)

    async def briefs(self, project_ids: list[UUID]) -> dict[UUID, str]:
        """What the projects of engagements that the actor was given ask for, published or not."""
        self._work.require(EngagementPermission.READ)
        statement = select(Project.id, Project.description).where(
            Project.tenant_id == self._work.tenant_id, Project.id.in_(project_ids)
        )
        return {row.id: row.description for row in await self._work.session.execute(statement)}

    async def start(self, seen: Seen) -> Engagement:
        """Go on after the trial, on the agreed terms; a handover pack is planned from the beginning.

        Raises:
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.START)
        step = await take_step(self._work, Action.START, seen)
        engagement = step.engagement
        proposals = await self._engagements.parts_of(EngagementTerms, engagement)
        terms = next(each for each in proposals if each.status == TermsStatus.ACCEPTED)
        engagement.started_at = now()
        self._work.session.add(
            Milestone(
                tenant_id=engagement.tenant_id,
                engagement_id=engagement.id,
                client_id=engagement.client_id,
                cto_user_id=engagement.cto_user_id,
                kind=MilestoneKind.HANDOVER,
                title="Handover pack",
                amount=0,
            )
        )
        done = await finish_step(self._work, step, number=terms.number)
        self._work.publish("engagement.started", done)
        return engagement

    async def close(self, seen: Seen) -> Engagement:
        """End it well: everything is delivered and agreed. Both sides may review now.

        Raises:
            StepNotPossible: the handover pack, a milestone or a time sheet is still open.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.CLOSE)
        step = await take_step(self._work, Action.CLOSE, seen)
        progress = await self._engagements.progress(step.engagement)
        step.need(
            progress.handover == "approved",
            "The handover pack comes first: without it the next person starts from nothing.",
        )
        step.need(progress.may_close, "Approve or remove every milestone, and settle every time sheet first.")
        await drop_commitment(self._work, SOURCE, step.engagement.id)
        step.engagement.closed_at = now()
        self._work.publish("engagement.closed", await finish_step(self._work, step))
        self._work.publish(
            "engagement.reviews_due",
            {"engagement_id": str(step.engagement.id)},
            at=step.engagement.closed_at + REVIEW_DAYS,
        )
        return step.engagement

    async def cancel(self, seen: Seen, reason: str) -> Engagement:
        """End it before its time; also for administrators, who answer for what happens on their marketplace.

        Raises:
            InvalidInput: no reason is given.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.CANCEL)
        reason = checked_reason(reason)
        step = await take_step(self._work, Action.CANCEL, seen)
        await self._close_terms(step.engagement)
        await drop_commitment(self._work, SOURCE, step.engagement.id)
        await end_bookings(self._work, SOURCE, step.engagement.id, "The engagement was cancelled.")
        step.engagement.cancelled_from, step.engagement.cancel_reason = step.engagement.status, reason
        step.details["reason"] = reason
        self._work.publish("engagement.cancelled", await finish_step(self._work, step))
        return step.engagement

    async def _close_terms(self, engagement: Engagement) -> None:
        """Nobody can accept what belongs to an engagement that has ended."""
        for terms in await self._engagements.parts_of(EngagementTerms, engagement):
            if terms.status == TermsStatus.OPEN:
                terms.status = TermsStatus.WITHDRAWN
        await self._work.session.flush()

    async def end_trial(self, engagement_id: UUID) -> None:
        """Note that a trial has reached its limit; nothing happens when it is over otherwise.

        Raises:
            Forbidden: the actor is not the product's own worker.
            NotFound: the engagement is gone.
        """
        self._work.require(EngagementPermission.KEEP_TIME)
        engagement = await self._engagements.find(self._work.tenant_id, engagement_id, locked=True)
        if engagement is None:
            raise NotFound("This engagement is gone.")
        ends = engagement.trial_ends_at
        if engagement.status != "trial" or engagement.trial_over or ends is None or ends > now():
            return
        step = await take_step(self._work, Action.END_TRIAL, Seen(engagement_id, engagement.version))
        engagement.trial_over = True
        self._work.publish("engagement.trial_ended", await finish_step(self._work, step))
