"""Why a file is not taken, or not there."""

from ctorendang.infra.errors import AppError


class FileNotAccepted(AppError):
    """It is no file that is taken; the detail says why."""

    code = "file_not_accepted"
    status = 422


class PictureNotAccepted(AppError):
    """A file is no picture that can be shown; the detail says why, to whoever sent it."""

    code = "picture_not_accepted"
    status = 422


class FilesNotAvailable(AppError):
    """There is nowhere to keep files now."""

    code = "files_not_available"
    status = 503

    def __init__(self) -> None:
        super().__init__("Files cannot be stored or read right now. Try again in a few minutes.")
