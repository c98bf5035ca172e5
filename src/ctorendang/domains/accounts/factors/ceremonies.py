"""Passkey ceremonies: asking a browser for a passkey, and taking what it answers.

A challenge is good once, for one purpose, on one host, and in the browser that asked for it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from ctorendang.domains.accounts.access import policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import FactorAlreadySetUp, PasskeyNotAccepted
from ctorendang.domains.accounts.factors.models import Passkey, PasskeyChallenge
from ctorendang.domains.accounts.factors.repository import FactorRepository, StepRepository
from ctorendang.domains.accounts.factors.service import codes_of_first_factor
from ctorendang.domains.accounts.factors.webauthn import (
    Answer,
    KnownPasskey,
    Site,
    creation_options,
    new_challenge,
    request_options,
    take_apart,
    verify_creation,
    verify_use,
)
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import SignInRequired
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash
from ctorendang.kit.ids import uuid7

CHALLENGES_PER_ADDRESS = Limit("passkey-challenge-address", attempts=1000, seconds=600)
ANSWERS_PER_ADDRESS = Limit("passkey-answer-address", attempts=100, seconds=600)

_CHALLENGE_LIFETIME = timedelta(minutes=10)
_MOST_PASSKEYS = 25


class Purpose(StrEnum):
    """What a passkey is asked for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Place:
    """The host and the browser that a ceremony happens in.

    Attributes:
        browser: what only forms of this browser carry.
    """

    site: Site
    browser: str = field(repr=False)

    @classmethod
    def of(cls, origin: str, browser: str) -> "Place":
        """Where a request came to, by the origin that the browser named: scheme, host and port."""
        return cls(Site(origin, urlsplit(origin).hostname or ""), browser)


