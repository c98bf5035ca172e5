"""First meetings that go with a tenant's engagements: past ones before terms were talked about, and those ahead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ctorendang.demo.courses import Course
from ctorendang.demo.rows import TenantRows
from ctorendang.domains.calendar.draft import USUAL_MEETING_MINUTES
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.slots import Schedule, Span, WeeklySlot, expand, meetings
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.engagements.repository import SOURCE
from ctorendang.domains.engagements.status import EngagementStatus
from ctorendang.kit.ids import uuid7

_NOTICE, _SOON = timedelta(hours=30), timedelta(days=12)
_NOTES = (
    "I will have the brief open. Thirty minutes are enough for me; if we like each other we find more.",
    "My co-founder joins for the second half.",
    "",
)
_CANCELLED = "A train strike: I will be on the road all day. Any other time that day or later works."


class IntroductionBook:
    """Books introductions in the slots that CTOs offer, as people would have; nobody is in two at once."""

    def __init__(self, rows: TenantRows, now: datetime) -> None:
        self._now = now
        self._zones = {row[1]: ZoneInfo(row[11]) for row in rows.tables["ctos"]}
        self._people = {row[1]: ZoneInfo(row[8]) for row in rows.tables["users"]}
        self._weekly: dict[UUID, list[WeeklySlot]] = {}
        for _, _, cto_id, weekday, starts, ends in rows.tables["calendar_weekly_slots"]:
            self._weekly.setdefault(cto_id, []).append(WeeklySlot(weekday, starts, ends))
        self._taken: dict[UUID, list[Span]] = {}

    def bookings(self, courses: Sequence[Course]) -> list[Booking]:
        """One for each engagement in which somebody was introduced, and one that was called off."""
        made = [booking for number, course in enumerate(courses) for booking in self._of(course, number)]
        ahead = [course for course in courses if course.engagement.status == EngagementStatus.INTRODUCTION]
        return [*made, *(each for course in ahead[:1] for each in self._called_off(course))]

    def _of(self, course: Course, number: int) -> Iterator[Booking]:
        introduced_at = course.engagement.introduced_at
        if introduced_at is None:
            return
        begins, ends = introduced_at + timedelta(hours=3), self._now - timedelta(hours=1)
        if course.terms:
            ends = min(ends, course.terms[0].created_at)
        elif course.engagement.status == EngagementStatus.INTRODUCTION:
            begins, ends = self._now + _NOTICE, self._now + _SOON
        yield from self._book(course, Span(begins, max(begins, ends)), introduced_at, _NOTES[number % len(_NOTES)])

    def _called_off(self, course: Course) -> Iterator[Booking]:
        made_at = course.steps[-1].created_at + timedelta(minutes=20)
        for booking in self._book(course, Span(self._now + _NOTICE, self._now + _SOON), made_at, ""):
            booking.status, booking.revision = BookingStatus.CANCELLED, 1
            booking.cancelled_by, booking.cancel_reason = course.pair.cto_user_id, _CANCELLED
            booking.cancelled_at = booking.updated_at = made_at + timedelta(hours=2)
            yield booking

    def _book(self, course: Course, within: Span, made_at: datetime, note: str) -> Iterator[Booking]:
        """At the first time that both are free, by day where the client is if that can be."""
        pair = course.pair
        people = (pair.cto_user_id, pair.client_id)
        busy = [span for person in people for span in self._taken.get(person, ())]
        offered = [
            span for span in self._offered(pair.cto_id, within) if not any(span.overlaps(other) for other in busy)
        ]
        awake = self._people[pair.client_id]
        by_day = [span for span in offered if 8 <= span.starts_at.astimezone(awake).hour < 19]
        for span in (by_day or offered)[:1]:
            for person in people:
                self._taken.setdefault(person, []).append(span)
            yield Booking(
                tenant_id=pair.tenant_id, id=uuid7(made_at), cto_id=pair.cto_id, client_id=pair.client_id,
                starts_at=span.starts_at, ends_at=span.ends_at, note=note, status=BookingStatus.BOOKED,
                revision=0, source=SOURCE, source_id=course.engagement.id, about=course.engagement.title,
                created_at=made_at, updated_at=made_at,
            )  # fmt: skip

    def _offered(self, cto_id: UUID, within: Span) -> Iterable[Span]:
        """The meetings that the CTO's weekly slots allow, cut from whole slots as the product cuts them."""
        weekly: Mapping[UUID, list[WeeklySlot]] = self._weekly
        schedule = Schedule(weekly=tuple(weekly.get(cto_id, ())), zone=self._zones[cto_id])
        day = timedelta(days=1)
        whole = expand(schedule, Span(within.starts_at - day, within.ends_at + day))
        for span in meetings(whole, USUAL_MEETING_MINUTES):
            if within.starts_at <= span.starts_at and span.ends_at <= within.ends_at:
                yield span
