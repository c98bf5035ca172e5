"""What the projects domain offers."""

from ctorendang.domains.audit.names import named_by
from ctorendang.domains.projects.graphql import ProjectMutations, ProjectQueries
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.pages import ProjectPages
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="projects",
    permissions=ProjectPermission,
    controllers=(ProjectPages,),
    queries=(ProjectQueries,),
    mutations=(ProjectMutations,),
    names={"project": named_by(Project, Project.title)},
)
