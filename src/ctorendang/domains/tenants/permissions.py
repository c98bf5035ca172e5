"""What can be allowed or denied about tenants."""

from enum import StrEnum


class TenantPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "tenants:tenant:read"
