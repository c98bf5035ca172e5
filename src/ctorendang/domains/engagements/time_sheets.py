"""Hours: a sheet a week, agreed or disputed."""

from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.engagements.drafts import TimeSheetDraft, checked_reason, worth
from ctorendang.domains.engagements.models import Engagement, EngagementTerms, TimeSheet
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import EngagementRepository
from ctorendang.domains.engagements.status import EngagementStatus, TermsStatus, TimeSheetStatus
from ctorendang.domains.engagements.steps import Seen, Step, finish_step, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_OPEN = (TimeSheetStatus.SUBMITTED, TimeSheetStatus.DISPUTED)


class TimeSheetService:
    """What was worked."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def submit(self, seen: Seen, draft: TimeSheetDraft) -> Engagement:
        """Hand a week's hours in, or correct a sheet that is not approved yet.

        Raises:
            InvalidInput: the week lies ahead or before the work began, or the hours make no sense.
            StepNotPossible: the week is approved, or the trial is over or its hours are used up.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.REPORT_HOURS)
        step = await take_step(self._work, Action.SUBMIT_TIME_SHEET, seen)
        engagement = step.engagement
        fields = Fields()
        began = engagement.trial_started_at
        checked = draft.check(fields, began.date() if began else engagement.created_at.date())
        fields.done()
        sheet = await self._of_week(engagement, checked)
        step.need(sheet.status in _OPEN, "This week is approved already.")
        await self._require_room(step, sheet, checked.minutes or 0)
        sheet.minutes, sheet.note = checked.minutes or 0, checked.note
        sheet.amount = worth(await self._rate(engagement), sheet.minutes)
        sheet.status, sheet.answer = TimeSheetStatus.SUBMITTED, None
        self._work.session.add(sheet)
        step.details["week"] = sheet.week.isoformat()
        self._work.publish("engagement.time_sheet_submitted", await self._done(step, sheet))
        return engagement

    async def _of_week(self, engagement: Engagement, draft: TimeSheetDraft) -> TimeSheet:
        for sheet in await self._engagements.parts_of(TimeSheet, engagement):
            if sheet.week == draft.week:
                return sheet
        return TimeSheet(
            tenant_id=engagement.tenant_id,
            engagement_id=engagement.id,
            client_id=engagement.client_id,
            cto_user_id=engagement.cto_user_id,
            week=draft.week,
            minutes=0,
            status=TimeSheetStatus.SUBMITTED,
        )

    async def _require_room(self, step: Step, sheet: TimeSheet, minutes: int) -> None:
        """A trial is as long as the tenant says, in days and in hours."""
        engagement = step.engagement
        if engagement.status != EngagementStatus.TRIAL or engagement.trial_minutes is None:
            return
        # Its time is over by the clock; that it was noted, which a worker does, may come later.
        ends = engagement.trial_ends_at
        step.need(
            not engagement.trial_over and (ends is None or ends > now()),
            "The trial is over. The client decides how to go on.",
        )
        others = await self._work.session.scalar(
            select(func.coalesce(func.sum(TimeSheet.minutes), 0)).where(
                TimeSheet.tenant_id == engagement.tenant_id,
                TimeSheet.engagement_id == engagement.id,
                TimeSheet.week != sheet.week,
            )
        )
        left = engagement.trial_minutes - (others or 0)
        step.need(minutes <= left, f"The trial has {left // 60} hours and {left % 60} minutes left.")

    async def _rate(self, engagement: Engagement) -> int:
        proposals = await self._engagements.parts_of(EngagementTerms, engagement)
        return next(each.rate for each in proposals if each.status == TermsStatus.ACCEPTED)

    async def take_back(self, seen: Seen, sheet_id: UUID) -> Engagement:
        """Take a sheet back that is not approved.

        Raises:
            StepNotPossible: it is approved.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.REPORT_HOURS)
        step = await take_step(self._work, Action.TAKE_BACK_TIME_SHEET, seen)
        sheet = await self._part(step, sheet_id, _OPEN)
        await self._work.session.delete(sheet)
        self._work.publish("engagement.time_sheet_taken_back", await self._done(step, sheet))
        return step.engagement

    async def approve(self, seen: Seen, sheet_id: UUID) -> Engagement:
        """Agree to a sheet; also to one that was disputed.

        Raises:
            StepNotPossible: it is approved already.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.APPROVE)
        step = await take_step(self._work, Action.APPROVE_TIME_SHEET, seen)
        sheet = await self._part(step, sheet_id, _OPEN)
        sheet.status, sheet.answer = TimeSheetStatus.APPROVED, None
        self._work.publish("engagement.time_sheet_approved", await self._done(step, sheet))
        return step.engagement

    async def dispute(self, seen: Seen, sheet_id: UUID, reason: str) -> Engagement:
        """Doubt a sheet and say why; the CTO hands it in again.

        Raises:
            InvalidInput: no reason is given.
            StepNotPossible: it is approved or disputed already.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.APPROVE)
        reason = checked_reason(reason)
        step = await take_step(self._work, Action.DISPUTE_TIME_SHEET, seen)
        sheet = await self._part(step, sheet_id, (TimeSheetStatus.SUBMITTED,))
        sheet.status, sheet.answer = TimeSheetStatus.DISPUTED, reason
        step.details["reason"] = reason
        self._work.publish("engagement.time_sheet_disputed", await self._done(step, sheet))
        return step.engagement

    async def _done(self, step: Step, sheet: TimeSheet) -> dict[str, str]:
        return await finish_step(
            self._work, step, week=sheet.week.isoformat(), minutes=sheet.minutes, amount=sheet.amount
        )

    async def _part(self, step: Step, sheet_id: UUID, wanted: tuple[TimeSheetStatus, ...]) -> TimeSheet:
        sheet = await self._engagements.part(TimeSheet, step.engagement, sheet_id)
        if sheet is None:
            raise NotFound("There is no such time sheet in this engagement.")
        step.need(sheet.status in wanted, "This time sheet is approved or disputed already.")
        step.details["week"] = sheet.week.isoformat()
        return sheet
