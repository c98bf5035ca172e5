"""What can be allowed or denied about projects."""

from enum import StrEnum


class ProjectPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    CREATE = "projects:project:create"
    READ = "projects:project:read"
    READ_PUBLISHED = "projects:project:read_published"
    READ_ALL = "projects:project:read_all"
    MANAGE_OWN = "projects:project:manage_own"
