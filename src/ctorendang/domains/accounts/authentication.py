"""Becoming somebody: opening accounts, and showing who one is by password.

Nobody is signed in here yet, so each step has a unit of work of its own: as the ``authenticator``, the one role that
row-level security lets read other people's credentials, or as the person whose account is being opened.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ctorendang.domains.accounts.access import policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import CredentialsNotAccepted, EmailNotAvailable
from ctorendang.domains.accounts.known_browser import limits_of
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.passwords import hash_password_aside, password_fits
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.roles import SELF_CHOSEN, Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.ids import uuid7

OPENINGS = Limit("sign-up-address", attempts=30, seconds=3600)
REMINDERS = Limit("account-exists-mail", attempts=3, seconds=3600)

# Of what is typed or sent; no account has an address that long.
_LONGEST_EMAIL = 300


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


class Authentication:
    """Opens accounts and checks passwords for a visitor of one tenant."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._tenant_id = visitor.tenant_id
        self._authenticator = visitor.as_service(AUTHENTICATOR)

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
            SingleSignOnRequired: this address belongs to people who come through their identity provider.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_ACCOUNT)
        fields = Fields()
        account = account.check(fields)
        fields.done()
        await self._product.limiter.count(OPENINGS, str(self._tenant_id), self._visitor.address)
        async with self._product.units.begin(self._authenticator) as work:
            refuse_local_sign_in(await policy_of(work), account.email)
        password_hash = await hash_password_aside(account.password)
        person = self._visitor.as_person(uuid7(), account.name, {account.role})
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
        return Proven(person, Method.PASSWORD, password_hash=password_hash)

    async def sign_in(self, email: str, password: str, device: str = "") -> Proven:
        """Check a password; whom it belongs to, with no session yet.

        Args:
            email: as it was typed.
            password: as it was typed.
            device: the cookie that the browser was given when it signed in before; empty where there is none.

        Raises:
            CredentialsNotAccepted: something does not fit; it takes as long whatever it is.
            TooManyAttempts: for this account, from this address or by this browser.
            SingleSignOnRequired: the password is right, and people with this address come another way.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        email = email.strip().lower()[:_LONGEST_EMAIL]
        async with self._product.units.begin(self._authenticator) as work:
            found = await UserRepository(session=work.session).find_with_password(
                self._tenant_id, email if "\0" not in email else ""
            )
            policy = await policy_of(work)
        user, password_hash = found or (None, None)
        limits = limits_of(
            self._product, self._tenant_id, email, self._visitor.address, user.id if user else None, device
        )
        for limit in limits:
            await self._product.limiter.count(*limit)
        fits = await password_fits(password_hash, password)
        if user is None or password_hash is None or not fits or user.status != MemberStatus.ACTIVE:
            raise CredentialsNotAccepted
        for limit in limits:
            await self._product.limiter.forgive(*limit)
        refuse_local_sign_in(policy, user.email, break_glass=user.break_glass)
        person = self._visitor.as_person(user.id, user.name, user.roles)
        return Proven(person, Method.PASSWORD, password_hash=password_hash)
