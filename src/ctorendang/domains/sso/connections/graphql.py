"""Connections in GraphQL: what administrators read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.sso.connections.guide_graphql import Guide, OwnAddresses, guide_of, own_addresses
from ctorendang.domains.sso.connections.lifecycle import Ownership, Provider
from ctorendang.domains.sso.connections.provider_graphql import (
    ClientFacts,
    SamlFacts,
    SsoWarning,
    saml_facts,
    warnings_of,
)
from ctorendang.domains.sso.connections.providers import NAMES, PROTOCOLS
from ctorendang.domains.sso.connections.service import ConnectionService
from ctorendang.domains.sso.connections.setup import is_configured
from ctorendang.domains.sso.email_domains.graphql import EmailDomainType, domains_of
from ctorendang.domains.sso.enforcement.service import EnforcementService
from ctorendang.domains.sso.mapping import roles_after, roles_from_groups
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.status import ConnectionStatus, Protocol
from ctorendang.infra.graphql.types import Info, parse_id
from ctorendang.infra.work import UnitOfWork

strawberry.enum(Protocol, name="SsoProtocol", description="How a provider vouches for people.")
strawberry.enum(Provider, name="SsoProvider", description="Whose instructions are shown.")
strawberry.enum(ConnectionStatus, name="SsoStatus", description="Only an active connection signs people in.")


async def enforced_connections(work: UnitOfWork, connection_ids: list[UUID]) -> dict[UUID, bool]:
    """Which connections people must come through."""
    enforced = await EnforcementService(work).enforced_connection()
    return {each: each == enforced for each in connection_ids}


@strawberry.type(description="What membership in a group gives.")
class GroupRoles:
    """One line of a mapping."""

    group: str
    roles: list[Role]

    @classmethod
    def each_of(cls, roles_by_group: Mapping[str, Any]) -> list[Self]:
        """The lines of a mapping as it is stored."""
        found = ((group, roles_from_groups(roles_by_group, [group])) for group in roles_by_group)
        return [cls(group=group, roles=[Role(role) for role in sorted(roles)]) for group, roles in found]


@strawberry.type(description="Where a provider keeps what, where that is not the usual place.")
class SsoAttributes:
    """Names of attributes or claims."""

    email: str | None
    name: str | None
    groups: str | None


@strawberry.type(name="SsoConnection", description="An identity provider of the marketplace.")
class ConnectionType:
    """A connection."""

    row: strawberry.Private[Connection]
    id: strawberry.ID
    name: str
    protocol: Protocol
    provider: Provider
    status: ConnectionStatus
    version: int = strawberry.field(description="Counts changes of what a test sign-in proves.")
    tested_at: datetime | None
    jit: bool = strawberry.field(description="Whoever comes for the first time gets an account.")
    default_role: Role
    metadata_fetched_at: datetime | None
    metadata_problem: str | None = strawberry.field(description="Why the metadata could not be read last time.")
    created_at: datetime

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionType":
        """From its row."""
        return cls(
            row=connection,
            id=strawberry.ID(str(connection.id)),
            name=connection.name,
            protocol=Protocol(connection.protocol),
            provider=Provider(connection.provider),
            status=ConnectionStatus(connection.status),
            version=connection.version,
            tested_at=connection.tested_at,
            jit=connection.jit,
            default_role=Role(connection.default_role),
            metadata_fetched_at=connection.metadata_fetched_at,
            metadata_problem=connection.metadata_problem,
            created_at=connection.created_at,
        )

    @strawberry.field
    def provider_name(self) -> str:
        """What the provider is called."""
        return NAMES[self.provider].name

    @strawberry.field
    def managed(self) -> bool:
        """Whether only its file changes it."""
        return self.row.ownership == Ownership.MANAGED

    @strawberry.field
    def configured(self) -> bool:
        """Whether it can be tried."""
        return is_configured(self.row)

    @strawberry.field
    def tested(self) -> bool:
        """Whether a test has proven this version."""
        return self.row.tested_version == self.row.version

    @strawberry.field
    async def enforced(self, info: Info) -> bool:
        """Whether people must come through it."""
        return await info.context.load_found(enforced_connections, self.row.id)

    @strawberry.field
    def mapping(self) -> list[GroupRoles]:
        """Roles by group; without any, groups do not touch roles."""
        return GroupRoles.each_of(self.row.roles_by_group)

    @strawberry.field
    def attributes(self) -> SsoAttributes:
        """Where the provider keeps what."""
        places = self.row.attributes
        return SsoAttributes(email=places.get("email"), name=places.get("name"), groups=places.get("groups"))

    @strawberry.field
    async def domains(self, info: Info) -> list[EmailDomainType]:
        """The e-mail domains that lead to it."""
        return [EmailDomainType.of(row) for row in await info.context.load_found(domains_of, self.row.id)]

    @strawberry.field
    async def saml(self, info: Info) -> SamlFacts | None:
        """What is known of a SAML provider, and what we are to it."""
        if self.protocol is not Protocol.SAML:
            return None
        return await info.context.use(lambda work: saml_facts(work, self.row))

    @strawberry.field
    def client(self) -> ClientFacts | None:
        """What a provider of OpenID Connect or OAuth gave us."""
        return None if self.protocol is Protocol.SAML else ClientFacts.of(self.row)

    @strawberry.field
    async def addresses(self, info: Info) -> OwnAddresses:
        """Our side."""
        return own_addresses(info.context, self.row)

    @strawberry.field
    async def guide(self, info: Info) -> Guide:
        """Instructions."""
        return guide_of(self.row, own_addresses(info.context, self.row))

    @strawberry.field
    def warnings(self) -> list[SsoWarning]:
        """What an administrator would rather know today."""
        return warnings_of(self.row)


@strawberry.type(description="An identity provider that can be connected.")
class OfferedProvider:
    """One of the wizard's choices."""

    provider: Provider
    name: str
    hint: str
    protocols: list[Protocol] = strawberry.field(description="The one to prefer first.")


