"""What can be allowed or denied about matching."""

from enum import StrEnum


class MatchingPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "matching:match:read"
    JUDGE = "matching:match:judge"
    READ_FIT = "matching:fit:read"
    READ_WEIGHTS = "matching:weights:read"
    CHANGE_WEIGHTS = "matching:weights:change"
    MAINTAIN = "matching:match:maintain"
