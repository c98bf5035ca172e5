"""Whether a person may sign in."""

from enum import StrEnum


class MemberStatus(StrEnum):
    """Suspended people keep what is theirs, and are nobody here until they are restored."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
