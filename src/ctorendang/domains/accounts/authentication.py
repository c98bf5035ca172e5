"""Becoming somebody: opening accounts, signing in and out, and telling who a credential stands for.

Nobody is signed in here yet, so each step has a unit of work of its own: as the ``authenticator``, the one role that
row-level security lets read other people's credentials, or as the person whose account is being opened.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from ctorendang.domains.accounts.errors import CredentialsNotAccepted, EmailNotAvailable, TokenNotAccepted
from ctorendang.domains.accounts.models import RefreshToken, Session, User
from ctorendang.domains.accounts.passwords import hash_password_aside, password_fits
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.roles import SELF_CHOSEN, Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.accounts.tokens import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    REPEAT_GRACE,
    TokenPair,
    pair_for,
    successor_of,
)
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash
from ctorendang.kit.ids import uuid7

BROWSER_LIFETIME = timedelta(days=14)

PER_ACCOUNT = Limit("sign-in-account", attempts=10, seconds=600)
PER_ADDRESS = Limit("sign-in-address", attempts=200, seconds=600)
OPENINGS = Limit("sign-up-address", attempts=30, seconds=3600)
REMINDERS = Limit("account-exists-mail", attempts=3, seconds=3600)

_TOUCH_AFTER = timedelta(minutes=1)
# Of what is typed or sent; no account has an address that long.
_LONGEST_EMAIL = 300
_LONGEST_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person tells to open an account."""

    name: str
    email: str
    password: str
    role: str = Role.CLIENT

    def check(self, fields: Fields) -> "NewAccount":
        """The same, normalised; problems are noted in ``fields``."""
        return NewAccount(
            name=fields.person("name", self.name),
            email=fields.email("email", self.email),
            password=fields.password("password", self.password),
            role=fields.choice("role", self.role, SELF_CHOSEN),
        )


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who has just shown who they are, and is about to be signed in.

    Attributes:
        password_hash: what the password was checked against; a session is opened only while it is still theirs.
    """

    actor: Actor
    password_hash: str = field(repr=False)


class Authentication:
    """Opens accounts and sessions for a visitor of one tenant."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._tenant_id = visitor.tenant_id
        self._authenticator = Actor.service(self._tenant_id, AUTHENTICATOR, visitor.request_id, visitor.address)

    async def sign_up(self, account: NewAccount, also: Callable[[UnitOfWork], Awaitable[None]] | None = None) -> Proven:
        """Open an account; the person is told by mail to confirm the address.

        Args:
            account: as it was typed.
            also: what belongs to the same transaction, done as the new person.

        Raises:
            Forbidden: nobody opens accounts here.
            InvalidInput: a field is not good.
            EmailNotAvailable: there is an account already; its owner is told by mail.
            TooManyAttempts: too many accounts from this address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_ACCOUNT)
        fields = Fields()
        account = account.check(fields)
        fields.done()
        await self._product.limiter.count(OPENINGS, str(self._tenant_id), self._visitor.address)
        password_hash = await hash_password_aside(account.password)
        person = self._person(uuid7(), account.name, {account.role})
        async with self._product.units.begin(person) as work:
            users = UserRepository(session=work.session)
            user = User(
                tenant_id=self._tenant_id,
                id=person.user_id,
                email=account.email,
                name=account.name,
                roles=[account.role],
            )
            opened = await users.add_new(user)
            if opened:
                await users.put_password(self._tenant_id, person.person, password_hash)
                record(work, "accounts.account.opened", Subject("user", person.user_id), {"role": account.role})
                work.publish("account.opened", {"user_id": str(person.user_id)})
                if also is not None:
                    await also(work)
            elif await self._product.limiter.allows(REMINDERS, str(self._tenant_id), account.email):
                work.publish("account.opened_again", {"email": account.email})
        if not opened:
            raise EmailNotAvailable
        return Proven(person, password_hash)

    async def sign_in(self, email: str, password: str) -> Proven:
        """Check a password; whom it belongs to, with no session yet.

        Raises:
            CredentialsNotAccepted: something does not fit; it takes as long whatever it is.
            TooManyAttempts: for this account or from this address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        email = email.strip().lower()[:_LONGEST_EMAIL]
        tenant = str(self._tenant_id)
        await self._product.limiter.count(PER_ADDRESS, tenant, self._visitor.address)
        await self._product.limiter.count(PER_ACCOUNT, tenant, email)
        async with self._product.units.begin(self._authenticator) as work:
            found = await UserRepository(session=work.session).find_with_password(
                self._tenant_id, email if "\0" not in email else ""
            )
        user, password_hash = found or (None, None)
        fits = await password_fits(password_hash, password)
        if user is None or password_hash is None or not fits or user.status != MemberStatus.ACTIVE:
            raise CredentialsNotAccepted
        await self._product.limiter.forgive(PER_ADDRESS, tenant, self._visitor.address)
        await self._product.limiter.forgive(PER_ACCOUNT, tenant, email)
        return Proven(self._person(user.id, user.name, user.roles), password_hash)

    async def open_browser_session(self, person: Proven, user_agent: str) -> str:
        """The secret for the browser's cookie, always a new one.

        Raises:
            CredentialsNotAccepted: the password was changed, or the person suspended, since it was checked.
        """
        self._product.grants.require(person.actor, AccountPermission.OPEN_SESSION)
        token = random_token()
        await self._open(person, "browser", token, BROWSER_LIFETIME, user_agent)
        return token

    async def open_program_session(self, person: Proven, user_agent: str) -> TokenPair:
        """The first access and refresh token of a program.

        Raises:
            CredentialsNotAccepted: the password was changed, or the person suspended, since it was checked.
        """
        self._product.grants.require(person.actor, AccountPermission.OPEN_SESSION)
        pair = pair_for(self._product.settings.secret_key, random_token())
        await self._open(person, "program", pair.access_token, ACCESS_LIFETIME, user_agent, pair.refresh_token)
        return pair

    async def _open(
        self,
        proven: Proven,
        kind: str,
        token: str,
        lifetime: timedelta,
        user_agent: str,
        refresh_token: str | None = None,
    ) -> None:
        person = proven.actor
        async with self._product.units.begin(person) as work:
            users = UserRepository(session=work.session)
            user = await users.get_locked(self._tenant_id, person.person)
            still = await users.find_password_hash(self._tenant_id, user.id)
            if still != proven.password_hash or user.status != MemberStatus.ACTIVE:
                raise CredentialsNotAccepted
            session = Session(
                tenant_id=self._tenant_id,
                id=uuid7(),
                user_id=person.person,
                kind=kind,
                token_hash=token_hash(token),
                address=person.address or None,
                user_agent="".join(filter(str.isprintable, user_agent))[:_LONGEST_USER_AGENT],
                expires_at=now() + lifetime,
            )
            work.session.add(session)
            await work.session.flush()
            if refresh_token is not None:
                work.session.add(self._refresh_token(session, refresh_token))
            user.last_sign_in_at = now()
            record(work, "accounts.session.opened", Subject("session", session.id), {"kind": kind})

    def _refresh_token(self, session: Session, token: str) -> RefreshToken:
        return RefreshToken(
            tenant_id=self._tenant_id,
            session_id=session.id,
            user_id=session.user_id,
            token_hash=token_hash(token),
            expires_at=now() + REFRESH_LIFETIME,
        )

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for the next pair.

        A token that comes back after it was used means that two hold it: the whole family ends. Within a few seconds of
        its use, and while nobody has used the successor, it is taken for a lost answer and gets the same pair again.

        Raises:
            TokenNotAccepted: unknown, expired, ended, or used before.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        async with self._product.units.begin(self._authenticator) as work:
            pair = await self._redeem(work, refresh_token)
        if pair is None:
            raise TokenNotAccepted
        return pair

    async def _redeem(self, work: UnitOfWork, refresh_token: str) -> TokenPair | None:
        sessions = SessionRepository(work.session)
        found = await sessions.lock_refresh_token(self._tenant_id, token_hash(refresh_token))
        if found is None:
            return None
        token, session, status = found
        if session.ended_at is not None or token.expires_at <= now() or status != MemberStatus.ACTIVE:
            return None
        pair = successor_of(self._product.settings.secret_key, refresh_token)
        if token.used_at is None:
            token.used_at = now()
            session.token_hash = token_hash(pair.access_token)
            session.expires_at = now() + ACCESS_LIFETIME
            session.last_seen_at = now()
            work.session.add(self._refresh_token(session, pair.refresh_token))
            record(work, "accounts.session.refreshed", Subject("session", session.id))
            return pair
        repeated = now() - token.used_at <= REPEAT_GRACE
        if repeated and not await sessions.was_used(self._tenant_id, token_hash(pair.refresh_token)):
            return pair
        session.ended_at = now()
        record(work, "accounts.session.ended", Subject("session", session.id), {"reason": "refresh token reused"})
        return None

    async def identify(self, kind: str, token: str) -> Actor | None:
        """Whom a browser's cookie or a program's access token stands for on this tenant, None for nobody."""
        async with self._product.units.begin(self._authenticator) as work:
            sessions = SessionRepository(work.session)
            found = await sessions.find_live(self._tenant_id, kind, token_hash(token))
            if found is None:
                return None
            session, user = found
            if now() - session.last_seen_at > _TOUCH_AFTER:
                await sessions.touch(self._tenant_id, session.id)
        return replace(self._person(user.id, user.name, user.roles), session_id=session.id)

    def _person(self, user_id: UUID, name: str, roles: Iterable[str]) -> Actor:
        return replace(self._visitor, user_id=user_id, name=name, roles=frozenset(roles))
