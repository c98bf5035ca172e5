"""What goes on in a demo tenant as rows: engagements, introductions, invitations, saved searches."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ctorendang.demo.courses import Course
from ctorendang.demo.engagements import Matchmaker
from ctorendang.demo.introductions import IntroductionBook
from ctorendang.demo.market import Market
from ctorendang.demo.rows import TenantRows
from ctorendang.domains.calendar.jobs import SUBSCRIPTIONS as CALENDAR_JOBS
from ctorendang.domains.calendar.models import Booking, Commitment
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.engagements.jobs import SUBSCRIPTIONS as ENGAGEMENT_JOBS
from ctorendang.domains.engagements.models import (
    Engagement,
    EngagementReview,
    EngagementStep,
    EngagementTerms,
    Milestone,
    TimeSheet,
)
from ctorendang.domains.engagements.repository import REVIEW_DAYS
from ctorendang.domains.engagements.transitions import BY_ACTION, Action
from ctorendang.domains.matching.models import MatchFeedback
from ctorendang.domains.projects.models import ProjectInvitation
from ctorendang.domains.search.models import SavedSearch
from ctorendang.infra.db.base import TenantModel
from ctorendang.kit.ids import uuid7

_MODELS: Sequence[type[TenantModel]] = (
    Commitment,
    Booking,
    Engagement,
    EngagementTerms,
    Milestone,
    TimeSheet,
    EngagementReview,
    EngagementStep,
    ProjectInvitation,
    MatchFeedback,
    SavedSearch,
)
_OTHER_COLUMNS = {
    "audit_events": (
        "tenant_id", "id", "actor_id", "actor_name", "action", "subject_type", "subject_id", "details", "request_id",
        "created_at",
    ),
    "outbox": ("tenant_id", "event", "handler", "payload", "run_at"),
}  # fmt: skip

_PLANNED = {each.event: each.handler for each in (*CALENDAR_JOBS, *ENGAGEMENT_JOBS)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table, and which columns they have."""

    name: str
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


