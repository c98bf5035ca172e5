"""One's own identities in GraphQL."""

from datetime import datetime
from typing import Annotated

import strawberry

from ctorendang.domains.accounts.graphql import Done
from ctorendang.domains.sso.identity_service import IdentityService
from ctorendang.domains.sso.models import Connection, Identity
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, Refusal, required_id


@strawberry.type(description="An identity at a provider that signs one on.")
class LinkedIdentity:
    """One of one's own."""

    id: strawberry.ID
    provider: str = strawberry.field(description="What the connection is called.")
    linked_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, identity: Identity, connection: Connection) -> "LinkedIdentity":
        """From its row."""
        return cls(
            id=strawberry.ID(str(identity.id)),
            provider=connection.name,
            linked_at=identity.created_at,
            last_used_at=identity.last_used_at,
        )


@strawberry.type(description="A connection that could be linked.")
class LinkableProvider:
    """One that does not sign the person on yet."""

    id: strawberry.ID
    name: str


@strawberry.type(description="How single sign-on and one's own account belong together.")
class OwnSingleSignOn:
    """What is linked, and what could be."""

    linked: list[LinkedIdentity]
    linkable: list[LinkableProvider]


@strawberry.input
class UnlinkIdentityInput:
    """Which one."""

    id: strawberry.ID


UnlinkIdentityResult = Annotated[Done | Refusal, strawberry.union("UnlinkIdentityResult")]


@strawberry.type
class IdentityQueries:
    """Roots about one's own identities."""

    @strawberry.field
    async def my_single_sign_on(self, info: Info) -> OwnSingleSignOn:
        """The identities that sign one on; linking one is done by a form, since it leads through a browser."""
        own = await info.context.use(lambda work: IdentityService(work).own())
        return OwnSingleSignOn(
            linked=[LinkedIdentity.of(identity, connection) for identity, connection in own.linked],
            linkable=[LinkableProvider(id=strawberry.ID(str(each.id)), name=each.name) for each in own.linkable],
        )


@strawberry.type
class IdentityMutations:
    """Roots that change one's own identities."""

    @mutation
    async def unlink_identity(self, info: Info, input: UnlinkIdentityInput) -> UnlinkIdentityResult:
        """Let an identity no longer sign one on."""
        await info.context.use(lambda work: IdentityService(work).unlink(required_id(input.id)))
        return Done(message="It no longer signs you on.")
