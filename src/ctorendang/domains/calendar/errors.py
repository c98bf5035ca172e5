"""Why something about a calendar is refused."""

from collections.abc import Sequence

from ctorendang.domains.calendar.slots import Span
from ctorendang.infra.errors import AppError, Forbidden


class SlotAlreadyTaken(AppError):
    """Somebody else was faster, or the CTO is busy then.

    Attributes:
        alternatives: free slots close to the wished one, the nearest first.
    """

    code = "slot_already_taken"
    status = 409

    def __init__(self, alternatives: Sequence[Span] = ()) -> None:
        closest = "Choose one of the times nearby." if alternatives else "No other time is free in the next weeks."
        super().__init__(f"This time has just been taken. {closest}")
        self.alternatives = list(alternatives)


class SlotNotOffered(AppError):
    """The CTO does not offer this time."""

    code = "slot_not_offered"
    status = 409

    def __init__(self) -> None:
        super().__init__("This time is not offered. Choose one of the free times.")


class AlreadyBookedThen(AppError):
    """One person, two meetings."""

    code = "already_booked_then"
    status = 409

    def __init__(self) -> None:
        super().__init__("You have another introduction at this time. Choose another time, or cancel that one.")


class TooManyBookings(AppError):
    """Nobody takes all of a CTO's time for introductions."""

    code = "too_many_bookings"
    status = 409


class CannotBookOneself(AppError):
    """It takes two."""

    code = "cannot_book_oneself"
    status = 409

    def __init__(self) -> None:
        super().__init__("This is your own profile. Introductions are booked by clients.")


class BookingIsOver(AppError):
    """The time has come, so nothing about it changes any more."""

    code = "booking_is_over"
    status = 409

    def __init__(self) -> None:
        super().__init__("This introduction has begun or is over. It can no longer be changed.")


class BookingAlreadyCancelled(AppError):
    """There is nothing left to cancel."""

    code = "booking_already_cancelled"
    status = 409

    def __init__(self) -> None:
        super().__init__("This introduction is cancelled already.")


class BookingNotCancelled(AppError):
    """There is nothing to take back."""

    code = "booking_not_cancelled"
    status = 409

    def __init__(self) -> None:
        super().__init__("This introduction is not cancelled.")


class CancelledByTheOther(Forbidden):
    """Who cancelled may change their mind; the other may book anew."""

    def __init__(self) -> None:
        super().__init__("The other side has cancelled this introduction. Book a new time instead.")


class SubjectHasEnded(AppError):
    """An introduction that fell with what it was about does not stand up without it."""

    code = "subject_has_ended"
    status = 409

    def __init__(self) -> None:
        super().__init__("What this introduction was about has ended. Book a new time instead.")


class TooManyEntries(AppError):
    """A calendar has so many of this already."""

    code = "too_many_entries"
    status = 409


class CalendarJustRead(AppError):
    """Somebody else's server is not asked again and again."""

    code = "calendar_just_read"
    status = 409

    def __init__(self) -> None:
        super().__init__("This calendar was read a moment ago. Try again in a minute.")


class CalendarNotReadable(AppError):
    """What an address answered is no calendar that can be used; the detail says why."""

    code = "calendar_not_readable"
    status = 422


class HoursNotLeft(AppError):
    """A CTO works no more hours than a week of theirs has."""

    code = "hours_not_left"
    status = 409

    def __init__(self, left: int, wanted: int) -> None:
        super().__init__(
            f"These terms take {wanted} h a week, and the CTO has {left} h a week left at that time. "
            "Agree on fewer hours or another time, or have the CTO offer more hours in their calendar."
        )
