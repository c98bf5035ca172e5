"""Talking terms: proposals, counter-proposals, and what becomes of them."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from ctorendang.domains.calendar.capacity import hours_left, put_commitment
from ctorendang.domains.engagements.drafts import TermsDraft, checked_reason
from ctorendang.domains.engagements.models import Engagement, EngagementTerms
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import SOURCE, EngagementRepository
from ctorendang.domains.engagements.status import EngagementStatus, Side, TermsStatus
from ctorendang.domains.engagements.steps import Seen, Step, finish_step, side_of, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.errors import Forbidden, NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class TermsService:
    """What the two sides agree on."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def propose(self, seen: Seen, draft: TermsDraft) -> Engagement:
        """Propose terms, or others than the ones that the other side has proposed.

        Raises:
            InvalidInput: a field is not good, the currency is another one, or a CTO offers more hours than are left.
            Forbidden: the open terms are one's own.
            StepNotPossible: they have expired.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        engagement = await self._engagements.find(self._work.tenant_id, seen.engagement_id)
        if engagement is None or side_of(self._work, engagement) is None:
            raise NotFound("There is no such engagement of yours.")
        fields = Fields()
        checked = draft.check(fields, engagement.currency)
        fields.done()
        countering = engagement.status == EngagementStatus.PROPOSAL
        step = await take_step(self._work, Action.COUNTER if countering else Action.PROPOSE, seen)
        if countering:
            (await self._open(step, theirs=True)).status = TermsStatus.COUNTERED
            await self._work.session.flush()
        terms = await self._add(step, checked)
        step.details["number"] = terms.number
        if countering:
            self._work.publish("engagement.terms_countered", await finish_step(self._work, step, number=terms.number))
        else:
            self._work.publish("engagement.terms_proposed", await finish_step(self._work, step, number=terms.number))
        due = {"engagement_id": str(step.engagement.id), "terms_id": str(terms.id)}
        self._work.publish("engagement.terms_due", due, at=terms.expires_at)
        return step.engagement

    async def _add(self, step: Step, draft: TermsDraft) -> EngagementTerms:
        engagement = step.engagement
        days = draft.valid_days or (await self._engagements.limits(engagement.tenant_id)).terms_days
        before = await self._engagements.parts_of(EngagementTerms, engagement)
        terms = EngagementTerms(
            tenant_id=engagement.tenant_id,
            engagement_id=engagement.id,
            client_id=engagement.client_id,
            cto_user_id=engagement.cto_user_id,
            number=len(before) + 1,
            side=step.side,
            rate=draft.rate,
            currency=engagement.currency,
            hours_per_week=draft.hours_per_week,
            starts_on=draft.starts_on,
            weeks=draft.weeks,
            notice_days=draft.notice_days,
            note=draft.note,
            status=TermsStatus.OPEN,
            expires_at=now() + timedelta(days=days),
        )
        if step.side is Side.CTO:
            await self._require_own_hours(engagement, terms)
        self._work.session.add(terms)
        await self._work.session.flush()
        return terms

    async def _require_own_hours(self, engagement: Engagement, terms: EngagementTerms) -> None:
        """A CTO does not offer what cannot be accepted; a client may ask for it, and the CTO make room."""
        last_day = last_day_of(terms.starts_on, terms.weeks)
        left = await hours_left(self._work, engagement.cto_id, terms.starts_on, last_day)
        fields = Fields()
        if terms.hours_per_week > left:
            fields.refuse(
                "hoursPerWeek",
                f"You have {left} h a week left at that time. Propose no more, or offer more in your calendar first.",
            )
        fields.done()

    async def withdraw(self, seen: Seen) -> Engagement:
        """Take one's own open terms back.

        Raises:
            Forbidden: they are the other side's.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        step = await take_step(self._work, Action.WITHDRAW_TERMS, seen)
        (await self._open(step, theirs=False)).status = TermsStatus.WITHDRAWN
        self._work.publish("engagement.terms_withdrawn", await finish_step(self._work, step))
        return step.engagement

    async def decline(self, seen: Seen, reason: str) -> Engagement:
        """Say no to the other side's open terms; both may propose others.

        Raises:
            InvalidInput: no reason is given.
            Forbidden: they are one's own.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        reason = checked_reason(reason)
        step = await take_step(self._work, Action.DECLINE_TERMS, seen)
        terms = await self._open(step, theirs=True)
        terms.status, terms.answer = TermsStatus.DECLINED, reason
        step.details["reason"] = reason
        self._work.publish("engagement.terms_declined", await finish_step(self._work, step))
        return step.engagement

    async def accept(self, seen: Seen) -> Engagement:
        """Agree to the other side's open terms: the CTO's hours are sold, and the trial is as long as the tenant says.

        Raises:
            Forbidden: they are one's own.
            StepNotPossible: they have expired.
            HoursNotLeft: the CTO has sold too many other hours for then.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        step = await take_step(self._work, Action.ACCEPT_TERMS, seen)
        terms = await self._open(step, theirs=True)
        engagement = step.engagement
        limits = await self._engagements.limits(engagement.tenant_id)
        terms.status = TermsStatus.ACCEPTED
        engagement.trial_started_at = now()
        first_day = datetime.combine(terms.starts_on, time(), UTC)
        begins = max(engagement.trial_started_at, first_day)
        engagement.trial_ends_at = begins + timedelta(days=limits.trial_days)
        engagement.trial_minutes = limits.trial_hours * 60
        await put_commitment(
            self._work,
            engagement.cto_id,
            hours_per_week=terms.hours_per_week,
            starts_on=terms.starts_on,
            ends_on=last_day_of(terms.starts_on, terms.weeks),
            source=SOURCE,
            source_id=engagement.id,
        )
        done = await finish_step(self._work, step, number=terms.number, rate=terms.rate, currency=terms.currency)
        self._work.publish("engagement.terms_accepted", done)
        self._work.publish("engagement.trial_due", {"engagement_id": str(engagement.id)}, at=engagement.trial_ends_at)
        return engagement

    async def expire(self, engagement_id: UUID, terms_id: UUID) -> None:
        """Let terms go whose time is over; nothing happens when they have been answered meanwhile.

        Raises:
            Forbidden: the actor is not the product's own worker.
        """
        self._work.require(EngagementPermission.KEEP_TIME)
        engagement = await self._engagements.find(self._work.tenant_id, engagement_id, locked=True)
        terms = await self._engagements.part(EngagementTerms, engagement, terms_id) if engagement else None
        if engagement is None or terms is None or terms.status != TermsStatus.OPEN or terms.expires_at > now():
            return
        step = await take_step(self._work, Action.EXPIRE_TERMS, Seen(engagement_id, engagement.version))
        terms.status = TermsStatus.EXPIRED
        self._work.publish("engagement.terms_expired", await finish_step(self._work, step))

    async def _open(self, step: Step, *, theirs: bool) -> EngagementTerms:
        engagement = step.engagement
        proposals = await self._engagements.parts_of(EngagementTerms, engagement)
        terms = next(each for each in proposals if each.status == TermsStatus.OPEN)
        own = Side(terms.side) is step.side
        if theirs:
            if own:
                raise Forbidden("These terms are your own. The other side answers them; you can withdraw them.")
            step.need(terms.expires_at > now(), "These terms have expired. Ask for new ones, or propose your own.")
        elif not own:
            raise Forbidden("These terms are the other side’s. Decline them, or propose others.")
        return terms


def last_day_of(starts_on: date, weeks: int) -> date:
    """The last day of so many weeks."""
    return starts_on + timedelta(weeks=weeks, days=-1)
