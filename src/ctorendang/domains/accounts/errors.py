"""Why an account or a sign-in is refused."""

from ctorendang.infra.errors import AppError


class CredentialsNotAccepted(AppError):
    """The e-mail, the password or the account itself is not good; which of them is nobody's business."""

    code = "credentials_not_accepted"
    status = 401

    def __init__(self) -> None:
        super().__init__("This e-mail and password do not fit together. Try again or reset the password.")


class SingleSignOnRequired(AppError):
    """The tenant's policy sends people with this address to their identity provider, whatever else they could show."""

    code = "single_sign_on_required"
    status = 403

    def __init__(self) -> None:
        super().__init__("Your organisation asks you to sign in through it: choose “Single sign-on”.")


class EmailNotAvailable(AppError):
    """No new account can be opened with this address."""

    code = "email_not_available"
    status = 409

    def __init__(self) -> None:
        super().__init__("This address cannot be used for a new account. Sign in, or reset the password.")


class TokenNotAccepted(AppError):
    """A link or token is unknown, used, or too old; which of them is nobody's business."""

    code = "token_not_accepted"
    status = 401

    def __init__(self, detail: str = "This is no longer valid. Sign in again.") -> None:
        super().__init__(detail)


class WrongPassword(AppError):
    """The current password was asked for and is not right."""

    code = "wrong_password"
    status = 409

    def __init__(self) -> None:
        super().__init__("The current password is not right.")


class LastAdministrator(AppError):
    """The tenant would be left without anyone who can administer it."""

    code = "last_administrator"
    status = 409

    def __init__(self) -> None:
        super().__init__("Make someone else an administrator first.")
