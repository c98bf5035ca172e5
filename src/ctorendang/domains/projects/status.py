"""Where a project stands."""

from enum import StrEnum


class ProjectStatus(StrEnum):
    """A draft is its owner's alone; a published project is seen by CTOs; a closed one has ended."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
