"""Step-up: people who are signed in show again who they are, before something dangerous."""

from dataclasses import dataclass
from uuid import UUID

from ctorendang.domains.accounts.access import policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import SecondFactorRequired, SingleSignOnRequired, WrongPassword
from ctorendang.domains.accounts.factors.ceremonies import Ceremonies, Purpose
from ctorendang.domains.accounts.factors.codes import accept_code
from ctorendang.domains.accounts.factors.repository import FactorRepository, StepRepository
from ctorendang.domains.accounts.factors.service import needs_second_factor
from ctorendang.domains.accounts.passwords import password_fits
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import Forbidden, SignInRequired
from ctorendang.infra.product import Product

_WRONG = "This password is not right. Try again."
_NONE = "Your account has no password. Confirm with your passkey, or sign out and in again."

PER_ACCOUNT = Limit("confirm-identity-account", attempts=10, seconds=600)


@dataclass(frozen=True, slots=True)
class WaysToConfirm:
    """What a person can show.

    Attributes:
        provider: they came by single sign-on, and confirm there: nobody asks them for a local password.
        code: besides the password, a code of the authenticator app or a recovery code.
        app: they have an authenticator app, so that not only recovery codes can be that code.
        passkeys: hosts that they have passkeys on.
    """

    provider: bool
    password: bool
    code: bool
    app: bool
    passkeys: frozenset[str]


class Confirmation:
    """Takes what a signed-in person shows, and notes it in their session."""

    def __init__(self, product: Product, person: Actor) -> None:
        self._product = product
        self._person = person
        self._tenant_id = person.tenant_id

    async def ways(self) -> WaysToConfirm:
        """What the person can show.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._product.grants.require(self._person, AccountPermission.READ_OWN)
        ways, _ = await self._known()
        return ways

    async def by_password(self, password: str, code: str) -> None:
        """Confirm with the password, and a code for people who have a second factor.

        Raises:
            SignInRequired: this is a visitor.
            SingleSignOnRequired: the person confirms at their provider.
            WrongPassword: it is not right, or there is none.
            SecondFactorRequired: a code is missing.
            CodeNotAccepted: the code is wrong, or was used before.
            TooManyAttempts: for this account or from this address.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        user_id = self._person.person
        limited = (PER_ACCOUNT, str(self._tenant_id), str(user_id))
        await self._product.limiter.count(*limited)
        ways, password_hash = await self._known()
        if ways.provider:
            raise SingleSignOnRequired
        if not await password_fits(password_hash, password):
            raise WrongPassword(_WRONG if ways.password else _NONE)
        await self._product.limiter.forgive(*limited)
        if ways.code:
            if not code.strip():
                raise SecondFactorRequired
            await accept_code(self._product, self._person, user_id, code)
        await self._note(user_id, strong=ways.code, method=Method.PASSWORD)

    async def by_passkey(self, ceremonies: Ceremonies, answer: str) -> None:
        """Confirm with a passkey.

        Raises:
            SignInRequired: this is a visitor.
            SingleSignOnRequired: the person confirms at their provider.
            PasskeyNotAccepted: the answer does not hold, or the passkey is somebody else's.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        user_id = self._person.person
        ways, _ = await self._known()
        if ways.provider:
            raise SingleSignOnRequired
        await ceremonies.show(Purpose.STEP_UP, user_id, answer)
        await self._note(user_id, strong=True, method=Method.PASSKEY)

    async def _known(self) -> tuple[WaysToConfirm, str | None]:
        user_id = self._person.person
        async with self._product.units.begin(self._person) as work:
            users, factors = UserRepository(session=work.session), FactorRepository(work.session)
            user = await users.find(self._tenant_id, user_id)
            if user is None:
                raise SignInRequired("Sign in first.")
            policy = await policy_of(work)
            provider = self._person.method == Method.SSO
            if not provider:
                refuse_local_sign_in(policy, user.email, break_glass=user.break_glass)
            password_hash = await users.find_password_hash(self._tenant_id, user_id)
            passkeys = frozenset(each.rp_id for each in await factors.passkeys(self._tenant_id, user_id))
            app = await factors.find_app(self._tenant_id, user_id)
            strong = await factors.has_any(self._tenant_id, user_id)
            ways = WaysToConfirm(
                provider=provider,
                password=password_hash is not None,
                app=app is not None and app.confirmed_at is not None,
                code=strong and (policy.mfa != "off" or needs_second_factor(policy, user)),
                passkeys=passkeys,
            )
        return ways, password_hash

    async def _note(self, user_id: UUID, *, strong: bool, method: Method) -> None:
        session_id = self._person.session_id
        if session_id is None:
            raise Forbidden("A key cannot confirm who somebody is. Sign in to do this.")
        async with self._product.units.begin(self._person) as work:
            steps = StepRepository(work.session)
            if not await steps.confirm_session(self._tenant_id, user_id, session_id, strong=strong):
                raise Forbidden("This sign-in has ended. Sign in again.")
            record(work, "accounts.identity.confirmed", Subject("session", session_id), {"method": method})
