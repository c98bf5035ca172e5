"""Setting connections up in GraphQL."""

from typing import Annotated

import strawberry

from ctorendang.domains.accounts.graphql import Done
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.sso.connections.graphql import ConnectionType
from ctorendang.domains.sso.connections.lifecycle import Provider
from ctorendang.domains.sso.connections.role_mapping import RoleMapping
from ctorendang.domains.sso.connections.service import ConnectionService
from ctorendang.domains.sso.connections.setup import ConfigurationService, OidcClient
from ctorendang.domains.sso.saml.source import SamlOptions, SamlSource
from ctorendang.domains.sso.status import Protocol
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.input
class CreateSsoConnectionInput:
    """A new connection, as a draft that signs nobody in."""

    name: str = strawberry.field(description="What people read on the sign-in page.")
    protocol: Protocol
    provider: Provider = Provider.GENERIC


@strawberry.input
class RenameSsoConnectionInput:
    """What people read on the sign-in page."""

    connection_id: strawberry.ID
    name: str


@strawberry.input
class ConfigureSamlInput:
    """A provider's side: by metadata address, by metadata itself, or field by field; the first that is said counts."""

    connection_id: strawberry.ID
    metadata_url: str = ""
    metadata: str = ""
    entity_id: str = ""
    sso_url: str = ""
    slo_url: str = ""
    certificates: str = strawberry.field(default="", description="PEM, one after the other.")


@strawberry.input
class SetSamlOptionsInput:
    """How we deal with a SAML provider; what is left out is as for a new connection."""

    connection_id: strawberry.ID
    sp_entity_id: str = ""
    sign_requests: bool = True
    force_authn: bool = False
    allow_idp_initiated: bool = False
    want_encrypted: bool = False
    name_id_format: str = ""


@strawberry.input
class ConfigureOidcInput:
    """What a provider of OpenID Connect or OAuth gave; without a secret the one that is there stays."""

    connection_id: strawberry.ID
    issuer: str = ""
    client_id: str
    client_secret: str | None = None
    hosted_domain: str = ""


@strawberry.input
class GroupRoleInput:
    """What membership in a group gives."""

    group: str
    role: Role


@strawberry.input
class MapSsoPeopleInput:
    """What people who come through a connection become."""

    connection_id: strawberry.ID
    jit: bool = True
    default_role: Role = strawberry.field(default=Role.CLIENT, description="Client or CTO.")
    mapping: list[GroupRoleInput] = strawberry.field(default_factory=list)
    email: str = strawberry.field(default="", description="Attribute or claim; empty for the usual place.")
    name: str = ""
    groups: str = ""


@strawberry.input
class SsoConnectionInput:
    """Which connection."""

    connection_id: strawberry.ID


@strawberry.input
class EnableSsoConnectionInput(SsoConnectionInput):
    """Which connection."""


@strawberry.input
class DisableSsoConnectionInput(SsoConnectionInput):
    """Which connection."""


@strawberry.input
class DeleteSsoConnectionInput(SsoConnectionInput):
    """Which connection."""


@strawberry.input
class RefreshSsoMetadataInput(SsoConnectionInput):
    """Which connection."""


@strawberry.input
class RotateSsoKeysInput(SsoConnectionInput):
    """Which connection."""


ConnectionResult = Annotated[ConnectionType | Refusal | InvalidInput, strawberry.union("SsoConnectionResult")]
DeleteResult = Annotated[Done | Refusal, strawberry.union("DeleteSsoConnectionResult")]


