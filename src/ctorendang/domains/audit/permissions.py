"""What can be allowed or denied about the audit trail."""

from enum import StrEnum


class AuditPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "audit:event:read"
    READ_OWN = "audit:event:read_own"
