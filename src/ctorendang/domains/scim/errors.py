"""Why a directory, or something about it, is refused."""

from ctorendang.infra.errors import AppError


class ScimTokenNotAccepted(AppError):
    """The token is missing, unknown, expired or revoked, or its directory is turned off: it looks the same."""

    code = "scim_token_not_accepted"
    status = 401

    def __init__(self) -> None:
        super().__init__("Send the directory's token as a bearer token. It may have expired or been revoked.")


class DirectoryNameTaken(AppError):
    """Two directories of one name could not be told apart."""

    code = "directory_name_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__("Another directory has this name.")


class DirectoryTurnedOn(AppError):
    """What a directory is sending at this moment must not meet its end half-way."""

    code = "directory_turned_on"
    status = 409

    def __init__(self) -> None:
        super().__init__("Turn the directory off first.")


class TooManyTokens(AppError):
    """Two are enough to change one without a gap; more would be forgotten ones."""

    code = "too_many_tokens"
    status = 409

    def __init__(self) -> None:
        super().__init__("This directory has two tokens already. Revoke the one that is not in use first.")
