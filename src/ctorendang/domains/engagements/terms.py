"""Talking terms: proposals, counter-proposals, and what becomes of them."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from ctorendang.domains.calendar.capacity import put_commitment
from ctorendang.domains.engagements.drafts import TermsDraft, reason_of
from ctorendang.domains.engagements.models import Engagement, EngagementTerms
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.status import EngagementStatus, Side, TermsStatus
from ctorendang.domains.engagements.steps import SOURCE, Seen, Step, Steps
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class TermsService:
    """What the two sides agree on."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._steps = Steps(work)

    async def propose(self, seen: Seen, draft: TermsDraft) -> Engagement:
        """Propose terms, or others than the ones that the other side has proposed.

        Raises:
            InvalidInput: a field is not good, or the currency is another one.
            StepNotPossible: the open terms are one's own, or have expired.
            AppError: as ``Steps.take``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        engagement = await self._steps.repository.find(self._work.tenant_id, seen.engagement_id)
        if engagement is None or self._steps.side_of(engagement) is None:
            raise NotFound("There is no such engagement of yours.")
        fields = Fields()
        checked = draft.check(fields, engagement.currency)
        fields.done()
        countering = engagement.status == EngagementStatus.PROPOSAL
        step = await self._steps.take(Action.COUNTER if countering else Action.PROPOSE, seen)
        if countering:
            (await self._open(step, theirs=True)).status = TermsStatus.COUNTERED
            await self._work.session.flush()
        terms = await self._add(step, checked)
        step.details["number"] = terms.number
        if countering:
            self._work.publish("engagement.terms_countered", await self._steps.done(step, number=terms.number))
        else:
            self._work.publish("engagement.terms_proposed", await self._steps.done(step, number=terms.number))
        due = {"engagement_id": str(step.engagement.id), "terms_id": str(terms.id)}
        self._work.publish("engagement.terms_due", due, at=terms.expires_at)
        return step.engagement

    async def _add(self, step: Step, draft: TermsDraft) -> EngagementTerms:
        engagement = step.engagement
        days = draft.valid_days or (await self._steps.repository.limits(engagement.tenant_id)).terms_days
        before = (await self._steps.repository.parts(EngagementTerms, engagement.tenant_id, [engagement.id])).popitem()
        terms = EngagementTerms(
            tenant_id=engagement.tenant_id,
            engagement_id=engagement.id,
            client_id=engagement.client_id,
            cto_user_id=engagement.cto_user_id,
            number=len(before[1]) + 1,
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
        self._work.session.add(terms)
        await self._work.session.flush()
        return terms

    async def withdraw(self, seen: Seen) -> Engagement:
        """Take one's own open terms back.

        Raises:
            StepNotPossible: they are the other side's.
            AppError: as ``Steps.take``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        step = await self._steps.take(Action.WITHDRAW_TERMS, seen)
        (await self._open(step, theirs=False)).status = TermsStatus.WITHDRAWN
        self._work.publish("engagement.terms_withdrawn", await self._steps.done(step))
        return step.engagement

    async def decline(self, seen: Seen, reason: str) -> Engagement:
        """Say no to the other side's open terms; both may propose others.

        Raises:
            InvalidInput: no reason is given.
            StepNotPossible: they are one's own.
            AppError: as ``Steps.take``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        fields = Fields()
        reason = reason_of(fields, "reason", reason)
        fields.done()
        step = await self._steps.take(Action.DECLINE_TERMS, seen)
        terms = await self._open(step, theirs=True)
        terms.status, terms.answer = TermsStatus.DECLINED, reason
        step.details["reason"] = reason
        self._work.publish("engagement.terms_declined", await self._steps.done(step))
        return step.engagement

    async def accept(self, seen: Seen) -> Engagement:
        """Agree to the other side's open terms: the CTO's hours are sold, and the trial is as long as the tenant says.

        Raises:
            StepNotPossible: they are one's own, or have expired.
            AppError: as ``Steps.take``.
        """
        self._work.require(EngagementPermission.NEGOTIATE)
        step = await self._steps.take(Action.ACCEPT_TERMS, seen)
        terms = await self._open(step, theirs=True)
        engagement = step.engagement
        limits = await self._steps.repository.limits(engagement.tenant_id)
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
            ends_on=terms.starts_on + timedelta(weeks=terms.weeks, days=-1),
            source=SOURCE,
            source_id=engagement.id,
        )
        done = await self._steps.done(step, number=terms.number, rate=terms.rate, currency=terms.currency)
        self._work.publish("engagement.terms_accepted", done)
        self._work.publish("engagement.trial_due", {"engagement_id": str(engagement.id)}, at=engagement.trial_ends_at)
        return engagement

    async def expire(self, engagement_id: UUID, terms_id: UUID) -> None:
        """Let terms go whose time is over; nothing happens when they have been answered meanwhile.

        Raises:
            Forbidden: the actor is not the product's own worker.
        """
        self._work.require(EngagementPermission.KEEP_TIME)
        engagement = await self._steps.repository.find(self._work.tenant_id, engagement_id, locked=True)
        terms = await self._steps.repository.part(EngagementTerms, engagement, terms_id) if engagement else None
        if engagement is None or terms is None or terms.status != TermsStatus.OPEN or terms.expires_at > now():
            return
        step = await self._steps.take(Action.EXPIRE_TERMS, Seen(engagement_id, engagement.version))
        terms.status = TermsStatus.EXPIRED
        self._work.publish("engagement.terms_expired", await self._steps.done(step))

    async def _open(self, step: Step, *, theirs: bool) -> EngagementTerms:
        engagement = step.engagement
        every = (await self._steps.repository.parts(EngagementTerms, engagement.tenant_id, [engagement.id])).popitem()
        terms = next(each for each in every[1] if each.status == TermsStatus.OPEN)
        own = Side(terms.side) is step.side
        if theirs:
            step.need(not own, "These terms are your own. The other side answers them; you can withdraw them.")
            step.need(terms.expires_at > now(), "These terms have expired. Ask for new ones, or propose your own.")
        else:
            step.need(own, "These terms are the other side’s. Decline them, or propose others.")
        return terms
