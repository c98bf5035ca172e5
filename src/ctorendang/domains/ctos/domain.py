"""What the ctos domain offers."""

from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.audit.names import named_after_person
from ctorendang.domains.ctos.admin_pages import AdminPages
from ctorendang.domains.ctos.approval_graphql import ApprovalQueries
from ctorendang.domains.ctos.approval_pages import ApprovalPages
from ctorendang.domains.ctos.graphql import CtoQueries
from ctorendang.domains.ctos.importing.mutations import ImportMutations
from ctorendang.domains.ctos.importing.pages import ImportPages
from ctorendang.domains.ctos.jobs import SUBSCRIPTIONS
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.mutations import CtoMutations
from ctorendang.domains.ctos.pages import ApplyPages, DirectoryPages, ProfilePages
from ctorendang.domains.ctos.people_graphql import PeopleQueries
from ctorendang.domains.ctos.people_mutations import PeopleMutations
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.portfolio.graphql import PortfolioQueries
from ctorendang.domains.ctos.portfolio.jobs import PORTFOLIO_SUBSCRIPTIONS
from ctorendang.domains.ctos.portfolio.mutations import PortfolioMutations
from ctorendang.domains.ctos.portfolio.pages import PortfolioFilePages, PortfolioMediaPages, PortfolioPages
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="ctos",
    permissions=CtoPermission,
    controllers=(
        DirectoryPages,
        ApplyPages,
        ProfilePages,
        PortfolioPages,
        PortfolioMediaPages,
        PortfolioFilePages,
        AdminPages,
        ApprovalPages,
        ImportPages,
    ),
    queries=(CtoQueries, ApprovalQueries, PeopleQueries, PortfolioQueries),
    mutations=(CtoMutations, ImportMutations, PeopleMutations, PortfolioMutations),
    subscriptions=(*SUBSCRIPTIONS, *PORTFOLIO_SUBSCRIPTIONS),
    names={"cto": named_after_person(Cto, Cto.user_id, names_of)},
)
