"""Accepting an invitation: as somebody new, with a password, or as somebody who has an account here.

Whoever holds the secret is nobody yet, and no member is shown invitations: these steps run as the ``authenticator``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import aliased

from ctorendang.domains.accounts.access import is_bound, policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import InvitationForSomebodyElse, SignInToAccept, TokenNotAccepted
from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.passwords import hash_password_aside
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.recovery import TRIES_PER_ADDRESS
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.role_assignment import assign_roles
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash
from ctorendang.kit.ids import uuid7

_DEAD_LINK = "This invitation is no longer valid. Ask for a new one."


class Way(StrEnum):
    """What accepting takes."""

    OPEN_ACCOUNT = "account"
    SIGN_IN = "sign_in"
    SINGLE_SIGN_ON = "sso"
    JOIN = "join"
    OTHER_ACCOUNT = "other"


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as its reader sees it.

    Attributes:
        connection_id: where single sign-on leads, for that way.
    """

    email: str
    roles: Sequence[str]
    way: Way
    connection_id: UUID | None = None


class Joining:
    """What the holder of an invitation can do with it."""

    def __init__(self, product: Product, reader: Actor) -> None:
        self._product = product
        self._reader = reader
        self._tenant_id = reader.tenant_id
        self._authenticator = reader.as_service(AUTHENTICATOR)

    async def read(self, token: str) -> Offer:
        """What an invitation offers, and what accepting it takes.

        Raises:
            TokenNotAccepted: it is unknown, used, revoked, or too old.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._reader, AccountPermission.OPEN_SESSION)
        await self._count()
        async with self._product.units.begin(self._authenticator) as work:
            invitation = await self._find(work, token)
            offer = await self._offer(work, invitation)
        await self._forgive()
        return offer

    async def accept(self, token: str, name: str, password: str) -> Proven:
        """Open the account; reading the mail has proven the address.

        Raises:
            InvalidInput: a field is not good.
            TokenNotAccepted: the invitation is unknown, used, revoked, or too old.
            SingleSignOnRequired: people with this address come through their identity provider.
            SignInToAccept: there is an account with this address.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._reader, AccountPermission.OPEN_ACCOUNT)
        fields = Fields()
        name, password = fields.person("name", name), fields.password("password", password)
        fields.done()
        await self._count()
        async with self._product.units.begin(self._authenticator) as work:
            await self._require_open(work, await self._find(work, token))
        password_hash = await hash_password_aside(password)
        async with self._product.units.begin(self._authenticator) as work:
            invitation = await self._redeem(work, token)
            await self._require_open(work, invitation)
            user = User(
                tenant_id=self._tenant_id, id=uuid7(), email=invitation.email, name=name, roles=list(invitation.roles)
            )
            users = UserRepository(session=work.session)
            if not await users.add_new(user):
                raise SignInToAccept
            opened = await users.get_locked(self._tenant_id, user.id)
            opened.email_verified_at = now()
            await users.put_password(self._tenant_id, user.id, password_hash)
            details = {"invitation": str(invitation.id), "roles": user.roles}
            record(work, "accounts.invitation.accepted", Subject("user", user.id), details)
            work.publish("account.opened", {"user_id": str(user.id)})
        await self._forgive()
        person = self._reader.as_person(user.id, name, user.roles)
        return Proven(person, Method.PASSWORD, password_hash=password_hash)

    async def join(self, token: str) -> Sequence[str]:
        """Give the roles to the person who is signed in, whose address is the invited one; which those are then.

        Whom the new roles ask for a second factor signs in again and shows it, unless this sign-in had one.

        Raises:
            SignInRequired: this is a visitor.
            TokenNotAccepted: the invitation is unknown, used, revoked, or too old.
            InvitationForSomebodyElse: it was sent to another address.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._reader, AccountPermission.MANAGE_OWN)
        await self._count()
        async with self._product.units.begin(self._authenticator) as work:
            invitation = await self._redeem(work, token)
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, self._reader.person)
            if user.email != invitation.email:
                raise InvitationForSomebodyElse
            user.email_verified_at = user.email_verified_at or now()
            record(work, "accounts.invitation.accepted", Subject("user", user.id), {"invitation": str(invitation.id)})
            added = [role for role in invitation.roles if role not in user.roles]
            await assign_roles(work, user, [*user.roles, *added], invitation=str(invitation.id))
        await self._forgive()
        return user.roles

    async def _offer(self, work: UnitOfWork, invitation: Invitation) -> Offer:
        user = await UserRepository(session=work.session).find_by_email(self._tenant_id, invitation.email)
        if self._reader.user_id is not None:
            mine = user is not None and user.id == self._reader.user_id
            return Offer(invitation.email, invitation.roles, Way.JOIN if mine else Way.OTHER_ACCOUNT)
        policy = await policy_of(work)
        if is_bound(policy, invitation.email, break_glass=user is not None and user.break_glass):
            return Offer(invitation.email, invitation.roles, Way.SINGLE_SIGN_ON, policy.sso_connection_id)
        return Offer(invitation.email, invitation.roles, Way.OPEN_ACCOUNT if user is None else Way.SIGN_IN)

    async def _require_open(self, work: UnitOfWork, invitation: Invitation) -> None:
        """Let pass where accepting may open an account with a password."""
        refuse_local_sign_in(await policy_of(work), invitation.email)
        if await UserRepository(session=work.session).find_by_email(self._tenant_id, invitation.email) is not None:
            raise SignInToAccept

    async def _find(self, work: UnitOfWork, token: str) -> Invitation:
        found = await work.session.scalar(select(Invitation).where(*self._is_good(token)))
        if found is None:
            raise TokenNotAccepted(_DEAD_LINK)
        return found

    async def _redeem(self, work: UnitOfWork, token: str) -> Invitation:
        """Use the invitation up; it stays unused should anything after this be refused."""
        statement = update(Invitation).where(*self._is_good(token)).values(accepted_at=func.now())
        found = await work.session.scalar(
            statement.returning(Invitation).execution_options(synchronize_session=False, populate_existing=True)
        )
        if found is None:
            raise TokenNotAccepted(_DEAD_LINK)
        return found

    def _is_good(self, token: str) -> list[ColumnElement[bool]]:
        return [*_good(self._tenant_id), Invitation.token_hash == token_hash(token)]

    async def _count(self) -> None:
        await self._product.limiter.count(TRIES_PER_ADDRESS, str(self._tenant_id), self._reader.address)

    async def _forgive(self) -> None:
        await self._product.limiter.forgive(TRIES_PER_ADDRESS, str(self._tenant_id), self._reader.address)


async def is_invited(work: UnitOfWork, email: str) -> bool:
    """Whether an invitation to an address is good: for whoever has proven by other means that it is theirs.

    Args:
        work: of the product itself or of an administrator; nobody else is shown invitations.
        email: in lower case.
    """
    return bool(await work.session.scalar(select(exists().where(*_good(work.tenant_id), Invitation.email == email))))


def _good(tenant_id: UUID) -> list[ColumnElement[bool]]:
    """Open, in time, and from somebody who could send it today."""
    inviter = aliased(User)
    still_administers = exists().where(
        inviter.tenant_id == Invitation.tenant_id,
        inviter.id == Invitation.invited_by,
        inviter.status == MemberStatus.ACTIVE,
        inviter.roles.contains([Role.ADMIN.value]),
    )
    return [
        Invitation.tenant_id == tenant_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > func.now(),
        still_administers,
    ]
