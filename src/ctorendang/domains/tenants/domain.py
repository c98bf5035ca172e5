"""What the tenants domain offers."""

from ctorendang.domains.tenants.graphql import TenantQueries
from ctorendang.domains.tenants.permissions import TenantPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="tenants",
    permissions=TenantPermission,
    queries=(TenantQueries,),
)
