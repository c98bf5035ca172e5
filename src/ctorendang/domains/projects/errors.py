"""Why something about a project is refused."""

from ctorendang.infra.errors import AppError


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
