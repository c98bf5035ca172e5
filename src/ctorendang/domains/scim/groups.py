"""The groups of a directory, and the roles that they give."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from scim2_models import InvalidValueException, NotFoundException

from ctorendang.domains.accounts.errors import LastAdministrator, LastEmergencyAdministrator
from ctorendang.domains.accounts.provisioning import Provisioning
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.scim.models import ScimDirectory, ScimGroup
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.domains.scim.repository import ResourceRepository
from ctorendang.domains.scim.resources import GroupData, require_version
from ctorendang.domains.scim.selecting import compared
from ctorendang.domains.sso.mapping import roles_after
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7


class ProvisionedGroups:
    """The groups of one directory."""

    def __init__(self, work: UnitOfWork, directory: ScimDirectory) -> None:
        self._work = work
        self._directory = directory
        self._resources = ResourceRepository(work.session, work.tenant_id, directory.id)

    async def get(self, group_id: UUID | None, *, locked: bool) -> ScimGroup:
        """A group; ``locked`` stays as it is until the transaction ends.

        Raises:
            NotFoundException: the directory has no such group.
        """
        self._work.require(ScimPermission.PROVISION)
        found = await self._resources.find_group(group_id, locked=locked) if group_id else None
        if found is None:
            raise NotFoundException(detail="There is no such group in this directory")
        return found

    async def create(self, data: GroupData) -> ScimGroup:
        """Keep a new group.

        Raises:
            InvalidValueException: somebody in it is no user of the directory.
        """
        self._work.require(ScimPermission.PROVISION)
        group = ScimGroup(
            tenant_id=self._work.tenant_id, id=uuid7(), directory_id=self._directory.id, version=1, created_at=now()
        )
        _write(group, data)
        group.updated_at = group.created_at
        self._work.session.add(group)
        await self._work.session.flush()
        self._record("created", group, joining=len(data.members))
        await self._put_members(group, data.members, [])
        return group

    async def update(self, group_id: UUID | None, data: GroupData, expected_version: str | None) -> ScimGroup:
        """Let a group be as the directory says.

        Raises:
            NotFoundException: the directory has no such group.
            PreconditionFailedException: it has changed meanwhile.
            InvalidValueException: somebody in it is no user of the directory.
            LastAdministrator: nobody would be left to administer.
        """
        self._work.require(ScimPermission.PROVISION)
        group = await self.get(group_id, locked=True)
        require_version(group.version, expected_version)
        before = {each.member_id for each in await self._resources.memberships(groups=[group.id])}
        names = {group.display_name, data.display_name}
        renamed = len(names) > 1
        _write(group, data)
        group.version += 1
        group.updated_at = now()
        await self._work.session.flush()
        joining, leaving = data.members - before, before - data.members
        self._record("updated", group, joining=len(joining), leaving=len(leaving))
        await self._put_members(group, joining, leaving)
        if renamed and names & self._directory.roles_by_group.keys():
            await self._follow(data.members & before)
        return group

    async def remove(self, group_id: UUID | None, expected_version: str | None) -> None:
        """Forget a group; its people stay, without the roles that only it gave.

        Raises:
            NotFoundException: the directory has no such group.
            PreconditionFailedException: it has changed meanwhile.
            LastAdministrator: nobody would be left to administer.
        """
        self._work.require(ScimPermission.PROVISION)
        group = await self.get(group_id, locked=True)
        require_version(group.version, expected_version)
        members = {each.member_id for each in await self._resources.memberships(groups=[group.id])}
        await self._put_members(group, [], members)
        await self._work.session.delete(group)
        self._record("removed", group, leaving=len(members))

    async def follow_mapping(self, formerly: Mapping[str, Any]) -> None:
        """Give everybody of the directory the roles that its mapping says now, as far as that goes.

        Args:
            formerly: the mapping until now: what it gave goes, unless the new one gives it too.
        """
        self._work.require(ScimPermission.PROVISION)
        members = await self._resources.user_ids()
        await self._follow(members, formerly=formerly, keep_last_administrator=True)

    async def _put_members(self, group: ScimGroup, joining: Collection[UUID], leaving: Collection[UUID]) -> None:
        if joining and len(await self._resources.known_users(joining)) < len(joining):
            raise InvalidValueException(detail="A member is no user of this directory")
        await self._resources.put_members(group.id, joining=joining, leaving=leaving)
        if group.display_name in self._directory.roles_by_group:
            await self._follow({*joining, *leaving})

    async def _follow(
        self,
        member_ids: Collection[UUID],
        *,
        formerly: Mapping[str, Any] | None = None,
        keep_last_administrator: bool = False,
    ) -> None:
        """Let people's roles be what their groups give."""
        accounts = await self._resources.known_users(member_ids)
        groups: dict[UUID, list[str]] = {}
        for each in await self._resources.memberships(members=member_ids):
            groups.setdefault(each.member_id, []).append(each.group_name)
        roles = await self._resources.roles_of(accounts.values())
        for member_id, user_id in accounts.items():
            decide = partial(
                roles_after,
                roles_by_group=self._directory.roles_by_group,
                groups=groups.get(member_id, ()),
                default_role=self._directory.default_role,
                formerly=formerly,
            )
            if decide(roles[user_id]) == sorted(roles[user_id]):
                continue
            try:
                await Provisioning(self._work).set_roles(user_id, decide)
            except (LastAdministrator, LastEmergencyAdministrator):
                if not keep_last_administrator:
                    raise

    def _record(self, verb: str, group: ScimGroup, **details: Any) -> None:
        details = {"directory_id": str(self._directory.id), "name": group.display_name, **details}
        record(self._work, f"scim.group.{verb}", Subject("scim_group", group.id), details)


def _write(group: ScimGroup, data: GroupData) -> None:
    group.display_name, group.display_name_key = data.display_name, compared(data.display_name)
    group.external_id = data.external_id
