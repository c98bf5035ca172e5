"""What changes calendars in GraphQL."""

from datetime import date
from typing import Annotated

import strawberry

from ctorendang.domains.calendar.booking_graphql import BookingType
from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.draft import (
    USUAL_MEETING_MINUTES,
    USUAL_NOTICE_HOURS,
    CalendarDraft,
    DaysOffDraft,
    ExtraSlotDraft,
    TypedSlot,
    TypedWeeklySlot,
)
from ctorendang.domains.calendar.feeds import ADDED, BusyFeedService
from ctorendang.domains.calendar.graphql import BusyFeedType, CalendarExceptionType, FreeSlot, MyCalendar
from ctorendang.domains.calendar.published import PublishedCalendars, feed_path
from ctorendang.domains.calendar.schedules import OwnCalendar, ScheduleService
from ctorendang.infra.errors import NotFound
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id
from ctorendang.infra.work import UnitOfWork


@strawberry.input
class WeeklySlotInput:
    """A recurring slot, as the clock in the CTO's time zone shows it."""

    weekday: int = strawberry.field(description="0 is Monday.")
    starts: str = strawberry.field(description="Such as 09:30.")
    ends: str = strawberry.field(description="Up to 24:00, the next midnight.")


@strawberry.input
class SaveCalendarInput:
    """What one offers every week; the slots before are replaced."""

    weekly_hours: int = strawberry.field(description="In all, before what is sold: 0 to 60.")
    slots: list[WeeklySlotInput]
    meeting_minutes: int = strawberry.field(
        default=USUAL_MEETING_MINUTES, description="How long an introduction is: 15 to 120."
    )
    notice_hours: int = strawberry.field(
        default=USUAL_NOTICE_HOURS, description="How long before it must be booked: 0 to 336."
    )

    def value(self) -> CalendarDraft:
        """As the service takes it."""
        slots = [TypedWeeklySlot(each.weekday, TypedSlot(each.starts, each.ends)) for each in self.slots]
        return CalendarDraft(self.weekly_hours, self.meeting_minutes, self.notice_hours, slots)


@strawberry.input
class TakeDaysOffInput:
    """First and last day; a single day needs no last one."""

    first_day: date
    last_day: date | None = None


@strawberry.input
class AddExtraSlotInput:
    """A slot on one day, as the clock in the CTO's time zone shows it."""

    day: date
    starts: str
    ends: str


@strawberry.input
class RemoveCalendarExceptionInput:
    """Which one."""

    exception_id: strawberry.ID


@strawberry.input
class AddBusyFeedInput:
    """A calendar elsewhere."""

    name: str
    url: str = strawberry.field(description="Its iCalendar address; https or webcal.")


@strawberry.input
class RefreshBusyFeedInput:
    """Which one."""

    feed_id: strawberry.ID


@strawberry.input
class RemoveBusyFeedInput:
    """Which one."""

    feed_id: strawberry.ID


@strawberry.input
class CancelBookingInput:
    """Which one, and why; the other side reads the reason."""

    booking_id: strawberry.ID
    reason: str


@strawberry.input
class RestoreBookingInput:
    """Which one."""

    booking_id: strawberry.ID


@strawberry.type(description="An address that is shown this once.")
class CreatedCalendarFeed:
    """The secret address of one's introductions."""

    path: str = strawberry.field(description="On this host.")


@strawberry.type(description="That it is done.")
class CalendarChanged:
    """For changes that leave nothing to show."""

    message: str


@strawberry.type(description="Somebody else has the slot, with what is free nearby.")
class SlotTaken:
    """A refusal that helps on."""

    code: str
    message: str
    alternatives: list[FreeSlot]


MyCalendarResult = Annotated[MyCalendar | Refusal | InvalidInput, strawberry.union("MyCalendarResult")]
CalendarExceptionResult = Annotated[
    CalendarExceptionType | Refusal | InvalidInput, strawberry.union("CalendarExceptionResult")
]
CalendarChangedResult = Annotated[CalendarChanged | Refusal | InvalidInput, strawberry.union("CalendarChangedResult")]
BusyFeedResult = Annotated[BusyFeedType | Refusal | InvalidInput, strawberry.union("BusyFeedResult")]
CalendarFeedResult = Annotated[CreatedCalendarFeed | Refusal | InvalidInput, strawberry.union("CalendarFeedResult")]
BookingResult = Annotated[BookingType | SlotTaken | Refusal | InvalidInput, strawberry.union("BookingResult")]


