"""Where a profile stands."""

from enum import StrEnum

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus


class CtoStatus(StrEnum):
    """Drafts are handed in for review; an administrator lists them; their owner may pause and come back."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    LISTED = "listed"
    PAUSED = "paused"


def may_be_listed(user: User) -> bool:
    """Whether a person's profile may stand in the directory at all."""
    return user.status == MemberStatus.ACTIVE and Role.CTO in user.roles
