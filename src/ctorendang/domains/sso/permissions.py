"""What can be allowed or denied about single sign-on."""

from enum import StrEnum


class SsoPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    SIGN_ON = "sso:session:open"
    READ = "sso:connection:read"
    MANAGE = "sso:connection:manage"
    MANAGE_OWN = "sso:identity:manage_own"
    REFRESH = "sso:metadata:refresh"
