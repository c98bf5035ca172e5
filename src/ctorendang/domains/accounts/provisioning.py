"""Accounts that a directory keeps for a tenant: opened, taken over, changed and shut without the person.

A directory is trusted with the people whom it has provisioned, and with nobody else: the callers know who those are.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from ctorendang.domains.accounts.access import end_access
from ctorendang.domains.accounts.errors import AccountNotAdoptable, EmailNotAvailable, LastAdministrator
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.role_assignment import assign_roles
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.accounts.takeover import forget_credentials
from ctorendang.domains.accounts.way_back import require_way_back
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class ProvisionedAccount:
    """What a directory says of somebody.

    Attributes:
        vouched: the tenant has proven that the address's domain is its own, so that nobody needs to confirm it.
    """

    email: str
    name: str
    vouched: bool


class Provisioning:
    """What a directory does to accounts. None of them ever has a password by it."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._users = UserRepository(session=work.session)

    async def find_by_email(self, email: str) -> User | None:
        """The person with an address, who stays as they are until the transaction ends."""
        self._work.require(AccountPermission.PROVISION)
        found = await self._users.find_by_email(self._tenant_id, email)
        return None if found is None else await self._users.get_locked(self._tenant_id, found.id)

    async def open(self, account: ProvisionedAccount, roles: Collection[str]) -> User:
        """Open an account without a password.

        Raises:
            EmailNotAvailable: there is an account with this address.
        """
        self._work.require(AccountPermission.PROVISION)
        if await self._users.find_by_email(self._tenant_id, account.email) is not None:
            raise EmailNotAvailable
        user = User(
            tenant_id=self._tenant_id,
            id=uuid7(),
            email=account.email,
            name=account.name,
            roles=sorted(roles),
            status=MemberStatus.ACTIVE,
            email_verified_at=now() if account.vouched else None,
            managed=True,
        )
        self._work.session.add(user)
        await self._work.session.flush()
        record(self._work, "accounts.account.provisioned", Subject("user", user.id), {"roles": user.roles})
        return user

    async def adopt(self, user_id: UUID, account: ProvisionedAccount) -> User:
        """Take over an account that its person had opened, for a directory to keep from now on.

        Whoever opened it without ever confirming the address may be somebody else: nothing that they set up stays.

        Raises:
            AccountNotAdoptable: the address is not proven to be the tenant's, or this is an administrator, or somebody
                who is suspended.
        """
        self._work.require(AccountPermission.PROVISION)
        user = await self._users.get_locked(self._tenant_id, user_id)
        if not account.vouched:
            raise AccountNotAdoptable(
                "An account with this address exists, and its domain is not verified here. An administrator can verify"
                " it under Single sign-on, Domains."
            )
        if Role.ADMIN in user.roles or user.break_glass:
            raise AccountNotAdoptable(
                "An administrator has this address. Directories do not take over administrators: leave this person"
                " out, or take the admin role from them first."
            )
        if user.status != MemberStatus.ACTIVE:
            raise AccountNotAdoptable(
                "The account with this address is suspended. An administrator can restore it under Members."
            )
        if user.email_verified_at is None:
            await forget_credentials(self._work, user.id, "taken over by a directory before the address was confirmed")
        user.managed = True
        record(self._work, "accounts.account.adopted", Subject("user", user.id))
        return user

    async def revive(self, user_id: UUID, account: ProvisionedAccount, default_role: str) -> User:
        """Let in again somebody whom the same directory had removed, as a newcomer: not as an administrator."""
        self._work.require(AccountPermission.PROVISION)
        await self.set_roles(user_id, lambda roles: [each for each in roles if each != Role.ADMIN] or [default_role])
        await self.restore(user_id)
        user = await self.change(user_id, account)
        user.managed = True
        record(self._work, "accounts.account.revived", Subject("user", user.id))
        return user

    async def change(self, user_id: UUID, account: ProvisionedAccount) -> User:
        """Follow the directory in what somebody is called and where they read mail.

        Raises:
            EmailNotAvailable: somebody else has the address.
            AccountNotAdoptable: an administrator would get an address that is not proven to be the tenant's.
        """
        self._work.require(AccountPermission.PROVISION)
        user = await self._users.get_locked(self._tenant_id, user_id)
        if account.email != user.email:
            await self._readdress(user, account)
        elif account.vouched:
            user.email_verified_at = user.email_verified_at or now()
        if account.name != user.name:
            user.name = account.name
            record(self._work, "accounts.account.renamed", Subject("user", user.id))
            self._work.publish("account.renamed", {"user_id": str(user.id)})
        return user

    async def _readdress(self, user: User, account: ProvisionedAccount) -> None:
        if await self._users.find_by_email(self._tenant_id, account.email) is not None:
            raise EmailNotAvailable
        if Role.ADMIN in user.roles and not account.vouched:
            # Who reads an administrator's mail can become the administrator.
            raise AccountNotAdoptable(
                "Administrators keep an address in a domain that is verified under Single sign-on, Domains."
            )
        for purpose in ("verify_email", "reset_password", "change_email"):
            # What was mailed to the old address is for whoever reads it now.
            await SessionRepository(self._work.session).void_email_tokens(self._tenant_id, user.id, purpose)
        user.email = account.email
        user.email_verified_at = now() if account.vouched else None
        record(self._work, "accounts.account.readdressed", Subject("user", user.id))

    async def suspend(self, user_id: UUID, reason: str) -> bool:
        """Shut somebody out, at once and everywhere; whether they were active until now.

        Raises:
            LastAdministrator: nobody would be left to administer.
            LastEmergencyAdministrator: nobody else would get in when single sign-on fails.
        """
        self._work.require(AccountPermission.PROVISION)
        if await self._users.lock_active_admins(self._tenant_id) == [user_id]:
            raise LastAdministrator
        await require_way_back(self._work, besides=user_id)
        user = await self._users.get_locked(self._tenant_id, user_id)
        was_active = user.status == MemberStatus.ACTIVE
        user.status = MemberStatus.SUSPENDED
        await end_access(self._work, user.id, reason)
        if was_active:
            record(self._work, "accounts.member.suspended", Subject("user", user.id))
            self._work.publish("member.suspended", {"user_id": str(user.id)})
        return was_active

    async def restore(self, user_id: UUID) -> None:
        """Let in again whom a directory has shut out."""
        self._work.require(AccountPermission.PROVISION)
        user = await self._users.get_locked(self._tenant_id, user_id)
        if user.status != MemberStatus.ACTIVE:
            user.status = MemberStatus.ACTIVE
            record(self._work, "accounts.member.restored", Subject("user", user.id))

    async def set_roles(self, user_id: UUID, decide: Callable[[Collection[str]], Collection[str]]) -> None:
        """Give somebody exactly the roles that are decided on.

        Args:
            user_id: whom.
            decide: the roles to have, by those that they have once nobody else can change them.

        Raises:
            LastAdministrator: nobody would be left to administer.
            LastEmergencyAdministrator: nobody else would get in when single sign-on fails.
        """
        self._work.require(AccountPermission.PROVISION)
        administrators = await self._users.lock_active_admins(self._tenant_id)
        user = await self._users.get_locked(self._tenant_id, user_id)
        after = sorted(decide(user.roles))
        if set(user.roles) == set(after):
            return
        if Role.ADMIN not in after:
            if administrators == [user_id]:
                raise LastAdministrator
            await require_way_back(self._work, besides=user_id)
        await assign_roles(self._work, user, after)

    async def release(self, user_id: UUID) -> None:
        """Let an account be its person's again: no directory keeps it any more."""
        self._work.require(AccountPermission.PROVISION)
        user = await self._users.get_locked(self._tenant_id, user_id)
        user.managed = False