@strawberry.type
class CalendarMutations:
    """Roots that change one's own calendar."""

    @mutation
    async def save_calendar(self, info: Info, input: SaveCalendarInput) -> MyCalendarResult:
        """Say how many hours a week one offers, and when introductions can be booked."""

        async def save(work: UnitOfWork) -> OwnCalendar | None:
            await ScheduleService(work).save(input.value())
            return await ScheduleService(work).find()

        own = await info.context.use(save)
        if own is None:
            raise NotFound("Write your profile first.")
        return MyCalendar.of(own)

    @mutation
    async def take_days_off(self, info: Info, input: TakeDaysOffInput) -> CalendarExceptionResult:
        """Be away on some days."""
        draft = DaysOffDraft(input.first_day, input.last_day)
        return CalendarExceptionType.of(await info.context.use(lambda work: ScheduleService(work).take_days_off(draft)))

    @mutation
    async def add_extra_slot(self, info: Info, input: AddExtraSlotInput) -> CalendarExceptionResult:
        """Offer a slot on one day."""
        draft = ExtraSlotDraft(input.day, TypedSlot(input.starts, input.ends))
        return CalendarExceptionType.of(
            await info.context.use(lambda work: ScheduleService(work).add_extra_slot(draft))
        )

    @mutation
    async def remove_calendar_exception(self, info: Info, input: RemoveCalendarExceptionInput) -> CalendarChangedResult:
        """Take days off, or an extra slot, back."""
        found = required_id(input.exception_id)
        await info.context.use(lambda work: ScheduleService(work).remove_exception(found))
        return CalendarChanged(message="It is removed from your calendar.")

    @mutation
    async def add_busy_feed(self, info: Info, input: AddBusyFeedInput) -> BusyFeedResult:
        """Follow a calendar elsewhere; it is read in the background."""
        actor = info.context.actor
        await info.context.product.limiter.count(ADDED, str(actor.tenant_id), str(actor.person))
        return BusyFeedType.of(await info.context.use(lambda work: BusyFeedService(work).add(input.name, input.url)))

    @mutation
    async def refresh_busy_feed(self, info: Info, input: RefreshBusyFeedInput) -> BusyFeedResult:
        """Have a calendar read now, in the background."""
        found = required_id(input.feed_id)
        return BusyFeedType.of(await info.context.use(lambda work: BusyFeedService(work).refresh(found)))

    @mutation
    async def remove_busy_feed(self, info: Info, input: RemoveBusyFeedInput) -> CalendarChangedResult:
        """Follow a calendar no longer."""
        found = required_id(input.feed_id)
        await info.context.use(lambda work: BusyFeedService(work).remove(found))
        return CalendarChanged(message="The calendar is no longer followed.")

    @mutation
    async def rotate_calendar_feed(self, info: Info) -> CalendarFeedResult:
        """Make a secret address of one's introductions; the one before stops working."""
        token = await info.context.use(lambda work: PublishedCalendars(work).rotate())
        return CreatedCalendarFeed(path=feed_path(token))

    @mutation
    async def revoke_calendar_feed(self, info: Info) -> CalendarChangedResult:
        """Let the secret address work no longer."""
        await info.context.use(lambda work: PublishedCalendars(work).revoke())
        return CalendarChanged(message="The address no longer works.")


@strawberry.type
class BookingMutations:
    """Roots that change introductions."""

    @mutation
    async def cancel_booking(self, info: Info, input: CancelBookingInput) -> BookingResult:
        """Cancel an introduction, as either side."""
        found = required_id(input.booking_id)
        booking = await info.context.use(lambda work: BookingService(work).cancel(found, input.reason))
        return BookingType.of(booking, info.context.actor.person)

    @mutation
    async def restore_booking(self, info: Info, input: RestoreBookingInput) -> BookingResult:
        """Take one's own cancelling back, as long as the time is free."""
        found = required_id(input.booking_id)
        booking = await info.context.use(lambda work: BookingService(work).restore(found))
        return BookingType.of(booking, info.context.actor.person)
