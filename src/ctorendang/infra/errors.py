"""Errors a person can act on. One renderer each turns them into HTML, problem details (RFC 9457) and GraphQL."""

from collections.abc import Mapping


class AppError(Exception):
    """Something the caller asked for that the product refuses, named by its class.

    Attributes:
        code: stable, machine-readable name.
        status: HTTP status.
        detail: one sentence that says what to do.
        title: heads the error page; empty for what HTTP calls the status.
    """

    code = "refused"
    status = 400
    title = ""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(AppError):
    """It does not exist, or it is none of the caller's business: the two look the same from outside."""

    code = "not_found"
    status = 404


class SignInRequired(AppError):
    """A visitor tried something that needs to know who they are."""

    code = "sign_in_required"
    status = 401


class Forbidden(AppError):
    """The caller may know of it but not do this."""

    code = "forbidden"
    status = 403


class StepUpRequired(AppError):
    """It is dangerous, and the person showed who they are too long ago."""

    code = "step_up_required"
    status = 403

    def __init__(self) -> None:
        super().__init__("Confirm that it is you first: this needs a sign-in of the last ten minutes.")


class InvalidInput(AppError):
    """Some fields cannot be accepted as they are.

    Attributes:
        fields: what is wrong, by the field's name in the API.
    """

    code = "invalid_input"
    status = 422

    def __init__(self, fields: Mapping[str, str], detail: str = "Some fields need another look.") -> None:
        super().__init__(detail)
        self.fields = dict(fields)


class TooManyAttempts(AppError):
    """A limit on attempts is used up.

    Attributes:
        retry_after: seconds until the next attempt is considered.
    """

    code = "too_many_attempts"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after