@dataclass(slots=True)
class WorkRows:
    """Rows of what goes on, beside those of the market itself, which follow where the one changes the other.

    Attributes:
        rows: of the market; reviews and calendars in them change.
    """

    matchmaker: Matchmaker
    now: datetime

    def make(self) -> list[Table]:
        """All rows, in an order that foreign keys allow."""
        courses = self.matchmaker.courses()
        bookings = IntroductionBook(self._rows, self.now).bookings(courses)
        parts = [*bookings, *self._invitations(courses), *self._feedback(courses), *self._searches()]
        for course in courses:
            sold = [course.sold] if course.sold else []
            parts += [*sold, course.engagement, *course.terms, *course.milestones, *course.sheets]
            parts += [*course.reviews, *course.steps]
        self._sell_hours(courses)
        self._date_reviews(courses)
        trail = [event for course in courses for event in self._trail(course)]
        planned = [*(job for course in courses for job in self._due(course)), *self._reminders(bookings)]
        return [
            *(_table(model, [each for each in parts if isinstance(each, model)]) for model in _MODELS),
            Table("audit_events", _OTHER_COLUMNS["audit_events"], trail),
            Table("outbox", _OTHER_COLUMNS["outbox"], planned),
        ]

    @property
    def _rows(self) -> TenantRows:
        return self.matchmaker.rows

    @property
    def _market(self) -> Market:
        return self.matchmaker.market

    def _sell_hours(self, courses: Iterable[Course]) -> None:
        """What is free stays free: the weekly hours are so many more than what is sold."""
        sold: dict[UUID, int] = {}
        for course in courses:
            if course.sold is not None:
                sold[course.pair.cto_id] = sold.get(course.pair.cto_id, 0) + course.sold.hours_per_week
        self._rows.tables["calendars"] = [
            (tenant, row, cto_id, weekly + sold.get(cto_id, 0), told)
            for tenant, row, cto_id, weekly, told in self._rows.tables["calendars"]
        ]

    def _date_reviews(self, courses: Iterable[Course]) -> None:
        """A client's public review is of the moment when both were revealed."""
        revealed = {
            (course.pair.cto_id, course.pair.client_id): course.engagement.reviews_revealed_at
            for course in courses
            if course.engagement.reviews_revealed_at
        }
        reviews = self._rows.tables["reviews"]
        for number, (*said, written_at, _) in enumerate(reviews):
            at = revealed.get((said[2], said[3]), written_at)
            reviews[number] = (*said, at, at)

    def _invitations(self, courses: Iterable[Course]) -> Iterable[ProjectInvitation]:
        for number, posting in enumerate(self._market.postings):
            if not posting.guarded:
                continue
            for cto in self.matchmaker.invited(number):
                told_at = posting.posted_at + timedelta(minutes=5)
                yield ProjectInvitation(
                    tenant_id=self.matchmaker.tenant_id, id=uuid7(told_at),
                    project_id=self._rows.project_ids[number], cto_id=self._rows.cto_ids[cto],
                    owner_id=self._rows.client_ids[posting.owner], user_id=self._rows.cto_user_ids[cto],
                    told_at=told_at, created_at=told_at, updated_at=told_at,
                )  # fmt: skip

    def _feedback(self, courses: Iterable[Course]) -> Iterable[MatchFeedback]:
        """Whoever was taken off the shortlist is not wanted among the matches either."""
        for course in courses:
            last = course.steps[-1]
            if last.action == Action.REMOVE:
                yield MatchFeedback(
                    tenant_id=last.tenant_id, id=uuid7(last.created_at), project_id=course.pair.project_id,
                    cto_id=course.pair.cto_id, given_by=course.pair.client_id, kind="not_relevant", reason="rate",
                    created_at=last.created_at,
                )  # fmt: skip

    def _searches(self) -> Iterable[SavedSearch]:
        """Two of the first client's: one whose news are mailed, one to come back to."""
        if not self._market.postings:
            return
        brief = self._market.postings[0].brief
        at = self.now - 6 * _DAY
        with_skill = [
            cto_id
            for one, cto_id in zip(self._market.candidates, self._rows.cto_ids, strict=True)
            if one.status == "listed" and brief.skills[0] in {name for name, _ in one.profile.skills}
        ]
        about = {"tenant_id": self.matchmaker.tenant_id, "user_id": self._rows.client_ids[0], "removed_at": None}
        yield SavedSearch(
            **about, id=uuid7(at), name=f"Knows {brief.skills[0]}", query={"skills": [brief.skills[0]]}, alerts=True,
            seen=with_skill[:500], checked_at=self.now, created_at=at, updated_at=at,
        )  # fmt: skip
        yield SavedSearch(
            **about, id=uuid7(at + _DAY), name=f"{brief.industry}, two days a week",
            query={"industries": [brief.industry], "min_availability": 16, "order": "rating"}, alerts=False, seen=[],
            checked_at=None, created_at=at + _DAY, updated_at=at + _DAY,
        )  # fmt: skip

    def _trail(self, course: Course) -> Iterable[tuple[Any, ...]]:
        """Every step is in the audit trail, as the service would have written it."""
        client = self._market.clients[course.pair.posting.owner].person.name
        names = {course.pair.client_id: client, course.pair.cto_user_id: course.pair.candidate.member.person.name}
        for step in course.steps:
            facts = json.dumps({"from": step.source, "to": step.target, "version": step.version})
            action = f"engagements.engagement.{BY_ACTION[Action(step.action)].past}"
            who = (step.actor_id, names.get(step.actor_id) if step.actor_id else None)
            what = (action, "engagement", course.engagement.id, facts, "")
            yield step.tenant_id, uuid7(step.created_at), *who, *what, step.created_at

    def _due(self, course: Course) -> Iterable[tuple[Any, ...]]:
        """What the worker will do when a time has come."""
        engagement = course.engagement
        about = {"engagement_id": str(engagement.id)}
        if engagement.status == "proposal":
            terms = course.agreed
            yield self._job("engagement.terms_due", {**about, "terms_id": str(terms.id)}, terms.expires_at)
        if engagement.status == "trial" and not engagement.trial_over and engagement.trial_ends_at:
            yield self._job("engagement.trial_due", about, engagement.trial_ends_at)
        if engagement.closed_at and not engagement.reviews_revealed_at:
            yield self._job("engagement.reviews_due", about, engagement.closed_at + REVIEW_DAYS)

    def _reminders(self, bookings: Iterable[Booking]) -> Iterable[tuple[Any, ...]]:
        for booking in bookings:
            if booking.status == BookingStatus.BOOKED and booking.starts_at - self.now > _DAY:
                about = {"booking_id": str(booking.id), "revision": booking.revision}
                yield self._job("booking.reminder_due", about, booking.starts_at - _DAY)

    def _job(self, event: str, payload: Mapping[str, Any], at: datetime) -> tuple[Any, ...]:
        return self.matchmaker.tenant_id, event, _PLANNED[event], json.dumps(payload), at


def _table(model: type[TenantModel], objects: Sequence[TenantModel]) -> Table:
    """Objects as rows; what the database fills in by itself, and no object says, is left to it."""
    columns = [
        column.key
        for column in model.__table__.columns
        if column.server_default is None or any(getattr(each, column.key) is not None for each in objects)
    ]
    rows = [tuple(_value(getattr(each, name)) for name in columns) for each in objects]
    return Table(str(model.__tablename__), columns, rows)


def _value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value
