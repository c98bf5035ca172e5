"""What can be allowed or denied about matching."""

from enum import StrEnum


class MatchingPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "matching:match:read"
    EMBED = "matching:vector:write"
