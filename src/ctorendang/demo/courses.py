"""One engagement as it went, each step held against the machine: it stands where people could have brought it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from ctorendang.demo.market import Candidate
from ctorendang.demo.postings import Posting
from ctorendang.domains.calendar.models import Commitment
from ctorendang.domains.engagements.drafts import worth
from ctorendang.domains.engagements.models import (
    Engagement,
    EngagementReview,
    EngagementStep,
    EngagementTerms,
    Milestone,
    TimeSheet,
)
from ctorendang.domains.engagements.next_steps import next_step
from ctorendang.domains.engagements.repository import SOURCE, USUAL_LIMITS, progress_of
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import BY_ACTION, Action
from ctorendang.kit.ids import uuid7


class ImpossibleStep(Exception):
    """A course takes a step that the machine does not have there, or that comes before the one before it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A client and a CTO about one project.

    Attributes:
        rate: the CTO's, minor units an hour.
    """

    tenant_id: UUID
    currency: str
    project_id: UUID
    client_id: UUID
    cto_id: UUID
    cto_user_id: UUID
    posting: Posting
    candidate: Candidate
    rate: int


class Course:
    """What two people did about a project, step by step."""

    def __init__(self, pair: Pair, at: datetime) -> None:
        self.pair = pair
        self.engagement = Engagement(
            id=uuid7(at), tenant_id=pair.tenant_id, project_id=pair.project_id, cto_id=pair.cto_id,
            client_id=pair.client_id, cto_user_id=pair.cto_user_id, title=pair.posting.brief.title,
            status=EngagementStatus.SHORTLIST, version=0, currency=pair.currency, message="", trial_over=False,
            client_reviewed=False, cto_reviewed=False, created_at=at,
        )  # fmt: skip
        self.terms: list[EngagementTerms] = []
        self.milestones: list[Milestone] = []
        self.sheets: list[TimeSheet] = []
        self.reviews: list[EngagementReview] = []
        self.steps: list[EngagementStep] = []
        self.sold: Commitment | None = None
        self._take(Action.SHORTLIST, Side.CLIENT, at)

    @property
    def agreed(self) -> EngagementTerms:
        """The latest terms; the accepted ones once there are such."""
        return self.terms[-1]

    def remove(self, at: datetime) -> None:
        """The client takes the CTO off the shortlist."""
        self.engagement.cancelled_from, self.engagement.cancel_reason = self.engagement.status, "Off the shortlist."
        self._take(Action.REMOVE, Side.CLIENT, at)

    def introduce(self, at: datetime, message: str) -> None:
        """The client asks for an introduction."""
        self.engagement.message, self.engagement.introduced_at = message, at
        self._take(Action.INTRODUCE, Side.CLIENT, at)

    def propose(
        self, at: datetime, side: Side, *, rate: int, hours: int, starts_on: date, weeks: int, note: str
    ) -> None:
        """Terms by one side; a counter-proposal where the other side's are open."""
        countering = self.engagement.status == EngagementStatus.PROPOSAL
        if countering:
            self._answered(side, "countered")
        self.terms.append(
            self._part(
                EngagementTerms,
                at,
                number=len(self.terms) + 1,
                side=side,
                rate=rate,
                currency=self.pair.currency,
                hours_per_week=hours,
                starts_on=starts_on,
                weeks=weeks,
                notice_days=30,
                note=note,
                status="open",
                expires_at=at + timedelta(days=USUAL_LIMITS["terms_days"]),
            )
        )
        self._take(Action.COUNTER if countering else Action.PROPOSE, side, at, number=len(self.terms))

    def decline(self, at: datetime, side: Side, reason: str) -> None:
        """The other side says no to the open terms."""
        self._answered(side, "declined").answer = reason
        self._take(Action.DECLINE_TERMS, side, at, reason=reason)

    def accept(self, at: datetime, side: Side) -> None:
        """The other side agrees: hours are sold, and the trial begins."""
        terms, engagement = self._answered(side, "accepted"), self.engagement
        begins = max(at, datetime.combine(terms.starts_on, time(), UTC))
        engagement.trial_started_at = at
        engagement.trial_ends_at = begins + timedelta(days=USUAL_LIMITS["trial_days"])
        engagement.trial_minutes = USUAL_LIMITS["trial_hours"] * 60
        self.sold = Commitment(
            tenant_id=self.pair.tenant_id, id=uuid7(at), cto_id=self.pair.cto_id, hours_per_week=terms.hours_per_week,
            starts_on=terms.starts_on, ends_on=terms.starts_on + timedelta(weeks=terms.weeks, days=-1),
            source=SOURCE, source_id=engagement.id, created_at=at, updated_at=at,
        )  # fmt: skip
        self._take(Action.ACCEPT_TERMS, side, at)

    def end_trial(self) -> None:
        """The trial's days are over."""
        ends = self.engagement.trial_ends_at
        if ends is None:
            raise ImpossibleStep("There is no trial to end.")
        self.engagement.trial_over = True
        self._take(Action.END_TRIAL, Side.SYSTEM, ends + timedelta(seconds=4))

    def start(self, at: datetime) -> None:
        """The client goes on after the trial."""
        self.engagement.started_at = at
        self.milestones.append(
            self._part(Milestone, at, kind="handover", title="Handover pack", amount=0, status="planned", updated_at=at)
        )
        self._take(Action.START, Side.CLIENT, at)

    def plan(self, at: datetime, side: Side, title: str, *, amount: int, due_on: date) -> None:
        """One more milestone."""
        self.milestones.append(
            self._part(
                Milestone, at, kind="work", title=title, amount=amount, due_on=due_on, status="planned", updated_at=at
            )
        )
        self._take(Action.PLAN_MILESTONE, side, at, title=title)

    def submit(self, at: datetime, title: str, report: str) -> None:
        """The CTO hands a milestone in."""
        self._settle(at, title, "submitted").report = report
        self._take(Action.SUBMIT_MILESTONE, Side.CTO, at, title=title)

    def approve(self, at: datetime, title: str) -> None:
        """The client agrees that a milestone is reached."""
        self._settle(at, title, "approved").answer = None
        self._take(Action.APPROVE_MILESTONE, Side.CLIENT, at, title=title)

    def send_back(self, at: datetime, title: str, reason: str) -> None:
        """The client asks for more work on a milestone."""
        self._settle(at, title, "planned").answer = reason
        self._take(Action.RETURN_MILESTONE, Side.CLIENT, at, title=title, reason=reason)

    def hand_in(self, at: datetime, week: date, minutes: int, note: str) -> None:
        """The CTO hands a week's hours in."""
        amount = worth(self.agreed.rate, minutes)
        self.sheets.append(
            self._part(
                TimeSheet, at, week=week, minutes=minutes, amount=amount, note=note, status="submitted", updated_at=at
            )
        )
        self._take(Action.SUBMIT_TIME_SHEET, Side.CTO, at, week=week.isoformat())

    def agree(self, at: datetime, week: date) -> None:
        """The client approves a week's hours."""
        self._answer_sheet(at, week, "approved", None)
        self._take(Action.APPROVE_TIME_SHEET, Side.CLIENT, at, week=week.isoformat())

    def doubt(self, at: datetime, week: date, reason: str) -> None:
        """The client disputes a week's hours."""
        self._answer_sheet(at, week, "disputed", reason)
        self._take(Action.DISPUTE_TIME_SHEET, Side.CLIENT, at, week=week.isoformat(), reason=reason)

    def close(self, at: datetime, side: Side) -> None:
        """Everything is delivered and agreed."""
        self.engagement.closed_at, self.sold = at, None
        self._take(Action.CLOSE, side, at)

    def review(self, at: datetime, side: Side, rating: int, body: str) -> None:
        """One side says how it was."""
        author = self.pair.client_id if side is Side.CLIENT else self.pair.cto_user_id
        self.reviews.append(
            self._part(
                EngagementReview,
                at,
                author_id=author,
                side=side,
                rating=rating,
                body=body,
                revealed=False,
                updated_at=at,
            )
        )
        self.engagement.client_reviewed |= side is Side.CLIENT
        self.engagement.cto_reviewed |= side is Side.CTO
        self._take(Action.REVIEW, side, at)

    def reveal(self, at: datetime) -> None:
        """Both reviews are shown."""
        self.engagement.reviews_revealed_at = at
        for review in self.reviews:
            review.revealed, review.updated_at = True, at
        self._take(Action.REVEAL_REVIEWS, Side.SYSTEM, at)

    def cancel(self, at: datetime, side: Side, reason: str) -> None:
        """One side ends it before its time."""
        for terms in self.terms:
            terms.status = "withdrawn" if terms.status == "open" else terms.status
        self.engagement.cancelled_from, self.engagement.cancel_reason = self.engagement.status, reason
        self.sold = None
        self._take(Action.CANCEL, side, at, reason=reason)

    def _answered(self, side: Side, status: str) -> EngagementTerms:
        terms = self.agreed
        if terms.status != "open" or terms.side == side:
            raise ImpossibleStep("Only the other side's open terms can be answered.")
        terms.status = status
        return terms

    def _settle(self, at: datetime, title: str, status: str) -> Milestone:
        milestone = next(each for each in self.milestones if each.title == title)
        milestone.status, milestone.updated_at = status, at
        return milestone

    def _answer_sheet(self, at: datetime, week: date, status: str, answer: str | None) -> None:
        sheet = next(each for each in self.sheets if each.week == week)
        sheet.status, sheet.answer, sheet.updated_at = status, answer, at

    def _part(self, model: Callable[..., Any], at: datetime, **values: Any) -> Any:
        sides = {"client_id": self.pair.client_id, "cto_user_id": self.pair.cto_user_id}
        about = {"tenant_id": self.pair.tenant_id, "engagement_id": self.engagement.id, **sides}
        return model(**about, id=uuid7(at), created_at=at, **values)

    def _take(self, action: Action, side: Side, at: datetime, **details: Any) -> None:
        transition, engagement = BY_ACTION[action], self.engagement
        known = not transition.sources or engagement.status in transition.sources
        if not known or side not in transition.by:
            raise ImpossibleStep(f"{side} cannot {action} from {engagement.status}.")
        if self.steps and at <= self.steps[-1].created_at:
            raise ImpossibleStep(f"{action} at {at} comes before {self.steps[-1].action}.")
        source = engagement.status if transition.sources else None
        engagement.status = transition.target or engagement.status
        engagement.version, engagement.updated_at = engagement.version + 1, at
        progress = progress_of(engagement, self.terms, self.milestones, self.sheets)
        engagement.awaits_client = next_step(progress, Side.CLIENT).awaited
        engagement.awaits_cto = progress.introduced and next_step(progress, Side.CTO).awaited
        actors = {Side.CLIENT: self.pair.client_id, Side.CTO: self.pair.cto_user_id}
        self.steps.append(
            self._part(
                EngagementStep,
                at,
                version=engagement.version,
                action=action,
                side=side,
                actor_id=actors.get(side),
                source=source,
                target=engagement.status,
                details=details,
            )
        )
