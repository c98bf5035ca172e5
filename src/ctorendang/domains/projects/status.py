"""Where a project stands, and whose business it is."""

from enum import StrEnum


class ProjectStatus(StrEnum):
    """A draft is its owner's alone; a published project is seen by CTOs; a paused one not now; a closed one ended."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"


class ProjectVisibility(StrEnum):
    """Which CTOs see it while it is published: all of the marketplace, or those whom its owner has invited."""

    TENANT = "tenant"
    INVITED = "invited"


class Importance(StrEnum):
    """How much a project needs a skill."""

    MUST = "must"
    NICE = "nice"
