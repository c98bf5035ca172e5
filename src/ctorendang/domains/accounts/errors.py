"""Why an account or a sign-in is refused."""

from ctorendang.infra.errors import AppError, Forbidden


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
        super().__init__("Your organisation asks you to sign in through it. Use the button with its name.")


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

    def __init__(self, detail: str = "The current password is not right.") -> None:
        super().__init__(detail)


class AccountNotAdoptable(AppError):
    """A directory wants somebody whose account is not its to take; the detail says why, for its administrator."""

    code = "account_not_adoptable"
    status = 409


class LastEmergencyAdministrator(AppError):
    """Single sign-on is enforced, and nobody would be left who gets in without the provider."""

    code = "last_emergency_administrator"
    status = 409

    def __init__(self) -> None:
        super().__init__("Only they get in when single sign-on fails. Give somebody else emergency access first.")


class LastAdministrator(AppError):
    """The tenant would be left without anyone who can administer it."""

    code = "last_administrator"
    status = 409

    def __init__(self) -> None:
        super().__init__("Make someone else an administrator first.")


class KeysNotAccepted(AppError):
    """Enforced single sign-on binds the person, and a key would be a way around it."""

    code = "keys_not_accepted"
    status = 409

    def __init__(self) -> None:
        super().__init__("Your organisation's single sign-on does not accept API keys.")


class TooManyKeys(AppError):
    """A person has as many keys as anybody can keep apart."""

    code = "too_many_keys"
    status = 409

    def __init__(self) -> None:
        super().__init__("You have 20 keys. Revoke one that you no longer need.")


class SecondFactorRequired(AppError):
    """The password is right, and does not do on its own for this account."""

    code = "second_factor_required"
    status = 401

    def __init__(self) -> None:
        super().__init__("This account asks for a second factor: send the code of the authenticator app along.")


class SecondFactorEnrolmentRequired(AppError):
    """The tenant's policy asks for a second factor, and the person has none yet."""

    code = "second_factor_enrolment_required"
    status = 403

    def __init__(self) -> None:
        super().__init__("Your organisation asks for a second factor. Sign in on the site once to set it up.")


class SignInExpired(AppError):
    """The sign-in that was under way is over: too late, too many codes, or finished."""

    code = "sign_in_expired"
    status = 401

    def __init__(self) -> None:
        super().__init__("This sign-in took too long. Start again.")


class CodeNotAccepted(AppError):
    """The code is wrong, old, or was used before; which of them is nobody's business."""

    code = "code_not_accepted"
    status = 401

    def __init__(
        self, detail: str = "This code is not right, or was used before. Wait for the next one and try again."
    ) -> None:
        super().__init__(detail)


class PasskeyNotAccepted(AppError):
    """The passkey is unknown here, or what the browser sent does not hold; which of them is nobody's business."""

    code = "passkey_not_accepted"
    status = 401

    def __init__(self) -> None:
        super().__init__("This passkey was not accepted here. Try again, or choose another way.")


class FactorAlreadySetUp(AppError):
    """There is one already; it has to go first."""

    code = "factor_already_set_up"
    status = 409

    def __init__(self, detail: str = "An authenticator app is set up already. Remove it first.") -> None:
        super().__init__(detail)


class SecondFactorNeeded(AppError):
    """The tenant's policy does not let the person be without a second factor."""

    code = "second_factor_needed"
    status = 409

    def __init__(self) -> None:
        super().__init__("Your organisation asks for a second factor. Add another one before you remove this one.")


class TooManyInvitations(AppError):
    """A tenant has sent as many invitations as it may in a day."""

    code = "too_many_invitations"
    status = 429

    def __init__(self) -> None:
        super().__init__("Enough invitations were sent today. Send the others tomorrow.")


class InvitationJustSent(AppError):
    """The mail may still be on its way."""

    code = "invitation_just_sent"
    status = 409

    def __init__(self) -> None:
        super().__init__("This invitation was sent a moment ago. Wait a minute before you send it again.")


class SignInToAccept(AppError):
    """There is an account with the invited address, and its owner is not signed in."""

    code = "sign_in_to_accept"
    status = 409

    def __init__(self) -> None:
        super().__init__("You have an account here. Sign in, then accept the invitation.")


class LinkForAnotherAccount(Forbidden):
    """A mailed link was opened by somebody signed in whose account it is not about."""

    def __init__(self) -> None:
        super().__init__("This link is for another account. Sign in to that one, and open the link in the mail again.")


class InvitationForSomebodyElse(AppError):
    """The signed-in person's address is not the invited one."""

    code = "invitation_for_somebody_else"
    status = 409

    def __init__(self) -> None:
        super().__init__("This invitation was sent to another address. Sign in with that one.")


class AddressKeptElsewhere(AppError):
    """A directory or identity provider says what the person's address is."""

    code = "address_kept_elsewhere"
    status = 409

    def __init__(self) -> None:
        super().__init__("Your organisation keeps your address. Ask it to change it there.")
