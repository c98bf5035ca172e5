"""Changing directories in GraphQL."""

from typing import Annotated

import strawberry

from ctorendang.domains.accounts.graphql import Done
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.scim.directories import DirectoryDraft, DirectoryService, NewToken
from ctorendang.domains.scim.graphql import ScimDirectoryType, ScimTokenType
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.type(description="A token that was just made.")
class CreatedScimToken:
    """The only time that the token is shown."""

    secret: str = strawberry.field(description="The directory sends it as `Authorization: Bearer`. Not shown again.")
    token: ScimTokenType

    @classmethod
    def of(cls, made: NewToken) -> "CreatedScimToken":
        """From what the service hands out."""
        return cls(secret=made.secret, token=ScimTokenType.of(made.token))


@strawberry.input
class CreateScimDirectoryInput:
    """A new directory."""

    name: str
    connection_id: strawberry.ID | None = strawberry.field(
        default=None, description="Through which its people sign in."
    )
    default_role: Role = strawberry.field(default=Role.CLIENT, description="Client or CTO.")


@strawberry.input
class UpdateScimDirectoryInput:
    """What a directory is from now on."""

    directory_id: strawberry.ID
    name: str
    connection_id: strawberry.ID | None = strawberry.field(
        default=None, description="Through which its people sign in."
    )
    default_role: Role = strawberry.field(default=Role.CLIENT, description="Client or CTO.")


@strawberry.input
class ScimGroupRoleInput:
    """That membership in a group gives a role."""

    group: str = strawberry.field(description="The display name, as the directory sends it.")
    role: Role


@strawberry.input
class MapScimGroupsInput:
    """All of a directory's mapping."""

    directory_id: strawberry.ID
    mapping: list[ScimGroupRoleInput]


@strawberry.input
class EnableScimDirectoryInput:
    """Which directory."""

    directory_id: strawberry.ID


@strawberry.input
class DisableScimDirectoryInput:
    """Which directory."""

    directory_id: strawberry.ID


@strawberry.input
class DeleteScimDirectoryInput:
    """Which directory."""

    directory_id: strawberry.ID
    confirmed_name: str = strawberry.field(description="What it is called, so that no other one is deleted.")


@strawberry.input
class CreateScimTokenInput:
    """What a token is for."""

    directory_id: strawberry.ID
    label: str
    expires_in_days: int = strawberry.field(default=365, description="90, 180, 365 or 730.")


@strawberry.input
class RotateScimTokenInput:
    """Which token."""

    token_id: strawberry.ID


@strawberry.input
class RevokeScimTokenInput:
    """Which token."""

    token_id: strawberry.ID


ScimDirectoryResult = Annotated[ScimDirectoryType | Refusal | InvalidInput, strawberry.union("ScimDirectoryResult")]
CreateScimTokenResult = Annotated[CreatedScimToken | Refusal | InvalidInput, strawberry.union("CreateScimTokenResult")]
DeleteScimDirectoryResult = Annotated[Done | Refusal | InvalidInput, strawberry.union("DeleteScimDirectoryResult")]
RevokeScimTokenResult = Annotated[ScimTokenType | Refusal, strawberry.union("RevokeScimTokenResult")]


def _draft(input: CreateScimDirectoryInput | UpdateScimDirectoryInput) -> DirectoryDraft:
    connection_id = required_id(input.connection_id) if input.connection_id else None
    return DirectoryDraft(input.name, connection_id, input.default_role)


@strawberry.type
class ScimMutations:
    """Roots that change directories; all for administrators."""

    @mutation
    async def create_scim_directory(self, info: Info, input: CreateScimDirectoryInput) -> ScimDirectoryResult:
        """Make room for a directory; it can do nothing before it has a token."""
        draft = _draft(input)
        made = await info.context.use(lambda work: DirectoryService(work).create(draft))
        return ScimDirectoryType.of(made)

    @mutation
    async def update_scim_directory(self, info: Info, input: UpdateScimDirectoryInput) -> ScimDirectoryResult:
        """Change what a directory is called, who signs its people in, and what newcomers are."""
        directory_id, draft = required_id(input.directory_id), _draft(input)
        changed = await info.context.use(lambda work: DirectoryService(work).change(directory_id, draft))
        return ScimDirectoryType.of(changed)

    @mutation
    async def map_scim_groups(self, info: Info, input: MapScimGroupsInput) -> ScimDirectoryResult:
        """Say which roles groups give, in place of what was said before. Asks for a recent sign-in."""
        directory_id = required_id(input.directory_id)
        rows = [(each.group, each.role.value) for each in input.mapping]
        changed = await info.context.use(lambda work: DirectoryService(work).map_groups(directory_id, rows))
        return ScimDirectoryType.of(changed)

    @mutation
    async def enable_scim_directory(self, info: Info, input: EnableScimDirectoryInput) -> ScimDirectoryResult:
        """Accept the tokens of a directory again."""
        directory_id = required_id(input.directory_id)
        changed = await info.context.use(lambda work: DirectoryService(work).turn(directory_id, on=True))
        return ScimDirectoryType.of(changed)

    @mutation
    async def disable_scim_directory(self, info: Info, input: DisableScimDirectoryInput) -> ScimDirectoryResult:
        """Refuse the tokens of a directory; its people stay as they are."""
        directory_id = required_id(input.directory_id)
        changed = await info.context.use(lambda work: DirectoryService(work).turn(directory_id, on=False))
        return ScimDirectoryType.of(changed)

    @mutation
    async def delete_scim_directory(self, info: Info, input: DeleteScimDirectoryInput) -> DeleteScimDirectoryResult:
        """Forget a directory that is turned off; its people stay as they are. Asks for a recent sign-in."""
        directory_id, name = required_id(input.directory_id), input.confirmed_name
        deleted = await info.context.use(lambda work: DirectoryService(work).delete(directory_id, name))
        return Done(message=f"{deleted} is deleted.")

    @mutation
    async def create_scim_token(self, info: Info, input: CreateScimTokenInput) -> CreateScimTokenResult:
        """Make a token; two of a directory are good at once. Asks for a recent sign-in."""
        directory_id = required_id(input.directory_id)
        made = await info.context.use(
            lambda work: DirectoryService(work).create_token(directory_id, input.label, input.expires_in_days)
        )
        return CreatedScimToken.of(made)

    @mutation
    async def rotate_scim_token(self, info: Info, input: RotateScimTokenInput) -> CreateScimTokenResult:
        """Make a token that follows another, which lives on for a week. Asks for a recent sign-in."""
        token_id = required_id(input.token_id)
        return CreatedScimToken.of(await info.context.use(lambda work: DirectoryService(work).rotate_token(token_id)))

    @mutation
    async def revoke_scim_token(self, info: Info, input: RevokeScimTokenInput) -> RevokeScimTokenResult:
        """Refuse a token from now on."""
        token_id = required_id(input.token_id)
        return ScimTokenType.of(await info.context.use(lambda work: DirectoryService(work).revoke_token(token_id)))
