"""Directories in GraphQL, for administrators."""

from datetime import datetime
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.scim.models import ScimDirectory, ScimToken
from ctorendang.domains.scim.overview import DirectoryOverview, Population, Provisioned, ProvisionedGroup
from ctorendang.domains.scim.schemas import BASE_PATH
from ctorendang.domains.sso.connections.graphql import ConnectionType, GroupRoles
from ctorendang.domains.sso.models import Connection
from ctorendang.infra.graphql.types import Info, parse_id
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


async def _tokens(work: UnitOfWork, directory_ids: list[UUID]) -> dict[UUID, list[ScimToken]]:
    return await DirectoryOverview(work).tokens(directory_ids)


async def _population(work: UnitOfWork, directory_ids: list[UUID]) -> dict[UUID, Population]:
    return await DirectoryOverview(work).population(directory_ids)


async def _groups(work: UnitOfWork, directory_ids: list[UUID]) -> dict[UUID, list[ProvisionedGroup]]:
    return await DirectoryOverview(work).groups(directory_ids)


async def _log(work: UnitOfWork, directory_ids: list[UUID]) -> dict[UUID, list[Provisioned]]:
    return await DirectoryOverview(work).log(directory_ids)


async def _connections(work: UnitOfWork, connection_ids: list[UUID]) -> dict[UUID, Connection]:
    return await DirectoryOverview(work).connections(connection_ids)


@strawberry.type(name="ScimToken", description="What is known of a directory's token; the token itself is not.")
class ScimTokenType:
    """A token."""

    id: strawberry.ID
    label: str
    prefix: str = strawberry.field(description="How the token begins.")
    created_at: datetime
    last_used_at: datetime | None = strawberry.field(description="To the minute; null for a token that was never used.")
    expires_at: datetime
    days_left: int

    @classmethod
    def of(cls, token: ScimToken) -> "ScimTokenType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(token.id)),
            label=token.label,
            prefix=token.prefix,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
            days_left=max(0, (token.expires_at - now()).days),
        )


@strawberry.type(name="ScimGroup", description="A group that a directory has sent.")
class ScimGroupType:
    """A group."""

    name: str
    members: int


@strawberry.type(name="ScimEvent", description="Something that a directory did.")
class ScimEventType:
    """A row of the trail."""

    id: strawberry.ID
    action: str = strawberry.field(description="As the trail names it, `scim.user.created`.")
    name: str | None = strawberry.field(description="Of the person or group; null for somebody who is gone.")
    created_at: datetime


@strawberry.type(name="ScimDirectory", description="A system of the company's that says who its people are.")
class ScimDirectoryType:
    """A directory."""

    row: strawberry.Private[ScimDirectory]
    id: strawberry.ID
    name: str
    enabled: bool = strawberry.field(description="Whether its tokens are accepted.")
    default_role: Role = strawberry.field(description="Of people whom no group gives a role.")
    created_at: datetime

    @classmethod
    def of(cls, directory: ScimDirectory) -> "ScimDirectoryType":
        """From its row."""
        return cls(
            row=directory,
            id=strawberry.ID(str(directory.id)),
            name=directory.name,
            enabled=directory.status == "active",
            default_role=Role(directory.default_role),
            created_at=directory.created_at,
        )

    @strawberry.field
    def base_url(self, info: Info) -> str:
        """Where the directory sends its requests."""
        return info.context.product.gateways.links.to(info.context.tenant) + BASE_PATH

    @strawberry.field
    def mapping(self) -> list[GroupRoles]:
        """Roles by group; without any, groups do not touch roles."""
        return GroupRoles.each_of(self.row.roles_by_group)

    @strawberry.field
    async def connection(self, info: Info) -> ConnectionType | None:
        """Through which its people sign in."""
        if self.row.connection_id is None:
            return None
        found = await info.context.load(_connections, self.row.connection_id)
        return ConnectionType.of(found) if found is not None else None

    @strawberry.field
    async def tokens(self, info: Info) -> list[ScimTokenType]:
        """The tokens that are good now, the oldest first."""
        return [ScimTokenType.of(token) for token in await info.context.load_found(_tokens, self.row.id)]

    @strawberry.field
    async def last_used_at(self, info: Info) -> datetime | None:
        """When the directory was last heard of, by a token that is still good."""
        used = [token.last_used_at for token in await info.context.load_found(_tokens, self.row.id)]
        return max((moment for moment in used if moment is not None), default=None)

    @strawberry.field
    async def users(self, info: Info) -> int:
        """How many people it keeps."""
        return (await info.context.load_found(_population, self.row.id)).users

    @strawberry.field
    async def active_users(self, info: Info) -> int:
        """How many of them it says are active."""
        return (await info.context.load_found(_population, self.row.id)).active

    @strawberry.field
    async def groups(self, info: Info) -> list[ScimGroupType]:
        """The groups that it has sent, by name."""
        found = await info.context.load_found(_groups, self.row.id)
        return [ScimGroupType(name=group.name, members=group.members) for group in found]

    @strawberry.field
    async def log(self, info: Info) -> list[ScimEventType]:
        """What it has done in the last 30 days, newest first; the latest twenty."""
        return [
            ScimEventType(id=strawberry.ID(str(row.id)), action=row.action, name=row.name, created_at=row.created_at)
            for row in await info.context.load_found(_log, self.row.id)
        ]


@strawberry.type
class ScimQueries:
    """Roots about directories."""

    @strawberry.field
    async def scim_directories(self, info: Info) -> list[ScimDirectoryType]:
        """The marketplace's directories, by name; for administrators."""
        found = await info.context.use(lambda work: DirectoryOverview(work).all())
        return [ScimDirectoryType.of(directory) for directory in found]

    @strawberry.field
    async def scim_directory(self, info: Info, id: strawberry.ID) -> ScimDirectoryType | None:
        """One of them, null when there is none; for administrators."""
        directory_id = parse_id(id)
        found = await info.context.use(lambda work: DirectoryOverview(work).find(directory_id))
        return ScimDirectoryType.of(found) if found is not None else None
