"""Why something about single sign-on is refused."""

from ctorendang.infra.errors import AppError


class ConnectionIsManaged(AppError):
    """Its file says how it is; changing it here would be undone when the file is applied again."""

    code = "connection_is_managed"
    status = 409

    def __init__(self) -> None:
        super().__init__("This connection is kept in a file by your operator. Ask them to change it there.")


class ConnectionChangedMeanwhile(AppError):
    """What its provider was asked for is not what is needed any more."""

    code = "connection_changed_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__("It was changed at this very moment. Apply the file again.")


class ConnectionNotTested(AppError):
    """Nobody has shown that it works as it is now."""

    code = "connection_not_tested"
    status = 409

    def __init__(self) -> None:
        super().__init__("Sign in through this connection once as a test. It can be enabled as soon as that works.")


class ConnectionNotReady(AppError):
    """It does not say yet which provider it is about."""

    code = "connection_not_ready"
    status = 409

    def __init__(self) -> None:
        super().__init__("Say first what your identity provider gave you: metadata, or issuer and client.")


class MoveNotPossible(AppError):
    """It does not stand where this could be done to it."""

    code = "move_not_possible"
    status = 409

    def __init__(self, status: str) -> None:
        super().__init__(f"This connection is {status}; that cannot be done to it now. Reload the page.")


class ConnectionIsEnforced(AppError):
    """People have no other way in."""

    code = "connection_is_enforced"
    status = 409

    def __init__(self) -> None:
        super().__init__("People must sign in through this connection. Turn off enforcement first.")


class TooManyConnections(AppError):
    """Each of them is asked about itself every day."""

    code = "too_many_connections"
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(f"There can be at most {most} connections. Delete one that nobody uses any more.")


class ConnectionNameTaken(AppError):
    """Two connections of one name cannot be told apart on the sign-in page."""

    code = "connection_name_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__("Another connection has this name. Choose a different one.")


class DomainAlreadyClaimed(AppError):
    """A domain leads to one connection."""

    code = "domain_already_claimed"
    status = 409

    def __init__(self) -> None:
        super().__init__("This domain is in your list already. Remove it there to use it for another connection.")


class DomainIsEnforced(AppError):
    """People with addresses of this domain must sign in through the connection."""

    code = "domain_is_enforced"
    status = 409

    def __init__(self) -> None:
        super().__init__("People of this domain must sign in through their provider. Turn off enforcement first.")


class DomainNotProven(AppError):
    """The DNS record that proves it is not there, or says something else."""

    code = "domain_not_proven"
    status = 409


class NotReadyToEnforce(AppError):
    """Something is missing without which enforcing could lock everybody out."""

    code = "not_ready_to_enforce"
    status = 409

    def __init__(self, missing: str) -> None:
        super().__init__(f"Not yet: {missing}")


class EnforcementUnchanged(AppError):
    """There is nothing to do."""

    code = "enforcement_unchanged"
    status = 409

    def __init__(self) -> None:
        super().__init__("That is how it is already.")


class NoWayBack(AppError):
    """It would leave nobody who gets in when the provider does not answer."""

    code = "no_way_back"
    status = 409

    def __init__(self) -> None:
        advice = "Name another emergency administrator with a passkey or authenticator app first."
        super().__init__(f"Somebody must get in when the provider is away. {advice}")


class NotFitForEmergencies(AppError):
    """The person could not get in without the provider, or could not repair anything."""

    code = "not_fit_for_emergencies"
    status = 409

    def __init__(self) -> None:
        needs = "an active administrator with a passkey or an authenticator app"
        super().__init__(f"An emergency administrator is {needs}. They add one under Account, Security.")


class OnlyWayIn(AppError):
    """Without this identity the person could not get in any more."""

    code = "only_way_in"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This is how you get in. Add a passkey under Account, Security first, or sign out and choose"
            " “Forgot your password?”."
        )


class SignOnRefused(AppError):
    """The provider's answer cannot be accepted; the person learns a reference, the administrator's trace says why."""

    code = "sign_on_refused"
    status = 400
    title = "Single sign-on did not work"

    def __init__(self, reference: str) -> None:
        advice = f"Try again; if it fails again, give your administrator the reference {reference}."
        super().__init__(f"You were not signed in. {advice}")
        self.reference = reference
