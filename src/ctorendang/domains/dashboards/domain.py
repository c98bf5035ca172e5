"""What the dashboards domain offers."""

from ctorendang.domains.dashboards.graphql import DashboardQueries
from ctorendang.domains.dashboards.pages import DashboardPages
from ctorendang.domains.dashboards.permissions import DashboardPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="dashboards",
    permissions=DashboardPermission,
    controllers=(DashboardPages,),
    queries=(DashboardQueries,),
)
