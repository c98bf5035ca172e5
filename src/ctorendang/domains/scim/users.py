"""The people whom a directory provisions, and their accounts."""

from typing import Any
from uuid import UUID

from scim2_models import NotFoundException, UniquenessException

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.provisioning import ProvisionedAccount, Provisioning
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.scim.models import ScimDirectory, ScimUser
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.domains.scim.repository import ResourceRepository
from ctorendang.domains.scim.resources import UserData, require_version
from ctorendang.domains.scim.selecting import compared
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7


class ProvisionedUsers:
    """The users of one directory. Whom it does not keep does not exist for it."""

    def __init__(self, work: UnitOfWork, directory: ScimDirectory) -> None:
        self._work = work
        self._directory = directory
        self._resources = ResourceRepository(work.session, work.tenant_id, directory.id)
        self._accounts = Provisioning(work)

    async def get(self, user_id: UUID | None, *, locked: bool) -> ScimUser:
        """A user; ``locked`` stays as it is until the transaction ends.

        Raises:
            NotFoundException: the directory has no such user.
        """
        self._work.require(ScimPermission.PROVISION)
        found = await self._resources.find_user(user_id, locked=locked) if user_id else None
        if found is None:
            raise NotFoundException(detail="There is no such user in this directory")
        return found

    async def create(self, data: UserData) -> ScimUser:
        """Provision somebody: open an account, or take over the one with the address where that may be.

        Raises:
            UniquenessException: the name or the address is taken.
            AccountNotAdoptable: the address leads to an account that is not the directory's to take.
        """
        self._work.require(ScimPermission.PROVISION)
        await self._require_free_name(data.user_name)
        account = await self._account(data)
        user = await self._own(account)
        row = ScimUser(
            tenant_id=self._work.tenant_id,
            id=uuid7(),
            directory_id=self._directory.id,
            user_id=user.id,
            active=True,
            shut_out=False,
            version=1,
            created_at=now(),
        )
        _write(row, data)
        row.updated_at = row.created_at
        self._work.session.add(row)
        await self._work.session.flush()
        self._record("created", row)
        if data.active is False:
            await self._deactivate(row)
        return row

    async def _own(self, account: ProvisionedAccount) -> User:
        user = await self._accounts.find_by_email(account.email)
        if user is None:
            return await self._accounts.open(account, [self._directory.default_role])
        keeper = await self._resources.find_keeper(user.id)
        if keeper is None:
            await self._accounts.adopt(user.id, account)
        elif keeper.removed_at is None:
            raise UniquenessException(detail="Another user with this e-mail address is provisioned here")
        else:
            await self._take_back(user, keeper, account)
        return await self._accounts.change(user.id, account)

    async def _take_back(self, user: User, keeper: ScimUser, account: ProvisionedAccount) -> None:
        """Somebody who was removed comes again: to the directory that had removed them, or to another."""
        removed_by_this = keeper.directory_id == self._directory.id and keeper.shut_out
        if removed_by_this and user.status == MemberStatus.SUSPENDED:
            await self._accounts.revive(user.id, account, self._directory.default_role)
        else:
            await self._accounts.adopt(user.id, account)
        await self._work.session.delete(keeper)
        await self._work.session.flush()

    async def update(self, user_id: UUID | None, data: UserData, expected_version: str | None) -> ScimUser:
        """Let a user be as the directory says.

        Raises:
            NotFoundException: the directory has no such user.
            PreconditionFailedException: it has changed meanwhile.
            UniquenessException: the name is taken.
            EmailNotAvailable: the address is.
            LastAdministrator: nobody would be left to administer.
        """
        self._work.require(ScimPermission.PROVISION)
        row = await self.get(user_id, locked=True)
        require_version(row.version, expected_version)
        if compared(data.user_name) != row.user_name_key:
            await self._require_free_name(data.user_name, besides=row.id)
        if data.active is False:
            # First, since it locks the administrators: in the other order two of them could wait for each other.
            await self._deactivate(row)
        await self._accounts.change(row.user_id, await self._account(data))
        changed = sorted(name for name in {*row.resource, *data.rest} if row.resource.get(name) != data.rest.get(name))
        if data.user_name != row.user_name:
            changed.append("userName")
        _write(row, data)
        row.version += 1
        row.updated_at = now()
        self._record("updated", row, changed=changed)
        if data.active:
            await self._reactivate(row)
        return row

    async def remove(self, user_id: UUID | None, expected_version: str | None) -> None:
        """Take somebody out of the directory: their access ends at once, what they made stays.

        Raises:
            NotFoundException: the directory has no such user.
            PreconditionFailedException: it has changed meanwhile.
            LastAdministrator: nobody would be left to administer.
        """
        self._work.require(ScimPermission.PROVISION)
        row = await self.get(user_id, locked=True)
        require_version(row.version, expected_version)
        was_active = await self._accounts.suspend(row.user_id, "removed by a directory")
        await self._accounts.release(row.user_id)
        await self._resources.leave_all(row.id)
        row.shut_out = row.shut_out or was_active
        row.active, row.removed_at = False, now()
        # What the directory has told of the person goes with it; the account keeps its name and address.
        row.resource, row.emails, row.external_id = {}, [], None
        self._record("removed", row)

    async def _require_free_name(self, user_name: str, besides: UUID | None = None) -> None:
        if await self._resources.user_name_is_taken(compared(user_name), besides=besides):
            raise UniquenessException(detail="Another user of this directory has this userName")

    async def _account(self, data: UserData) -> ProvisionedAccount:
        vouched = await self._resources.domain_is_verified(data.email)
        return ProvisionedAccount(email=data.email, name=data.name, vouched=vouched)

    async def _deactivate(self, row: ScimUser) -> None:
        if row.active:
            row.active = False
            row.shut_out = await self._accounts.suspend(row.user_id, "deactivated by a directory")
            self._record("deactivated", row)

    async def _reactivate(self, row: ScimUser) -> None:
        """Let in again whom this directory has shut out; whom an administrator has suspended here stays out."""
        if not row.active:
            row.active = True
            if row.shut_out:
                await self._accounts.restore(row.user_id)
            row.shut_out = False
            self._record("reactivated", row)

    def _record(self, verb: str, row: ScimUser, **details: Any) -> None:
        details = {"directory_id": str(self._directory.id), **details}
        record(self._work, f"scim.user.{verb}", Subject("user", row.user_id), details)


def _write(row: ScimUser, data: UserData) -> None:
    row.user_name, row.user_name_key = data.user_name, compared(data.user_name)
    row.external_id, row.emails, row.resource = data.external_id, data.emails, data.rest