@strawberry.type
class ConnectionMutations:
    """Roots that change connections. Those that matter ask for a sign-in of the last ten minutes."""

    @mutation
    async def create_sso_connection(self, info: Info, input: CreateSsoConnectionInput) -> ConnectionResult:
        """Begin a connection."""
        return ConnectionType.of(
            await info.context.use(
                lambda work: ConnectionService(work).create(input.name, input.protocol.value, input.provider.value)
            )
        )

    @mutation
    async def rename_sso_connection(self, info: Info, input: RenameSsoConnectionInput) -> ConnectionResult:
        """Change what people read on the sign-in page."""
        connection_id = required_id(input.connection_id)
        return ConnectionType.of(
            await info.context.use(lambda work: ConnectionService(work).rename(connection_id, input.name))
        )

    @mutation
    async def configure_saml(self, info: Info, input: ConfigureSamlInput) -> ConnectionResult:
        """Take over what a SAML provider says of itself; it has to be tested again."""
        source = SamlSource(
            metadata_url=input.metadata_url,
            metadata=input.metadata,
            entity_id=input.entity_id,
            sso_url=input.sso_url,
            slo_url=input.slo_url,
            certificates=input.certificates,
        )
        service = ConfigurationService(info.context.product, info.context.actor)
        return ConnectionType.of(await service.set_saml(required_id(input.connection_id), source))

    @mutation
    async def set_saml_options(self, info: Info, input: SetSamlOptionsInput) -> ConnectionResult:
        """Say how we deal with a SAML provider; it has to be tested again."""
        options = SamlOptions(
            sp_entity_id=input.sp_entity_id,
            sign_requests=input.sign_requests,
            force_authn=input.force_authn,
            allow_idp_initiated=input.allow_idp_initiated,
            want_encrypted=input.want_encrypted,
            name_id_format=input.name_id_format,
        )
        service = ConfigurationService(info.context.product, info.context.actor)
        return ConnectionType.of(await service.set_saml_options(required_id(input.connection_id), options))

    @mutation
    async def configure_oidc(self, info: Info, input: ConfigureOidcInput) -> ConnectionResult:
        """Take over what a provider of OpenID Connect or OAuth gave; it has to be tested again."""
        client = OidcClient(input.issuer, input.client_id, input.client_secret, input.hosted_domain)
        service = ConfigurationService(info.context.product, info.context.actor)
        return ConnectionType.of(await service.set_client(required_id(input.connection_id), client))

    @mutation
    async def map_sso_people(self, info: Info, input: MapSsoPeopleInput) -> ConnectionResult:
        """Say what people who come through a connection become."""
        mapping = RoleMapping(
            jit=input.jit,
            default_role=input.default_role.value,
            roles_by_group=[(each.group, each.role.value) for each in input.mapping],
            attributes={"email": input.email, "name": input.name, "groups": input.groups},
        )
        service = ConfigurationService(info.context.product, info.context.actor)
        return ConnectionType.of(await service.map_people(required_id(input.connection_id), mapping))

    @mutation
    async def refresh_sso_metadata(self, info: Info, input: RefreshSsoMetadataInput) -> ConnectionResult:
        """Read the provider's metadata again now; `metadataProblem` says what is wrong with it."""
        service = ConfigurationService(info.context.product, info.context.actor)
        return ConnectionType.of(await service.refresh(required_id(input.connection_id)))

    @mutation
    async def rotate_sso_keys(self, info: Info, input: RotateSsoKeysInput) -> ConnectionResult:
        """Sign with our next key from now on; the provider should know it by then."""
        connection_id = required_id(input.connection_id)
        return ConnectionType.of(await info.context.use(lambda work: ConnectionService(work).rotate(connection_id)))

    @mutation
    async def enable_sso_connection(self, info: Info, input: EnableSsoConnectionInput) -> ConnectionResult:
        """Let people sign in through a connection that was tested."""
        connection_id = required_id(input.connection_id)
        return ConnectionType.of(await info.context.use(lambda work: ConnectionService(work).enable(connection_id)))

    @mutation
    async def disable_sso_connection(self, info: Info, input: DisableSsoConnectionInput) -> ConnectionResult:
        """Let nobody sign in through a connection any more."""
        connection_id = required_id(input.connection_id)
        return ConnectionType.of(await info.context.use(lambda work: ConnectionService(work).disable(connection_id)))

    @mutation
    async def delete_sso_connection(self, info: Info, input: DeleteSsoConnectionInput) -> DeleteResult:
        """Take a connection away, with its domains, keys and attempts; the people stay."""
        connection_id = required_id(input.connection_id)
        name = await info.context.use(lambda work: ConnectionService(work).delete(connection_id))
        return Done(message=f"{name} is deleted.")
