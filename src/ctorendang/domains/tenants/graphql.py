"""The tenant in GraphQL."""

import strawberry

from ctorendang.infra.graphql.types import Info


@strawberry.type(name="Tenant", description="The marketplace one is in.")
class TenantType:
    """What everyone may know of a tenant."""

    id: strawberry.ID
    slug: str
    name: str
    tagline: str
    currency: str
    locale: str


@strawberry.type
class TenantQueries:
    """Roots about the tenant."""

    @strawberry.field
    async def tenant(self, info: Info) -> TenantType:
        """The marketplace of this host."""
        tenant = info.context.tenant
        return TenantType(
            id=strawberry.ID(str(tenant.id)),
            slug=tenant.slug,
            name=tenant.name,
            tagline=tenant.tagline,
            currency=tenant.currency,
            locale=tenant.locale,
        )
