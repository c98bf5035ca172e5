"""What the sso domain offers."""

from ctorendang.domains.audit.names import named_by
from ctorendang.domains.sso.attempts_graphql import AttemptQueries
from ctorendang.domains.sso.connections.graphql import ConnectionQueries
from ctorendang.domains.sso.connections.mutations import ConnectionMutations
from ctorendang.domains.sso.connections.pages import SsoAdminPages
from ctorendang.domains.sso.connections.setup_pages import SetupPages
from ctorendang.domains.sso.discovery_graphql import DiscoveryQueries
from ctorendang.domains.sso.discovery_pages import DiscoveryPages
from ctorendang.domains.sso.email_domains.graphql import DomainMutations, DomainQueries
from ctorendang.domains.sso.email_domains.pages import DomainPages
from ctorendang.domains.sso.enforcement.graphql import EnforcementMutations, EnforcementQueries
from ctorendang.domains.sso.enforcement.pages import EnforcementPages
from ctorendang.domains.sso.identity_graphql import IdentityMutations, IdentityQueries
from ctorendang.domains.sso.identity_pages import IdentityPages
from ctorendang.domains.sso.jobs import SUBSCRIPTIONS, begin_days
from ctorendang.domains.sso.logout_pages import FarewellPages
from ctorendang.domains.sso.models import Connection, EmailDomain
from ctorendang.domains.sso.oidc.pages import OidcPages
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.saml.pages import SamlPages
from ctorendang.domains.sso.sign_on_pages import SignOnPages
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="sso",
    permissions=SsoPermission,
    controllers=(
        DiscoveryPages,
        SsoAdminPages,
        SetupPages,
        DomainPages,
        EnforcementPages,
        IdentityPages,
        OidcPages,
        FarewellPages,
        SamlPages,
        SignOnPages,
    ),
    queries=(IdentityQueries, ConnectionQueries, DomainQueries, EnforcementQueries, AttemptQueries, DiscoveryQueries),
    mutations=(IdentityMutations, ConnectionMutations, DomainMutations, EnforcementMutations),
    subscriptions=SUBSCRIPTIONS,
    at_start=(begin_days,),
    names={
        "sso_connection": named_by(Connection, Connection.name),
        "email_domain": named_by(EmailDomain, EmailDomain.domain),
    },
)
