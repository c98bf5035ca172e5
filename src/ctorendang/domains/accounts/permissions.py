"""What can be allowed or denied about accounts."""

from enum import StrEnum


class AccountPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    OPEN_ACCOUNT = "accounts:account:open"
    READ_OWN = "accounts:account:read_own"
    MANAGE_OWN = "accounts:account:manage_own"
    READ_AVATARS = "accounts:avatar:read"
    OPEN_SESSION = "accounts:session:open"
    READ_MEMBERS = "accounts:member:read"
    MANAGE_MEMBERS = "accounts:member:manage"
    PROVISION = "accounts:member:provision"
    IMPORT = "accounts:account:import"
    MANAGE_INVITATIONS = "accounts:invitation:manage"
    MANAGE_OWN_KEYS = "accounts:key:manage_own"
    MANAGE_KEYS = "accounts:key:manage"
    MANAGE_POLICY = "accounts:policy:manage"
