"""What can be allowed or denied about searching."""

from enum import StrEnum


class SearchPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    FIND = "search:cto:find"
    MANAGE_OWN = "search:saved:manage_own"
    ALERT = "search:saved:alert"
    INDEX = "search:document:write"
