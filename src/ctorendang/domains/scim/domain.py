"""What the scim domain offers."""

from ctorendang.domains.scim.admin_pages import ScimAdminPages
from ctorendang.domains.scim.endpoint import ScimEndpoint
from ctorendang.domains.scim.graphql import ScimQueries
from ctorendang.domains.scim.jobs import SUBSCRIPTIONS
from ctorendang.domains.scim.mutations import ScimMutations
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="scim",
    permissions=ScimPermission,
    controllers=(ScimEndpoint, ScimAdminPages),
    queries=(ScimQueries,),
    mutations=(ScimMutations,),
    subscriptions=SUBSCRIPTIONS,
)
