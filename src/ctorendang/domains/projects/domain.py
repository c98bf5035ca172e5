"""What the projects domain offers."""

from ctorendang.domains.projects.button_pages import ProjectButtonPages
from ctorendang.domains.projects.graphql import ProjectQueries
from ctorendang.domains.projects.jobs import SUBSCRIPTIONS
from ctorendang.domains.projects.mutations import ProjectMutations
from ctorendang.domains.projects.pages import ProjectPages
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="projects",
    permissions=ProjectPermission,
    controllers=(ProjectPages, ProjectButtonPages),
    queries=(ProjectQueries,),
    mutations=(ProjectMutations,),
    subscriptions=SUBSCRIPTIONS,
)
