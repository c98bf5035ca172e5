"""What can be allowed or denied about dashboards."""

from enum import StrEnum


class DashboardPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "dashboards:dashboard:read"
    READ_EARNINGS = "dashboards:earnings:read"
