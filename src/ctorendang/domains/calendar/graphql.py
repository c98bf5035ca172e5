"""Calendars in GraphQL: what CTOs offer, and one's own."""

from datetime import date, datetime, timedelta
from enum import Enum

import strawberry

from ctorendang.domains.calendar.availability import AvailabilityService, Offer
from ctorendang.domains.calendar.draft import clock_text
from ctorendang.domains.calendar.feeds import BusyFeedService
from ctorendang.domains.calendar.models import BusyFeed, CalendarException, CalendarFeed, Commitment
from ctorendang.domains.calendar.published import PublishedCalendars
from ctorendang.domains.calendar.schedules import OwnCalendar, ScheduleService
from ctorendang.domains.calendar.slots import Span, WeeklySlot, shown_in
from ctorendang.domains.calendar.status import ExceptionKind
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info, parse_id
from ctorendang.infra.work import UnitOfWork


@strawberry.type(description="A stretch of time as a clock in a zone shows it.")
class LocalTime:
    """For people; programs take the moments beside it."""

    day: date
    starts: str = strawberry.field(description="Such as 09:30.")
    ends: str
    time_zone: str

    @classmethod
    def of(cls, span: Span, zone: str) -> "LocalTime":
        """In a zone."""
        shown = shown_in(span, zone)
        return cls(day=shown.day, starts=shown.starts, ends=shown.ends, time_zone=zone)


@strawberry.type(description="A time that can be booked now, in both time zones.")
class FreeSlot:
    """An introduction that nobody has booked yet."""

    starts_at: datetime
    ends_at: datetime
    cto_time: LocalTime
    viewer_time: LocalTime

    @classmethod
    def of(cls, span: Span, cto_zone: str, viewer_zone: str) -> "FreeSlot":
        """From what the service found."""
        return cls(
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            cto_time=LocalTime.of(span, cto_zone),
            viewer_time=LocalTime.of(span, viewer_zone),
        )


@strawberry.type(description="When a CTO can be met, as a viewer in a time zone sees it.")
class CtoCalendar:
    """What others see."""

    offer: strawberry.Private[Offer]
    time_zone: str = strawberry.field(description="Where the CTO is.")
    viewer_time_zone: str = strawberry.field(description="The one asked for, or of one's preferences, or else UTC.")
    meeting_minutes: int = strawberry.field(description="How long an introduction is.")
    open_hours: int = strawberry.field(description="Hours a week that are not sold.")
    takes_introductions: bool = strawberry.field(description="Whether introductions are booked here at all.")

    @classmethod
    def of(cls, offer: Offer, zone: str) -> "CtoCalendar":
        """As somebody in a zone sees it."""
        return cls(
            offer=offer,
            time_zone=offer.cto.time_zone,
            viewer_time_zone=zone,
            meeting_minutes=offer.meeting_minutes,
            open_hours=offer.cto.availability,
            takes_introductions=offer.takes_introductions,
        )

    @strawberry.field
    async def overlap_hours(self, info: Info) -> float:
        """Hours of the coming week in which both are at work, the viewer from nine to five."""

        async def shared(work: UnitOfWork) -> timedelta:
            return AvailabilityService(work).overlap(self.offer, self.viewer_time_zone)

        return round((await info.context.use(shared)).total_seconds() / 3600, 1)

    @priced(200)
    async def slots(self, info: Info, first: int | None = None) -> list[FreeSlot]:
        """The free introductions of the next three weeks, soonest first; all of them, or the first so many."""
        most = None if first is None else PageRequest(first=first).size()
        found = (await info.context.use(lambda work: AvailabilityService(work).free_slots(self.offer)))[:most]
        return [FreeSlot.of(each, self.time_zone, self.viewer_time_zone) for each in found]


@strawberry.type(name="WeeklySlot", description="A recurring slot, as the clock in the CTO's time zone shows it.")
class WeeklySlotType:
    """Every week on one day."""

    weekday: int = strawberry.field(description="0 is Monday.")
    starts: str = strawberry.field(description="Such as 09:30.")
    ends: str = strawberry.field(description="Up to 24:00, the next midnight.")

    @classmethod
    def of(cls, slot: WeeklySlot) -> "WeeklySlotType":
        """From minutes."""
        return cls(weekday=slot.weekday, starts=clock_text(slot.starts), ends=clock_text(slot.ends))


@strawberry.enum
class CalendarExceptionKind(Enum):
    """What is different."""

    OFF = strawberry.enum_value(ExceptionKind.OFF.value, description="Recurring slots do not take place.")
    EXTRA = strawberry.enum_value(ExceptionKind.EXTRA.value, description="There is one slot more.")


