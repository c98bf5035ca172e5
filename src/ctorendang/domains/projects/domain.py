"""What the projects domain offers."""

from ctorendang.domains.audit.names import named_by
from ctorendang.domains.projects.button_pages import ProjectButtonPages
from ctorendang.domains.projects.graphql import ProjectQueries
from ctorendang.domains.projects.jobs import SUBSCRIPTIONS
from ctorendang.domains.projects.models import Project
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
    names={"project": named_by(Project, Project.title)},
)
