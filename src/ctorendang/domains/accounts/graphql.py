"""Accounts in GraphQL: signing in as a program, and one's own account."""

from typing import Annotated

import strawberry

from ctorendang.domains.accounts.authentication import Authentication, NewAccount
from ctorendang.domains.accounts.credentials import Credentials
from ctorendang.domains.accounts.factors.steps import SignInSteps
from ctorendang.domains.accounts.recovery import Recovery
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.service import AccountService
from ctorendang.domains.accounts.sessions import Sessions
from ctorendang.domains.accounts.tokens import TokenPair
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal

strawberry.enum(Role, description="What a person is here.")


@strawberry.type(description="What a program signs in with. Send the access token as `Authorization: Bearer`.")
class Tokens:
    """An access token for a quarter of an hour, and a refresh token for a week that works once."""

    access_token: str
    refresh_token: str
    expires_in: int = strawberry.field(description="Seconds until the access token is no longer accepted.")

    @classmethod
    def of(cls, pair: TokenPair) -> "Tokens":
        """From what the service hands out."""
        return cls(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in)


@strawberry.type(description="It is done.")
class Done:
    """For mutations that have nothing else to say."""

    message: str


@strawberry.input
class SignUpInput:
    """A new account."""

    name: str
    email: str
    password: str
    role: Role = Role.CLIENT


@strawberry.input
class SignInInput:
    """What one signs in with."""

    email: str
    password: str
    otp: str | None = strawberry.field(
        default=None, description="Code of a second factor, for accounts that have one; ignored where there is none."
    )


@strawberry.input
class RefreshTokenInput:
    """The refresh token at hand."""

    refresh_token: str


@strawberry.input
class ChangePasswordInput:
    """The current password and the one to come."""

    current_password: str
    new_password: str


@strawberry.input
class RequestPasswordResetInput:
    """Whose password."""

    email: str


@strawberry.input
class ResetPasswordInput:
    """The secret from the mail, and the password to come."""

    token: str
    password: str


@strawberry.input
class VerifyEmailInput:
    """The secret from the mail."""

    token: str


SignUpResult = Annotated[Tokens | Refusal | InvalidInput, strawberry.union("SignUpResult")]
SignInResult = Annotated[Tokens | Refusal, strawberry.union("SignInResult")]
RefreshTokenResult = Annotated[Tokens | Refusal, strawberry.union("RefreshTokenResult")]
DoneResult = Annotated[Done | Refusal | InvalidInput, strawberry.union("DoneResult")]


@strawberry.type
class AccountMutations:
    """Roots about one's own account."""

    @mutation
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:
        """Open an account and sign in."""
        authentication = Authentication(info.context.product, info.context.actor)
        person = await authentication.sign_up(NewAccount(input.name, input.email, input.password, input.role))
        return Tokens.of(
            await Sessions(info.context.product, info.context.actor).open_for_program(person, info.context.user_agent)
        )

    @mutation
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        """Sign in with e-mail and password, and the code of a second factor where there is one."""
        authentication = Authentication(info.context.product, info.context.actor)
        person = await authentication.sign_in(input.email, input.password)
        if input.otp:
            person = await SignInSteps(info.context.product, info.context.actor).add_code(person, input.otp)
        return Tokens.of(
            await Sessions(info.context.product, info.context.actor).open_for_program(person, info.context.user_agent)
        )

    @mutation
    async def refresh_token(self, info: Info, input: RefreshTokenInput) -> RefreshTokenResult:
        """Exchange a refresh token for the next pair. Each works once."""
        sessions = Sessions(info.context.product, info.context.actor)
        return Tokens.of(await sessions.refresh(input.refresh_token))

    @mutation
    async def sign_out(self, info: Info) -> DoneResult:
        """End the session that this request is signed in by."""
        await info.context.use(lambda work: AccountService(work).sign_out())
        return Done(message="You are signed out.")

    @mutation
    async def change_password(self, info: Info, input: ChangePasswordInput) -> DoneResult:
        """Set a new password; other sessions end."""
        credentials = Credentials(info.context.product, info.context.actor)
        await credentials.change_password(input.current_password, input.new_password)
        return Done(message="Your password is changed. Other devices are signed out.")

    @mutation
    async def request_password_reset(self, info: Info, input: RequestPasswordResetInput) -> DoneResult:
        """Have a link sent that sets a new password. The answer is the same whether or not there is such an account."""
        await Recovery(info.context.product, info.context.actor).request_password_reset(input.email)
        return Done(message="If there is an account with this address, a mail is on its way.")

    @mutation
    async def reset_password(self, info: Info, input: ResetPasswordInput) -> DoneResult:
        """Set a new password with the secret from the mail; all sessions end."""
        await Recovery(info.context.product, info.context.actor).reset_password(input.token, input.password)
        return Done(message="Your password is set. Sign in with it.")

    @mutation
    async def verify_email(self, info: Info, input: VerifyEmailInput) -> DoneResult:
        """Confirm one's address with the secret from the mail."""
        await Recovery(info.context.product, info.context.actor).verify_email(input.token)
        return Done(message="Your address is confirmed.")

    @mutation
    async def send_verification(self, info: Info) -> DoneResult:
        """Have the mail that confirms one's address sent again."""
        await Credentials(info.context.product, info.context.actor).send_verification()
        return Done(message="A mail is on its way.")
