"""Second factors: who needs one, setting up an authenticator app, and recovery codes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ctorendang.domains.accounts.access import is_bound, policy_of
from ctorendang.domains.accounts.errors import (
    CodeNotAccepted,
    FactorAlreadySetUp,
    SecondFactorEnrolmentRequired,
    SecondFactorNeeded,
    SecondFactorRequired,
    SignInExpired,
)
from ctorendang.domains.accounts.factors.codes import count_attempt, forgive_attempt
from ctorendang.domains.accounts.factors.models import Passkey, TotpCredential
from ctorendang.domains.accounts.factors.repository import FactorRepository
from ctorendang.domains.accounts.factors.totp import (
    SEED,
    AppSetup,
    new_recovery_codes,
    new_seed,
    normalise,
    recovery_hash,
    setup_of,
    step_of,
)
from ctorendang.domains.accounts.models import AccessPolicy, User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import Forbidden, NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

_ADMINISTRATORS = frozenset({Role.ADMIN, Role.PLATFORM_ADMIN})


async def has_strong_factor(work: UnitOfWork, user_id: UUID) -> bool:
    """Whether a person has a confirmed authenticator app or a passkey: neither needs a provider or a mailbox."""
    return await FactorRepository(work.session).has_any(work.tenant_id, user_id)


def needs_second_factor(policy: AccessPolicy, user: User) -> bool:
    """Whether the policy lets this person in with two factors only.

    Somebody with a break-glass account passes by enforced single sign-on, so it takes more than a password.
    """
    if policy.mfa == "required" or (policy.mfa == "required_for_admins" and _ADMINISTRATORS & set(user.roles)):
        return True
    return user.break_glass and is_bound(policy, user.email)


async def require_second_factor(work: UnitOfWork, policy: AccessPolicy, user: User) -> None:
    """Let pass for whom a password does.

    Raises:
        SecondFactorRequired: the person has a factor, and it counts here.
        SecondFactorEnrolmentRequired: the person has none, and the policy asks for one.
    """
    needed = needs_second_factor(policy, user)
    if not needed and policy.mfa == "off":
        return
    if await has_strong_factor(work, user.id):
        raise SecondFactorRequired
    if needed:
        raise SecondFactorEnrolmentRequired


async def codes_of_first_factor(work: UnitOfWork, person: Actor) -> list[str]:
    """New recovery codes when this is a person's first factor; empty otherwise. Call it before the factor counts.

    Raises:
        SignInExpired: the person is not signed in yet, and has a factor: that one must be shown, not another be added.
    """
    if not await has_strong_factor(work, person.person):
        return await _new_codes(work, person.person)
    if person.session_id is None:
        raise SignInExpired
    return []


async def forget_last_codes(work: UnitOfWork, user_id: UUID) -> None:
    """Drop the recovery codes once no factor is left that they could stand in for.

    Raises:
        SecondFactorNeeded: the policy does not let the person be without a factor.
    """
    if await has_strong_factor(work, user_id):
        return
    user = await UserRepository(session=work.session).get_locked(work.tenant_id, user_id)
    if needs_second_factor(await policy_of(work), user):
        raise SecondFactorNeeded
    await FactorRepository(work.session).replace_recovery_codes(work.tenant_id, user_id, ())


async def _new_codes(work: UnitOfWork, user_id: UUID) -> list[str]:
    codes = new_recovery_codes()
    await FactorRepository(work.session).replace_recovery_codes(work.tenant_id, user_id, map(recovery_hash, codes))
    return codes


@dataclass(frozen=True, slots=True)
class FactorsHeld:
    """What a person has set up.

    Attributes:
        app_since: when the authenticator app was confirmed, None without one.
        codes_left: unused recovery codes.
        needed: whether the policy does not let them be without a factor.
        bound: whether they come in by single sign-on alone, so that nothing of all this is asked for.
    """

    app_since: datetime | None
    codes_left: int
    passkeys: list[Passkey]
    needed: bool
    has_password: bool
    bound: bool


class Factors:
    """One's own authenticator app and recovery codes.

    Args:
        product: the product.
        person: somebody signed in, or about to be and led through setting up a factor first.
        step: the sign-in step that leads them.
    """

    def __init__(self, product: Product, person: Actor, step: UUID | None = None) -> None:
        self._product = product
        self._person = person
        self._tenant_id = person.tenant_id
        self._step = step

    async def held(self) -> FactorsHeld:
        """What one has.

        Raises:
            SignInRequired: this is a visitor.
        """
        # As for changing them: how somebody signs in is not for keys to read.
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        user_id = self._person.person
        async with self._product.units.begin(self._person) as work:
            factors, users = FactorRepository(work.session), UserRepository(session=work.session)
            user = await users.find(self._tenant_id, user_id)
            if user is None:
                raise NotFound("There is no such member here.")
            app, policy = await factors.find_app(self._tenant_id, user_id), await policy_of(work)
            return FactorsHeld(
                app_since=app.confirmed_at if app else None,
                codes_left=await factors.count_recovery_codes(self._tenant_id, user_id),
                passkeys=await factors.passkeys(self._tenant_id, user_id),
                needed=needs_second_factor(policy, user),
                has_password=await users.find_password_hash(self._tenant_id, user_id) is not None,
                bound=is_bound(policy, user.email, break_glass=user.break_glass),
            )

    async def begin_app(self, issuer: str) -> AppSetup:
        """Start setting an authenticator app up, with a new seed; it counts once it is confirmed.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            FactorAlreadySetUp: there is an app.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        require_recent(self._person)
        seed = new_seed()
        async with self._product.units.begin(self._person) as work:
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, self._person.person)
            app = await FactorRepository(work.session).find_app(self._tenant_id, user.id)
            if app is not None and app.confirmed_at is not None:
                raise FactorAlreadySetUp
            app = app or TotpCredential(tenant_id=self._tenant_id, id=uuid7(), user_id=user.id)
            app.sealed_seed = await seal(work, seed, purpose=SEED, row=app.id)
            app.begun_by = self._begun_by
            app.last_step = None
            work.session.add(app)
            record(work, "accounts.authenticator_app.begun", Subject("user", user.id))
            return setup_of(seed, issuer, user.email)

    async def begun_app(self, issuer: str) -> AppSetup | None:
        """What was started in this session and not yet confirmed, None when that is nothing.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        require_recent(self._person)
        async with self._product.units.begin(self._person) as work:
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, self._person.person)
            app = await self._begun(work, user.id)
            if app is None:
                return None
            return setup_of(await unseal(work, app.sealed_seed, purpose=SEED, row=app.id), issuer, user.email)

    async def confirm_app(self, code: str) -> list[str]:
        """Let the app count, once it shows the right code.

        Returns:
            Recovery codes, to be shown this once; empty when the person has some from an earlier factor.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            NotFound: nothing was started in this session.
            SignInExpired: the person is not signed in yet, and has a factor already.
            CodeNotAccepted: the code is not right.
            TooManyAttempts: for this account or from this address.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        require_recent(self._person)
        user_id = self._person.person
        await count_attempt(self._product, self._person, user_id)
        async with self._product.units.begin(self._person) as work:
            await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            app = await self._begun(work, user_id)
            if app is None:
                raise NotFound("Start again: this authenticator app is not being set up here.")
            seed = await unseal(work, app.sealed_seed, purpose=SEED, row=app.id)
            step = step_of(seed, normalise(code))
            if step is None:
                raise CodeNotAccepted
            codes = await codes_of_first_factor(work, self._person)
            app.confirmed_at = now()
            app.last_step = step
            record(work, "accounts.authenticator_app.added", Subject("user", user_id))
            work.publish("account.factors_changed", {"user_id": str(user_id), "change": "app_added"})
        await forgive_attempt(self._product, self._person, user_id)
        return codes

    async def remove_app(self) -> None:
        """Let the app count no longer.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            NotFound: there is none.
            SecondFactorNeeded: it is the last factor, and the policy asks for one.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        require_recent(self._person)
        user_id = self._person.person
        async with self._product.units.begin(self._person) as work:
            await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            if not await FactorRepository(work.session).delete_app(self._tenant_id, user_id):
                raise NotFound("There is no authenticator app to remove.")
            await forget_last_codes(work, user_id)
            record(work, "accounts.authenticator_app.removed", Subject("user", user_id))
            work.publish("account.factors_changed", {"user_id": str(user_id), "change": "app_removed"})

    async def renew_codes(self) -> list[str]:
        """New recovery codes, to be shown this once; the old ones are worthless.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            NotFound: there is no factor that they could stand in for.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        require_recent(self._person)
        user_id = self._person.person
        async with self._product.units.begin(self._person) as work:
            await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            if not await has_strong_factor(work, user_id):
                raise NotFound("Set up an authenticator app or a passkey first.")
            codes = await _new_codes(work, user_id)
            record(work, "accounts.recovery_codes.renewed", Subject("user", user_id))
            work.publish("account.factors_changed", {"user_id": str(user_id), "change": "codes_renewed"})
        return codes

    @property
    def _begun_by(self) -> UUID:
        """Raises Forbidden for a key, which rides on no sign-in."""
        begun_by = self._step or self._person.session_id
        if begun_by is None:
            raise Forbidden("Sign in with a password or a passkey to do this.")
        return begun_by

    async def _begun(self, work: UnitOfWork, user_id: UUID) -> TotpCredential | None:
        app = await FactorRepository(work.session).find_app(self._tenant_id, user_id)
        if app is None or app.confirmed_at is not None or app.begun_by != self._begun_by:
            return None
        return app
