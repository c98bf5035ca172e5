"""Where a profile stands."""

from enum import StrEnum


class CtoStatus(StrEnum):
    """Drafts are handed in for review; an administrator lists them; their owner may pause and come back."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    LISTED = "listed"
    PAUSED = "paused"
