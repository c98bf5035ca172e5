"""What the scim domain offers."""

from ctorendang.domains.audit.names import named_by
from ctorendang.domains.scim.admin_pages import ScimAdminPages
from ctorendang.domains.scim.endpoint import ScimEndpoint
from ctorendang.domains.scim.graphql import ScimQueries
from ctorendang.domains.scim.jobs import SUBSCRIPTIONS
from ctorendang.domains.scim.models import ScimDirectory, ScimGroup, ScimToken
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
    names={
        "scim_directory": named_by(ScimDirectory, ScimDirectory.name),
        "scim_group": named_by(ScimGroup, ScimGroup.display_name),
        "scim_token": named_by(ScimToken, ScimToken.label),
    },
)
