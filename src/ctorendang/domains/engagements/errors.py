"""Why something about an engagement is refused."""

from ctorendang.infra.errors import AppError


class EngagementChangedMeanwhile(AppError):
    """Somebody else acted between looking and pressing."""

    code = "engagement_changed_meanwhile"
    status = 409

    def __init__(self, changes: str) -> None:
        super().__init__(f"Somebody was faster: {changes} Look at it as it is now, and decide again.")


class StepNotPossible(AppError):
    """The machine has no such step from here, or what it needs does not hold."""

    code = "step_not_possible"
    status = 409


class AlreadyShortlisted(AppError):
    """A project has one open engagement with a CTO at most."""

    code = "already_shortlisted"
    status = 409

    def __init__(self) -> None:
        super().__init__("This CTO is on the project’s shortlist already. Go on under Engagements.")


class CtoNotListed(AppError):
    """Nobody is engaged past the marketplace's own approval."""

    code = "cto_not_listed"
    status = 409

    def __init__(self) -> None:
        super().__init__("This CTO is not listed at the moment. Choose another one.")


class CurrencyMismatch(AppError):
    """Amounts of two currencies cannot be compared or added."""

    code = "currency_mismatch"
    status = 409

    def __init__(self, project: str, cto: str) -> None:
        super().__init__(f"The project is in {project} and the CTO’s rate in {cto}. Both must be in the same currency.")


class CannotEngageOneself(AppError):
    """Client and CTO are two people."""

    code = "cannot_engage_oneself"
    status = 409

    def __init__(self) -> None:
        super().__init__("This is your own profile. Choose somebody else.")


class ProjectHasEnded(AppError):
    """A closed project gets no new engagements."""

    code = "project_has_ended"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project is closed. Start a new one to engage somebody.")