@strawberry.type(name="CalendarException", description="Days off, or an extra slot on one day.")
class CalendarExceptionType:
    """An exception."""

    id: strawberry.ID
    kind: CalendarExceptionKind
    first_day: date
    last_day: date
    starts: str | None
    ends: str | None

    @classmethod
    def of(cls, row: CalendarException) -> "CalendarExceptionType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=CalendarExceptionKind(row.kind),
            first_day=row.first_day,
            last_day=row.last_day,
            starts=None if row.starts is None else clock_text(row.starts),
            ends=None if row.ends is None else clock_text(row.ends),
        )


@strawberry.type(name="Commitment", description="Hours a week that are sold.")
class CommitmentType:
    """A commitment."""

    id: strawberry.ID
    hours_per_week: int
    starts_on: date
    ends_on: date | None = strawberry.field(description="The last day; null while nobody knows.")
    source: str

    @classmethod
    def of(cls, row: Commitment) -> "CommitmentType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            hours_per_week=row.hours_per_week,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            source=row.source,
        )


@strawberry.type(name="BusyFeed", description="A calendar elsewhere whose events make its owner busy here.")
class BusyFeedType:
    """A feed; its address is not told, since whoever knows it reads the calendar."""

    id: strawberry.ID
    name: str
    host: str
    tried_at: datetime | None
    read_at: datetime | None = strawberry.field(description="When it was last understood.")
    problem: str | None = strawberry.field(description="What was wrong the last time; null when nothing was.")

    @classmethod
    def of(cls, row: BusyFeed) -> "BusyFeedType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            host=row.host,
            tried_at=row.tried_at,
            read_at=row.read_at,
            problem=row.problem,
        )


@strawberry.type(name="CalendarFeed", description="The secret address of one's introductions, for calendars elsewhere.")
class CalendarFeedType:
    """When it was made and last asked; the address itself is shown once."""

    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: CalendarFeed) -> "CalendarFeedType":
        """From its row."""
        return cls(created_at=row.created_at, last_used_at=row.last_used_at)


@strawberry.type(description="What a CTO says about their own time.")
class MyCalendar:
    """One's own."""

    cto_id: strawberry.ID
    time_zone: str = strawberry.field(description="That of the profile.")
    weekly_hours: int = strawberry.field(description="In all, before what is sold.")
    sold_hours: int = strawberry.field(description="Sold as of today.")
    open_hours: int = strawberry.field(description="What the directory and matching see.")
    meeting_minutes: int
    notice_hours: int
    slots: list[WeeklySlotType]
    exceptions: list[CalendarExceptionType]
    commitments: list[CommitmentType]

    @classmethod
    def of(cls, own: OwnCalendar) -> "MyCalendar":
        """From what the service found."""
        return cls(
            cto_id=strawberry.ID(str(own.cto.id)),
            time_zone=own.cto.time_zone,
            weekly_hours=own.weekly_hours,
            sold_hours=own.sold,
            open_hours=own.cto.availability,
            meeting_minutes=own.meeting_minutes,
            notice_hours=own.notice_hours,
            slots=[WeeklySlotType.of(each) for each in own.slots],
            exceptions=[CalendarExceptionType.of(each) for each in own.exceptions],
            commitments=[CommitmentType.of(each) for each in own.commitments],
        )

    @strawberry.field
    async def busy_feeds(self, info: Info) -> list[BusyFeedType]:
        """The calendars elsewhere that are followed."""
        return [BusyFeedType.of(each) for each in await info.context.use(lambda work: BusyFeedService(work).all())]


@strawberry.type
class CalendarQueries:
    """Roots about calendars."""

    @strawberry.field
    async def calendar(self, info: Info, cto_id: strawberry.ID, time_zone: str | None = None) -> CtoCalendar | None:
        """When a CTO can be met; null when there is no such profile to see. Times are shown in a zone of one's own."""
        found = parse_id(cto_id)
        if found is None:
            return None
        offer, zone = await info.context.use(lambda work: AvailabilityService(work).find_in_zone(found, time_zone))
        return CtoCalendar.of(offer, zone) if offer is not None else None

    @strawberry.field
    async def my_calendar(self, info: Info) -> MyCalendar | None:
        """One's own calendar, for CTOs; null before there is a profile."""
        own = await info.context.use(lambda work: ScheduleService(work).find())
        return MyCalendar.of(own) if own is not None else None

    @strawberry.field
    async def my_calendar_feed(self, info: Info) -> CalendarFeedType | None:
        """The secret address of one's introductions; null where there is none."""
        found = await info.context.use(lambda work: PublishedCalendars(work).find())
        return CalendarFeedType.of(found) if found is not None else None
