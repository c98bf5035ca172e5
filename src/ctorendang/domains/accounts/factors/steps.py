"""Sign-ins that lack their second factor.

Whoever is at it has shown a password and is still a visitor: there is no session, only a step that this browser holds
the secret of. It is good for ten minutes, a few codes, and one session.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from ctorendang.domains.accounts.access import policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import SignInExpired
from ctorendang.domains.accounts.factors.ceremonies import Ceremonies, Purpose
from ctorendang.domains.accounts.factors.codes import accept_code
from ctorendang.domains.accounts.factors.models import SignInStep
from ctorendang.domains.accounts.factors.repository import FactorRepository, StepRepository
from ctorendang.domains.accounts.factors.service import has_strong_factor, needs_second_factor
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method, Proven, SecondFactor
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash
from ctorendang.kit.ids import uuid7

STEP = "step"
"""The cookie that holds a step's secret."""

STEP_LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A sign-in under way.

    Attributes:
        person: who they will be once all is shown; they showed a password when the step began.
        enrolling: they have no second factor yet, and need one.
        has_app: whether they can show a code of an authenticator app.
        passkeys: hosts that they have passkeys on.
        next_path: where they wanted to go.
    """

    id: UUID
    person: Actor
    enrolling: bool
    has_app: bool
    passkeys: frozenset[str]
    next_path: str
    method: Method
    password_hash: str | None = field(repr=False)

    def proven(self, second: SecondFactor) -> Proven:
        """The person, once a second factor was shown too."""
        return Proven(self.person, self.method, strong=True, second=second, password_hash=self.password_hash)


class SignInSteps:
    """Keeps what a visitor has shown so far, and adds the second factor to it."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._tenant_id = visitor.tenant_id
        self._authenticator = visitor.as_service(AUTHENTICATOR)

    async def start(self, proven: Proven, next_path: str) -> str:
        """The secret of a new step, for the browser to hold.

        Args:
            proven: somebody for whom ``Sessions`` asks for a second factor.
            next_path: where the person wants to go, a path of this site.
        """
        self._product.grants.require(proven.actor, AccountPermission.OPEN_SESSION)
        token = random_token()
        async with self._product.units.begin(self._authenticator) as work:
            await StepRepository(work.session).add_step(
                SignInStep(
                    tenant_id=self._tenant_id,
                    id=uuid7(),
                    user_id=proven.actor.person,
                    token_hash=token_hash(token),
                    method=proven.method,
                    password_hash=proven.password_hash,
                    next_path=next_path,
                    expires_at=now() + STEP_LIFETIME,
                )
            )
        return token

    async def read(self, token: str) -> Step:
        """The step that a browser is at.

        Raises:
            SignInExpired: there is none (any more).
            SingleSignOnRequired: meanwhile people with this address come another way.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        async with self._product.units.begin(self._authenticator) as work:
            return await self._read(work, token)

    async def show_code(self, token: str, code: str) -> Proven:
        """Add a code of the person's app, or a recovery code.

        Raises:
            SignInExpired: there is no such step (any more), or enough codes were tried.
            CodeNotAccepted: the code is wrong, or was used before.
            TooManyAttempts: for this account or from this address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        async with self._product.units.begin(self._authenticator) as work:
            step = await self._read(work, token)
            counted = await StepRepository(work.session).take_attempt(self._tenant_id, step.id, MOST_ATTEMPTS)
        if not counted:
            raise SignInExpired
        second = await accept_code(self._product, self._visitor, step.person.person, code)
        return await self._finish(step, second)

    async def show_passkey(self, token: str, ceremonies: Ceremonies, answer: str) -> Proven:
        """Add a passkey of the person's.

        Raises:
            SignInExpired: there is no such step (any more).
            PasskeyNotAccepted: the answer does not hold, or the passkey is somebody else's.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        step = await self.read(token)
        await ceremonies.show(Purpose.SECOND_FACTOR, step.person.person, answer)
        return await self._finish(step, SecondFactor.PASSKEY)

    async def finish_enrolment(self, step: Step, second: SecondFactor) -> Proven:
        """The person, who has just confirmed this first factor of theirs within this step.

        Raises:
            SignInExpired: the step was used meanwhile.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        return await self._finish(step, second)

    async def add_code(self, proven: Proven, code: str) -> Proven:
        """As ``show_code``, for a program that sends password and code at once; ignored where there is no factor.

        Raises:
            CodeNotAccepted: the code is wrong, or was used before.
            TooManyAttempts: for this account or from this address.
        """
        self._product.grants.require(proven.actor, AccountPermission.OPEN_SESSION)
        async with self._product.units.begin(self._authenticator) as work:
            has_factor = await has_strong_factor(work, proven.actor.person)
        if not has_factor:
            return proven
        second = await accept_code(self._product, self._visitor, proven.actor.person, code)
        return replace(proven, strong=True, second=second)

    async def _read(self, work: UnitOfWork, token: str) -> Step:
        found = await StepRepository(work.session).find_step(self._tenant_id, token_hash(token))
        if found is None:
            raise SignInExpired
        step, user = found
        policy = await policy_of(work)
        refuse_local_sign_in(policy, user.email, break_glass=user.break_glass)
        factors = FactorRepository(work.session)
        app = await factors.find_app(self._tenant_id, user.id)
        has_app = app is not None and app.confirmed_at is not None
        passkeys = frozenset(each.rp_id for each in await factors.passkeys(self._tenant_id, user.id))
        if not has_app and not passkeys and not needs_second_factor(policy, user):
            # What was asked for is gone: signing in again now takes the password alone.
            raise SignInExpired
        person = self._visitor.as_person(user.id, user.name, user.roles)
        person = replace(person, session_id=None, authenticated_at=step.created_at)
        return Step(
            id=step.id,
            person=person,
            enrolling=not has_app and not passkeys,
            has_app=has_app,
            passkeys=passkeys,
            next_path=step.next_path,
            method=Method(step.method),
            password_hash=step.password_hash,
        )

    async def _finish(self, step: Step, second: SecondFactor) -> Proven:
        async with self._product.units.begin(self._authenticator) as work:
            used = await StepRepository(work.session).use_step(self._tenant_id, step.id)
        if not used:
            raise SignInExpired
        return step.proven(second)
