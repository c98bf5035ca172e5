"""What can be allowed or denied about accounts."""

from enum import StrEnum


class AccountPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    OPEN_ACCOUNT = "accounts:account:open"
    MANAGE_OWN = "accounts:account:manage_own"
    OPEN_SESSION = "accounts:session:open"
    READ_MEMBERS = "accounts:member:read"
    MANAGE_MEMBERS = "accounts:member:manage"
