"""What can be allowed or denied about calendars."""

from enum import StrEnum


class CalendarPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ_SLOTS = "calendar:slot:read"
    MANAGE_OWN = "calendar:calendar:manage_own"
    BOOK = "calendar:booking:make"
    READ_BOOKINGS = "calendar:booking:read_own"
    MANAGE_BOOKINGS = "calendar:booking:manage_own"
    MANAGE_FEED = "calendar:feed:manage_own"
    READ_FEED = "calendar:feed:read"
    FETCH_BUSY_FEED = "calendar:busy_feed:fetch"
