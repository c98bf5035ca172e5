"""What the sso domain offers."""

from ctorendang.domains.sso.identity_graphql import IdentityMutations, IdentityQueries
from ctorendang.domains.sso.identity_pages import IdentityPages
from ctorendang.domains.sso.oidc_pages import FarewellPages, OidcPages
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.saml_pages import SamlPages
from ctorendang.domains.sso.sign_on_pages import SignOnPages
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="sso",
    permissions=SsoPermission,
    controllers=(
        IdentityPages,
        OidcPages,
        FarewellPages,
        SamlPages,
        SignOnPages,
    ),
    queries=(IdentityQueries,),
    mutations=(IdentityMutations,),
)