class Ceremonies:
    """What a visitor, or a person, does with a passkey at a place."""

    def __init__(self, product: Product, actor: Actor, place: Place) -> None:
        self._product = product
        self._actor = actor
        self._tenant_id = actor.tenant_id
        self._site = place.site
        self._browser_hash = token_hash(place.browser)
        self._authenticator = actor.as_service(AUTHENTICATOR)

    async def ask_for_new(self, tenant_name: str) -> str:
        """Options for making a passkey, as JSON for the browser.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.MANAGE_OWN)
        require_recent(self._actor)
        await self._count(CHALLENGES_PER_ADDRESS)
        user_id = self._actor.person
        async with self._product.units.begin(self._authenticator) as work:
            user = await UserRepository(session=work.session).find(self._tenant_id, user_id)
            if user is None:
                raise SignInRequired("Sign in first.")
            challenge = await self._challenge(work, Purpose.REGISTER, user_id)
            return creation_options(
                self._site,
                challenge=challenge,
                tenant=tenant_name,
                user_handle=user_id.bytes,
                email=user.email,
                name=user.name,
                have=await self._offered(work, user_id),
            )

    async def register(self, answer: str, name: str) -> list[str]:
        """Keep a passkey that the browser has made.

        Returns:
            Recovery codes, to be shown this once; empty when the person has some from an earlier factor.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            SignInExpired: the person is not signed in yet, and has a factor already.
            InvalidInput: the name is not good.
            PasskeyNotAccepted: the answer does not hold.
            FactorAlreadySetUp: the passkey is known, or there are enough.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.MANAGE_OWN)
        require_recent(self._actor)
        fields = Fields()
        name = fields.text("name", name.strip() or "Passkey", most=60)
        fields.done()
        await self._count(ANSWERS_PER_ADDRESS)
        user_id = self._actor.person
        said = take_apart(answer)
        async with self._product.units.begin(self._authenticator) as work:
            asked = await self._redeem(work, Purpose.REGISTER, said, user_id)
        if not asked:
            raise PasskeyNotAccepted
        made = verify_creation(said, self._site, said.challenge)
        async with self._product.units.begin(self._actor) as work:
            await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            factors = FactorRepository(work.session)
            if len(await factors.passkeys(self._tenant_id, user_id)) >= _MOST_PASSKEYS:
                raise FactorAlreadySetUp("You have many passkeys. Remove one that you no longer use first.")
            codes = await codes_of_first_factor(work, self._actor)
            passkey = Passkey(
                tenant_id=self._tenant_id,
                id=uuid7(),
                user_id=user_id,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                rp_id=self._site.rp_id,
                transports=made.transports,
                name=name,
                backed_up=made.backed_up,
            )
            if not await factors.add_passkey(passkey):
                raise FactorAlreadySetUp("This passkey is known already.")
            record(work, "accounts.passkey.added", Subject("passkey", passkey.id), {"host": self._site.rp_id})
            work.publish("account.factors_changed", {"user_id": str(user_id), "change": "passkey_added"})
        return codes

    async def ask_for_any(self) -> str:
        """Options for signing in with whatever passkey of this host the person chooses, as JSON for the browser.

        Raises:
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.OPEN_SESSION)
        await self._count(CHALLENGES_PER_ADDRESS)
        async with self._product.units.begin(self._authenticator) as work:
            return request_options(self._site, challenge=await self._challenge(work, Purpose.SIGN_IN, None))

    async def sign_in(self, answer: str) -> Proven:
        """Whose passkey it is; nobody has said so before.

        Raises:
            PasskeyNotAccepted: the answer does not hold.
            SingleSignOnRequired: the passkey is right, and people with this address come another way.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.OPEN_SESSION)
        user = await self._used(Purpose.SIGN_IN, answer, None)
        async with self._product.units.begin(self._authenticator) as work:
            refuse_local_sign_in(await policy_of(work), user.email, break_glass=user.break_glass)
        person = self._actor.as_person(user.id, user.name, user.roles)
        return Proven(person, Method.PASSKEY, strong=True)

    async def ask_for_theirs(self, purpose: Purpose, user_id: UUID) -> str:
        """Options for showing a passkey of one person, as JSON for the browser: those made on this host.

        Raises:
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.OPEN_SESSION)
        await self._count(CHALLENGES_PER_ADDRESS)
        async with self._product.units.begin(self._authenticator) as work:
            challenge = await self._challenge(work, purpose, user_id)
            return request_options(self._site, challenge=challenge, have=await self._offered(work, user_id))

    async def show(self, purpose: Purpose, user_id: UUID, answer: str) -> None:
        """Take a passkey that must be this person's.

        Raises:
            PasskeyNotAccepted: the answer does not hold, or the passkey is somebody else's.
            TooManyAttempts: from this address.
        """
        self._product.grants.require(self._actor, AccountPermission.OPEN_SESSION)
        await self._used(purpose, answer, user_id)

    async def _used(self, purpose: Purpose, answer: str, user_id: UUID | None) -> User:
        await self._count(ANSWERS_PER_ADDRESS)
        said = take_apart(answer)
        # What is refused is written down, and the challenge used up: so nothing is raised in here.
        async with self._product.units.begin(self._authenticator) as work:
            user = await self._accepted(work, purpose, said, user_id)
        if user is None:
            raise PasskeyNotAccepted
        await self._product.limiter.forgive(ANSWERS_PER_ADDRESS, str(self._tenant_id), self._actor.address)
        return user

    async def _accepted(self, work: UnitOfWork, purpose: Purpose, said: Answer, user_id: UUID | None) -> User | None:
        if not await self._redeem(work, purpose, said, user_id):
            return None
        found = await FactorRepository(work.session).lock_passkey(self._tenant_id, said.credential_id)
        if found is None:
            return None
        passkey, user = found
        if passkey.rp_id != self._site.rp_id or user_id not in (None, user.id):
            return None
        # Without having been told who it is, the authenticator must say so (section 7.2, step 6).
        if said.user_handle != user.id.bytes and (said.user_handle is not None or user_id is None):
            return None
        try:
            sign_count, backed_up = verify_use(said, self._site, said.challenge, passkey.public_key)
        except PasskeyNotAccepted:
            record(work, "accounts.passkey.refused", Subject("passkey", passkey.id))
            return None
        if (sign_count or passkey.sign_count) and sign_count <= passkey.sign_count:
            record(work, "accounts.passkey.copy_suspected", Subject("passkey", passkey.id))
            return None
        passkey.sign_count, passkey.backed_up, passkey.last_used_at = sign_count, backed_up, now()
        return user

    async def _redeem(self, work: UnitOfWork, purpose: Purpose, said: Answer, user_id: UUID | None) -> bool:
        """Use the challenge up; whether it was asked here, for this and of this person."""
        found = await StepRepository(work.session).redeem_challenge(
            self._tenant_id, purpose, self._browser_hash, said.challenge
        )
        return found is not None and tuple(found) == (self._site.rp_id, user_id)

    async def _challenge(self, work: UnitOfWork, purpose: Purpose, user_id: UUID | None) -> bytes:
        challenge = new_challenge()
        await StepRepository(work.session).add_challenge(
            PasskeyChallenge(
                tenant_id=self._tenant_id,
                user_id=user_id,
                purpose=purpose,
                browser_hash=self._browser_hash,
                challenge=challenge,
                rp_id=self._site.rp_id,
                expires_at=now() + _CHALLENGE_LIFETIME,
            )
        )
        return challenge

    async def _offered(self, work: UnitOfWork, user_id: UUID) -> list[KnownPasskey]:
        passkeys = await FactorRepository(work.session).passkeys(self._tenant_id, user_id, self._site.rp_id)
        return [KnownPasskey(each.credential_id, each.transports) for each in passkeys]

    async def _count(self, limit: Limit) -> None:
        await self._product.limiter.count(limit, str(self._tenant_id), self._actor.address)
