"""What can be allowed or denied about CTOs."""

from enum import StrEnum


class CtoPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "ctos:cto:read"
    MANAGE_OWN = "ctos:cto:manage_own"
    APPROVE = "ctos:cto:approve"
    IMPORT = "ctos:cto:import"
    READ_SKILLS = "ctos:skill:read"
    WRITE_REVIEW = "ctos:review:write"
    PUBLISH_REVIEW = "ctos:review:publish"