@strawberry.type(description="What somebody with some groups would be.")
class RolePreview:
    """The outcome of a mapping.

    Attributes:
        matched: what each group gives; a group that the mapping does not know gives nothing.
    """

    roles: list[Role]
    matched: list[GroupRoles]


@strawberry.type
class ConnectionQueries:
    """Roots about connections."""

    @strawberry.field
    async def sso_connections(self, info: Info) -> list[ConnectionType]:
        """Every connection of the marketplace; for administrators."""
        rows = await info.context.use(lambda work: ConnectionService(work).all())
        return [ConnectionType.of(row) for row in rows]

    @strawberry.field
    async def sso_connection(self, info: Info, id: strawberry.ID) -> ConnectionType | None:
        """One connection, null when there is none; for administrators."""
        connection_id = parse_id(id)
        if connection_id is None:
            return None
        row = await info.context.use(lambda work: ConnectionService(work).find(connection_id))
        return None if row is None else ConnectionType.of(row)

    @strawberry.field
    async def sso_providers(self, info: Info) -> list[OfferedProvider]:
        """What can be connected, and by which protocols; for administrators."""
        await info.context.use(lambda work: ConnectionService(work).all())
        return [
            OfferedProvider(
                provider=each, name=NAMES[each].name, hint=NAMES[each].hint, protocols=list(PROTOCOLS[each])
            )
            for each in Provider
        ]

    @strawberry.field
    async def sso_role_preview(self, info: Info, connection_id: strawberry.ID, groups: list[str]) -> RolePreview | None:
        """What a new person with these groups would be, by the mapping as it is saved; for administrators."""
        found = parse_id(connection_id)
        row = await info.context.use(lambda work: ConnectionService(work).find(found)) if found else None
        if row is None:
            return None
        named = list(dict.fromkeys(group.strip() for group in groups[:200] if group.strip()))
        given = {group: sorted(roles_from_groups(row.roles_by_group, [group])) for group in named}
        return RolePreview(
            roles=[Role(role) for role in roles_after((), row.roles_by_group, named, row.default_role)],
            matched=[GroupRoles(group=group, roles=[Role(role) for role in roles]) for group, roles in given.items()],
        )
