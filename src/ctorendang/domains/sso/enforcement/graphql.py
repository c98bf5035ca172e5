"""Enforced single sign-on in GraphQL."""

from typing import Annotated

import strawberry

from ctorendang.domains.accounts.graphql import Done
from ctorendang.domains.sso.connections.graphql import ConnectionType
from ctorendang.domains.sso.enforcement.service import Administrator, Enforcement, EnforcementService, Requirement
from ctorendang.domains.sso.enforcement.stages import Stage
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, parse_id, required_id

strawberry.enum(Stage, name="SsoStage", description="How far enforcement has come.")


@strawberry.type(name="SsoRequirement")
class RequirementType:
    """Something without which enforcing could lock everybody out."""

    name: str
    met: bool
    todo: str = strawberry.field(description="How to meet it.")

    @classmethod
    def of(cls, requirement: Requirement) -> "RequirementType":
        """From the service."""
        return cls(name=requirement.name, met=requirement.met, todo=requirement.todo)


@strawberry.type(name="SsoAdministrator", description="Somebody who could repair single sign-on.")
class AdministratorType:
    """An administrator."""

    id: strawberry.ID
    name: str
    email: str
    emergency_access: bool = strawberry.field(description="Gets in without the provider.")
    strong: bool = strawberry.field(description="Has a passkey or an authenticator app.")

    @classmethod
    def of(cls, each: Administrator) -> "AdministratorType":
        """From the service."""
        user = each.user
        return cls(
            id=strawberry.ID(str(user.id)),
            name=user.name,
            email=user.email,
            emergency_access=user.break_glass,
            strong=each.strong,
        )


@strawberry.type(name="SsoEnforcement", description="Who must use single sign-on, and what is missing for it.")
class EnforcementType:
    """Where enforcement stands."""

    stage: Stage
    connection: ConnectionType | None
    domains: list[str] = strawberry.field(description="Whose people are bound, in the stage DOMAINS.")
    verified_domains: list[str]
    requirements: list[RequirementType]
    administrators: list[AdministratorType]

    @classmethod
    def of(cls, found: Enforcement) -> "EnforcementType":
        """From the service."""
        return cls(
            stage=found.stage,
            connection=None if found.connection is None else ConnectionType.of(found.connection),
            domains=list(found.domains),
            verified_domains=list(found.verified),
            requirements=[RequirementType.of(each) for each in found.requirements],
            administrators=[AdministratorType.of(each) for each in found.administrators],
        )


@strawberry.input
class EnforceSsoInput:
    """Through which connection, and whom: `DOMAINS` or `EVERYONE`."""

    connection_id: strawberry.ID
    scope: Stage


@strawberry.input
class SetEmergencyAccessInput:
    """Which administrator gets in without the provider, or no longer does."""

    user_id: strawberry.ID
    on: bool


EnforceSsoResult = Annotated[EnforcementType | Refusal | InvalidInput, strawberry.union("EnforceSsoResult")]
SsoDoneResult = Annotated[Done | Refusal, strawberry.union("SsoDoneResult")]


@strawberry.type
class EnforcementQueries:
    """Roots about enforcement."""

    @strawberry.field
    async def sso_enforcement(self, info: Info, connection_id: strawberry.ID | None = None) -> EnforcementType:
        """Where enforcement stands, or would stand with a connection; for administrators."""
        wanted = parse_id(connection_id) if connection_id else None
        return EnforcementType.of(await info.context.use(lambda work: EnforcementService(work).state(wanted)))


@strawberry.type
class EnforcementMutations:
    """Roots that change enforcement."""

    @mutation
    async def enforce_sso(self, info: Info, input: EnforceSsoInput) -> EnforceSsoResult:
        """Bind people to a connection; sessions that they opened otherwise end."""
        connection_id = required_id(input.connection_id)
        await info.context.use(lambda work: EnforcementService(work).enforce(connection_id, str(input.scope.value)))
        return EnforcementType.of(await info.context.use(lambda work: EnforcementService(work).state()))

    @mutation
    async def stop_enforcing_sso(self, info: Info) -> SsoDoneResult:
        """Let everybody sign in as they could before."""
        await info.context.use(lambda work: EnforcementService(work).turn_off())
        return Done(message="Single sign-on is optional again.")

    @mutation
    async def set_emergency_access(self, info: Info, input: SetEmergencyAccessInput) -> SsoDoneResult:
        """Say whether an administrator gets in without the provider."""
        user_id = required_id(input.user_id)
        user = await info.context.use(lambda work: EnforcementService(work).set_emergency_access(user_id, input.on))
        return Done(message=f"{user.name} {'gets' if input.on else 'no longer gets'} in without the provider.")
