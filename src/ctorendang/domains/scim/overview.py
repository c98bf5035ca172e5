"""What administrators see of directories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.scim.models import ScimDirectory, ScimToken
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.domains.scim.repository import DirectoryRepository, TokenRepository
from ctorendang.domains.sso.models import Connection
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

LOG_DAYS = 30
_LOG_ROWS = 20


@dataclass(frozen=True, slots=True)
class ProvisionedGroup:
    """A group that a directory has sent."""

    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Population:
    """How many people a directory keeps."""

    users: int
    active: int


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Something that a directory did.

    Attributes:
        action: as the trail names it, ``scim.user.created``.
        name: of the person or group; None for somebody who is gone.
    """

    id: UUID
    action: str
    name: str | None
    created_at: datetime


class DirectoryOverview:
    """Reads directories."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._directories = DirectoryRepository(work.session)

    async def all(self) -> list[ScimDirectory]:
        """The tenant's directories by name.

        Raises:
            Forbidden: the actor does not administer directories.
        """
        self._work.require(ScimPermission.READ)
        return await self._directories.all(self._tenant_id)

    async def find(self, directory_id: UUID | None) -> ScimDirectory | None:
        """One directory, None when there is none.

        Raises:
            Forbidden: the actor does not administer directories.
        """
        self._work.require(ScimPermission.READ)
        return await self._directories.find(self._tenant_id, directory_id) if directory_id else None

    async def tokens(self, directory_ids: Sequence[UUID]) -> dict[UUID, list[ScimToken]]:
        """The tokens that are good now."""
        self._work.require(ScimPermission.READ)
        found: dict[UUID, list[ScimToken]] = {each: [] for each in directory_ids}
        for token in await TokenRepository(self._work.session).of_directories(self._tenant_id, directory_ids):
            found[token.directory_id].append(token)
        return found

    async def population(self, directory_ids: Sequence[UUID]) -> dict[UUID, Population]:
        """How many people each keeps."""
        self._work.require(ScimPermission.READ)
        counts = await self._directories.user_counts(self._tenant_id, directory_ids)
        return {each: Population(*counts.get(each, (0, 0))) for each in directory_ids}

    async def groups(self, directory_ids: Sequence[UUID]) -> dict[UUID, list[ProvisionedGroup]]:
        """The groups that each has sent, by name."""
        self._work.require(ScimPermission.READ)
        found: dict[UUID, list[ProvisionedGroup]] = {each: [] for each in directory_ids}
        for directory_id, name, members in await self._directories.groups(self._tenant_id, directory_ids):
            found[directory_id].append(ProvisionedGroup(name, members))
        return found

    async def connections(self, connection_ids: Sequence[UUID]) -> dict[UUID, Connection]:
        """The connections through which directories' people sign in."""
        self._work.require(ScimPermission.READ)
        statement = select(Connection).where(Connection.tenant_id == self._tenant_id, Connection.id.in_(connection_ids))
        return {each.id: each for each in await self._work.session.scalars(statement)}

    async def log(self, directory_ids: Sequence[UUID]) -> dict[UUID, list[Provisioned]]:
        """What each has done lately, newest first, from the audit trail."""
        self._work.require(ScimPermission.READ)
        return {each: await self._log(each) for each in directory_ids}

    async def _log(self, directory_id: UUID) -> list[Provisioned]:
        statement = (
            select(AuditEvent, User.name)
            .outerjoin(User, (User.tenant_id == AuditEvent.tenant_id) & (User.id == AuditEvent.subject_id))
            .where(
                AuditEvent.tenant_id == self._tenant_id,
                # Ids are ordered by time: the trail is read from its end, and not beyond what is wanted.
                AuditEvent.id > uuid7(now() - timedelta(days=LOG_DAYS)),
                or_(AuditEvent.action.startswith("scim.user."), AuditEvent.action.startswith("scim.group.")),
                AuditEvent.details["directory_id"].astext == str(directory_id),
            )
            .order_by(AuditEvent.id.desc())
            .limit(_LOG_ROWS)
        )
        found = (await self._work.session.execute(statement)).all()
        return [
            Provisioned(event.id, event.action, name or event.details.get("name"), event.created_at)
            for event, name in found
        ]
