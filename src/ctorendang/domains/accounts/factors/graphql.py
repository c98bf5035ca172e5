"""Second factors and passkeys in GraphQL."""

from datetime import datetime
from typing import Annotated

import strawberry

from ctorendang.domains.accounts.factors.confirmation import Confirmation
from ctorendang.domains.accounts.factors.models import Passkey
from ctorendang.domains.accounts.factors.passkeys import PasskeyService
from ctorendang.domains.accounts.factors.service import Factors
from ctorendang.domains.accounts.graphql import Done, DoneResult
from ctorendang.domains.accounts.proof import Method
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.type(name="Passkey", description="A passkey of one's own. Browsers offer it on its host only.")
class PasskeyType:
    """What a person may know of a passkey."""

    id: strawberry.ID
    name: str
    host: str
    backed_up: bool = strawberry.field(description="Whether its maker keeps it in more than one place.")
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(passkey.id)),
            name=passkey.name,
            host=passkey.rp_id,
            backed_up=passkey.backed_up,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
        )


@strawberry.type(description="What one signs in with besides a password.")
class SignInFactors:
    """One's own factors."""

    has_password: bool
    authenticator_app_since: datetime | None
    recovery_codes_left: int
    passkeys: list[PasskeyType]
    required: bool = strawberry.field(description="Whether the marketplace does not let one be without a factor.")
    bound: bool = strawberry.field(description="Whether one comes in by single sign-on alone, and none of this counts.")
    single_sign_on: bool = strawberry.field(description="Whether one came in by single sign-on this time.")


@strawberry.type(description="What an authenticator app is told; it counts once a code of it has been confirmed.")
class AuthenticatorAppSetup:
    """A new seed."""

    key: str = strawberry.field(description="For typing it in, in Base32.")
    uri: str = strawberry.field(description="For opening it on the device that has the app.")


@strawberry.type(description="Shown this once. Each stands in for a lost factor one time.")
class RecoveryCodes:
    """Codes to be kept on paper; none when there are some from an earlier factor."""

    codes: list[str]


@strawberry.input
class ConfirmIdentityInput:
    """What one shows again."""

    password: str
    otp: str | None = strawberry.field(default=None, description="For accounts that have a second factor.")


@strawberry.input
class ConfirmAuthenticatorAppInput:
    """What the app shows."""

    code: str


@strawberry.input
class RenamePasskeyInput:
    """Which, and what to call it."""

    passkey_id: strawberry.ID
    name: str


@strawberry.input
class RemovePasskeyInput:
    """Which."""

    passkey_id: strawberry.ID


BeginAppResult = Annotated[AuthenticatorAppSetup | Refusal, strawberry.union("BeginAuthenticatorAppResult")]
CodesResult = Annotated[RecoveryCodes | Refusal | InvalidInput, strawberry.union("RecoveryCodesResult")]
PasskeyResult = Annotated[PasskeyType | Refusal | InvalidInput, strawberry.union("PasskeyResult")]


@strawberry.type
class FactorQueries:
    """Roots about one's own factors."""

    @strawberry.field
    async def sign_in_factors(self, info: Info) -> SignInFactors:
        """What one signs in with."""
        held = await Factors(info.context.product, info.context.actor).held()
        return SignInFactors(
            has_password=held.has_password,
            authenticator_app_since=held.app_since,
            recovery_codes_left=held.codes_left,
            passkeys=[PasskeyType.of(each) for each in held.passkeys],
            required=held.needed,
            bound=held.bound,
            single_sign_on=info.context.actor.method == Method.SSO,
        )


@strawberry.type
class FactorMutations:
    """Roots that change one's own factors. All but renaming ask for a sign-in of the last ten minutes."""

    @mutation
    async def confirm_identity(self, info: Info, input: ConfirmIdentityInput) -> DoneResult:
        """Show again who one is, before something that asks for it with `step_up_required`."""
        await Confirmation(info.context.product, info.context.actor).by_password(input.password, input.otp or "")
        return Done(message="Thank you. Go on within ten minutes.")

    @mutation
    async def begin_authenticator_app(self, info: Info) -> BeginAppResult:
        """Start setting up an authenticator app."""
        factors = Factors(info.context.product, info.context.actor)
        setup = await factors.begin_app(info.context.tenant.name)
        return AuthenticatorAppSetup(key=setup.key.replace(" ", ""), uri=setup.uri)

    @mutation
    async def confirm_authenticator_app(self, info: Info, input: ConfirmAuthenticatorAppInput) -> CodesResult:
        """Let the app count, with the code that it shows."""
        factors = Factors(info.context.product, info.context.actor)
        return RecoveryCodes(codes=await factors.confirm_app(input.code))

    @mutation
    async def remove_authenticator_app(self, info: Info) -> DoneResult:
        """Let the app count no longer."""
        await Factors(info.context.product, info.context.actor).remove_app()
        return Done(message="The authenticator app is removed.")

    @mutation
    async def renew_recovery_codes(self, info: Info) -> CodesResult:
        """New recovery codes in place of the old ones."""
        return RecoveryCodes(codes=await Factors(info.context.product, info.context.actor).renew_codes())

    @mutation
    async def rename_passkey(self, info: Info, input: RenamePasskeyInput) -> PasskeyResult:
        """Call a passkey something else."""
        passkey_id = required_id(input.passkey_id)
        renamed = await info.context.use(lambda work: PasskeyService(work).rename(passkey_id, input.name))
        return PasskeyType.of(renamed)

    @mutation
    async def remove_passkey(self, info: Info, input: RemovePasskeyInput) -> DoneResult:
        """Accept a passkey no longer."""
        passkey_id = required_id(input.passkey_id)
        await info.context.use(lambda work: PasskeyService(work).remove(passkey_id))
        return Done(message="The passkey is removed.")
