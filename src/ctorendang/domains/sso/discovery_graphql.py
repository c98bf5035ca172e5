"""What the sign-in page offers, in GraphQL."""

import strawberry

from ctorendang.domains.sso.connections.lifecycle import Provider
from ctorendang.domains.sso.connections.service import ConnectionService
from ctorendang.infra.graphql.types import Info


@strawberry.type(description="A way to sign in through an identity provider.")
class SsoOption:
    """An active connection, as everybody may know of it."""

    id: strawberry.ID
    name: str
    provider: Provider


@strawberry.type
class DiscoveryQueries:
    """Roots for visitors."""

    @strawberry.field
    async def sso_options(self, info: Info) -> list[SsoOption]:
        """The identity providers that people can sign in through."""
        rows = await info.context.use(lambda work: ConnectionService(work).offered())
        return [
            SsoOption(id=strawberry.ID(str(row.id)), name=row.name, provider=Provider(row.provider)) for row in rows
        ]
