"""What can be allowed or denied on the console."""

from enum import StrEnum


class ConsolePermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ_TENANTS = "console:tenant:read"
