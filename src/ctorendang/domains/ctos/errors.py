"""Why something about a profile is refused."""

from ctorendang.infra.errors import AppError


class ProfileNotReady(AppError):
    """The profile cannot go on from where it stands."""

    code = "profile_not_ready"
    status = 409


class CannotReviewOneself(AppError):
    """A CTO praised their own work."""

    code = "cannot_review_oneself"
    status = 409
