"""Why something about a project is refused."""

from ctorendang.infra.errors import AppError, NotFound


class ProjectAlreadyClosed(AppError):
    """A closed project does not change any more."""

    code = "project_already_closed"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project is closed. Start a new one instead.")


class ProjectAlreadyPublished(AppError):
    """It is out already."""

    code = "project_already_published"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project is published already.")


class ProjectNotPublished(AppError):
    """Only what is out can be paused."""

    code = "project_not_published"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project is not published, so there is nothing to pause.")


class ProjectNotPaused(AppError):
    """Only what is paused can go on."""

    code = "project_not_paused"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project is not paused.")


class ProjectChangedMeanwhile(AppError):
    """It says something else than its reader saw."""

    code = "project_changed_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__("This project was changed somewhere else meanwhile. Compare both, then save again.")


class CtoNotFound(NotFound):
    """No listed CTO has this id, whatever became of who had it."""

    def __init__(self) -> None:
        super().__init__("There is no such CTO.")


class CtoCannotBeInvited(AppError):
    """Only who is listed, and somebody else, is invited."""

    code = "cto_cannot_be_invited"
    status = 409
