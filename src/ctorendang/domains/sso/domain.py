"""What the sso domain offers."""

from ctorendang.domains.sso.identity_graphql import IdentityMutations, IdentityQueries
from ctorendang.domains.sso.identity_pages import IdentityPages
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="sso",
    permissions=SsoPermission,
    controllers=(IdentityPages,),
    queries=(IdentityQueries,),
    mutations=(IdentityMutations,),
)
