"""Where an introduction stands, and how a day can differ from the week."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """An introduction takes place unless one of both has cancelled it, or what it was about has ended."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class ExceptionKind(StrEnum):
    """Days off take recurring slots away; an extra slot is offered on one day."""

    OFF = "off"
    EXTRA = "extra"
