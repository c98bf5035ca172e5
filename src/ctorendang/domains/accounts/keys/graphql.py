"""Keys for programs in GraphQL."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.keys.models import ApiKey
from ctorendang.domains.accounts.keys.scopes import MEANINGS, Scope, offered_to
from ctorendang.domains.accounts.keys.service import KeyService, NewKey
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.service import names_of
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection, required_id
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

strawberry.enum(Scope, name="KeyScope", description="What a key may be for.")


@strawberry.type(description="A scope that a key of one's own can have.")
class OfferedScope:
    """For choosing."""

    scope: Scope
    title: str
    description: str


@strawberry.type(name="ApiKey", description="What is known of a key; the key itself is not.")
class ApiKeyType:
    """A key."""

    id: strawberry.ID
    name: str
    prefix: str = strawberry.field(description="How the key begins.")
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = strawberry.field(description="To the minute; null for a key that was never used.")
    row: strawberry.Private[ApiKey]

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(key.id)),
            name=key.name,
            prefix=key.prefix,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            row=key,
        )

    @strawberry.field
    def scopes(self) -> list[Scope]:
        """What it was made for; its owner's roles may allow less by now."""
        return [Scope(name) for name in self.row.scopes if name in set(Scope)]

    @strawberry.field
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.row.expires_at <= now()

    @strawberry.field
    async def owner_name(self, info: Info) -> str:
        """Who made it."""
        return await info.context.load_found(_names, self.row.user_id)


async def _names(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, str]:
    return await names_of(work, user_ids)


@strawberry.type(description="A key that was just made.")
class CreatedApiKey:
    """The only time that the key is shown."""

    secret: str = strawberry.field(description="Send it as `Authorization: Bearer`. It is not shown again.")
    key: ApiKeyType


@strawberry.input
class CreateApiKeyInput:
    """What a key is for."""

    name: str
    scopes: list[Scope]
    expires_in_days: int = strawberry.field(description="From 1 to 365.")


@strawberry.input
class RevokeApiKeyInput:
    """Which key."""

    key_id: strawberry.ID


CreateApiKeyResult = Annotated[CreatedApiKey | Refusal | InvalidInput, strawberry.union("CreateApiKeyResult")]
RevokeApiKeyResult = Annotated[ApiKeyType | Refusal, strawberry.union("RevokeApiKeyResult")]


@strawberry.type
class KeyQueries:
    """Roots about keys."""

    @strawberry.field
    async def api_keys(self, info: Info) -> list[ApiKeyType]:
        """One's own keys, the newest first."""
        return [ApiKeyType.of(key) for key in await info.context.use(lambda work: KeyService(work).own())]

    @strawberry.field
    def offered_scopes(self, info: Info) -> list[OfferedScope]:
        """The scopes that a new key of one's own can have."""
        info.context.product.grants.require(info.context.actor, AccountPermission.MANAGE_OWN_KEYS)
        return [
            OfferedScope(scope=scope, title=MEANINGS[scope].title, description=MEANINGS[scope].description)
            for scope in offered_to(info.context.actor.roles)
        ]

    @strawberry.field
    async def member_api_keys(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[ApiKeyType]:
        """Everybody's keys, the newest first; for administrators."""
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: KeyService(work).page(request))
        return connection(page, ApiKeyType.of, lambda: info.context.use(lambda work: KeyService(work).count()))


@strawberry.type
class KeyMutations:
    """Roots that make and end keys."""

    @mutation
    async def create_api_key(
        self,
        info: Info,
        input: CreateApiKeyInput,
    ) -> CreateApiKeyResult:
        """Make a key. Asks for a sign-in of the last ten minutes."""
        wanted = NewKey(input.name, [scope.value for scope in input.scopes], input.expires_in_days)
        secret, key = await info.context.use(lambda work: KeyService(work).create(wanted))
        return CreatedApiKey(secret=secret, key=ApiKeyType.of(key))

    @mutation
    async def revoke_api_key(
        self,
        info: Info,
        input: RevokeApiKeyInput,
    ) -> RevokeApiKeyResult:
        """End a key at once: one's own, or as an administrator anybody's."""
        key_id = required_id(input.key_id)
        return ApiKeyType.of(await info.context.use(lambda work: KeyService(work).revoke(key_id)))
