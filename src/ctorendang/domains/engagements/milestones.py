"""Delivering: milestones, and the handover pack that closes them."""

from uuid import UUID

from ctorendang.domains.engagements.drafts import MilestoneDraft, checked_reason
from ctorendang.domains.engagements.models import Engagement, Milestone
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import EngagementRepository
from ctorendang.domains.engagements.status import MilestoneKind, MilestoneStatus
from ctorendang.domains.engagements.steps import Seen, Step, finish_step, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork

MOST_MILESTONES = 50


class MilestoneService:
    """What is to be delivered, and what was."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def plan(self, seen: Seen, draft: MilestoneDraft) -> Engagement:
        """Add a milestone.

        Raises:
            InvalidInput: a field is not good.
            StepNotPossible: the handover pack is handed in, or there are very many already.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.PLAN)
        fields = Fields()
        checked = draft.check(fields)
        fields.done()
        step = await take_step(self._work, Action.PLAN_MILESTONE, seen)
        progress = await self._engagements.progress(step.engagement)
        step.need(progress.handover == MilestoneStatus.PLANNED, "The handover pack is in. Send it back to plan more.")
        count = progress.planned + progress.submitted + progress.approved
        step.need(count < MOST_MILESTONES, f"An engagement has at most {MOST_MILESTONES} milestones.")
        engagement = step.engagement
        milestone = Milestone(
            tenant_id=engagement.tenant_id,
            engagement_id=engagement.id,
            client_id=engagement.client_id,
            cto_user_id=engagement.cto_user_id,
            title=checked.title,
            amount=checked.amount,
            due_on=checked.due_on,
        )
        self._work.session.add(milestone)
        step.details["title"] = milestone.title
        self._work.publish("engagement.milestone_planned", await finish_step(self._work, step, amount=milestone.amount))
        return engagement

    async def remove(self, seen: Seen, milestone_id: UUID) -> Engagement:
        """Take a planned milestone out of the plan.

        Raises:
            StepNotPossible: it is handed in or approved, or it is the handover pack.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.PLAN)
        step = await take_step(self._work, Action.REMOVE_MILESTONE, seen)
        milestone = await self._part(step, milestone_id, MilestoneStatus.PLANNED, "It is handed in already.")
        step.need(milestone.kind == MilestoneKind.WORK, "The handover pack belongs to every engagement.")
        await self._work.session.delete(milestone)
        self._work.publish("engagement.milestone_removed", await finish_step(self._work, step, amount=milestone.amount))
        return step.engagement

    async def submit(self, seen: Seen, milestone_id: UUID, report: str) -> Engagement:
        """Hand a milestone in, with what it came to; for the handover pack, the pack itself.

        Raises:
            InvalidInput: the report is empty or too long.
            StepNotPossible: it is handed in already, or the handover pack comes before its time.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.DELIVER)
        fields = Fields()
        report = fields.text("report", report, most=20_000, lines=True)
        fields.done()
        step = await take_step(self._work, Action.SUBMIT_MILESTONE, seen)
        milestone = await self._part(step, milestone_id, MilestoneStatus.PLANNED, "It is handed in already.")
        if milestone.kind == MilestoneKind.HANDOVER:
            progress = await self._engagements.progress(step.engagement)
            step.need(
                not progress.planned + progress.submitted, "The handover pack comes last: settle every milestone first."
            )
        milestone.status, milestone.report = MilestoneStatus.SUBMITTED, report
        self._work.publish("engagement.milestone_submitted", await finish_step(self._work, step))
        return step.engagement

    async def take_back(self, seen: Seen, milestone_id: UUID) -> Engagement:
        """Take a milestone back that the client has not answered.

        Raises:
            StepNotPossible: it is not handed in.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.DELIVER)
        step = await take_step(self._work, Action.TAKE_BACK_MILESTONE, seen)
        milestone = await self._part(step, milestone_id, MilestoneStatus.SUBMITTED, "It is not handed in.")
        milestone.status = MilestoneStatus.PLANNED
        self._work.publish("engagement.milestone_taken_back", await finish_step(self._work, step))
        return step.engagement

    async def approve(self, seen: Seen, milestone_id: UUID) -> Engagement:
        """Agree that a milestone is reached; its amount counts from now on.

        Raises:
            StepNotPossible: it is not handed in.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.APPROVE)
        step = await take_step(self._work, Action.APPROVE_MILESTONE, seen)
        milestone = await self._part(step, milestone_id, MilestoneStatus.SUBMITTED, "It is not handed in.")
        milestone.status, milestone.answer = MilestoneStatus.APPROVED, None
        done = await finish_step(self._work, step, amount=milestone.amount, currency=step.engagement.currency)
        self._work.publish("engagement.milestone_approved", done)
        return step.engagement

    async def send_back(self, seen: Seen, milestone_id: UUID, reason: str) -> Engagement:
        """Ask for more work on a milestone, and say which.

        Raises:
            InvalidInput: no reason is given.
            StepNotPossible: it is not handed in.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.APPROVE)
        reason = checked_reason(reason)
        step = await take_step(self._work, Action.RETURN_MILESTONE, seen)
        milestone = await self._part(step, milestone_id, MilestoneStatus.SUBMITTED, "It is not handed in.")
        milestone.status, milestone.answer = MilestoneStatus.PLANNED, reason
        step.details["reason"] = reason
        self._work.publish("engagement.milestone_returned", await finish_step(self._work, step))
        return step.engagement

    async def _part(self, step: Step, milestone_id: UUID, wanted: MilestoneStatus, otherwise: str) -> Milestone:
        milestone = await self._engagements.part(Milestone, step.engagement, milestone_id)
        if milestone is None:
            raise NotFound("There is no such milestone in this engagement.")
        step.need(milestone.status == wanted, otherwise)
        step.details["title"] = milestone.title
        return milestone
