"""Projects in GraphQL."""

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.ctos.graphql import SkillType
from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.projects.draft import ProjectDraft
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.service import ProjectFilter, ProjectService
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection, parse_id, required_id
from ctorendang.infra.work import UnitOfWork

strawberry.enum(ProjectStatus, description="Where a project stands.")


async def _skills(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, list[Skill]]:
    return await ProjectService(work).skills_of(project_ids)


@strawberry.type
class ProjectOwner:
    """Who posted a project."""

    name: str


@strawberry.type(name="Project", description="What a company needs done.")
class ProjectType:
    """A project."""

    row: strawberry.Private[Project]
    id: strawberry.ID
    title: str
    description: str
    status: ProjectStatus
    industry: str | None
    budget: int | None = strawberry.field(description="For the whole project, in minor units of the currency.")
    currency: str
    max_hourly_rate: int | None = strawberry.field(description="Minor units.")
    hours_per_week: int | None
    starts_on: date | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, project: Project) -> "ProjectType":
        """From its row."""
        return cls(
            row=project,
            id=strawberry.ID(str(project.id)),
            title=project.title,
            description=project.description,
            status=ProjectStatus(project.status),
            industry=project.industry,
            budget=project.budget,
            currency=project.currency,
            max_hourly_rate=project.max_hourly_rate,
            hours_per_week=project.hours_per_week,
            starts_on=project.starts_on,
            created_at=project.created_at,
            updated_at=project.updated_at,
        )

    @strawberry.field
    async def skills(self, info: Info) -> list[SkillType]:
        """The skills it asks for."""
        return [SkillType.of(skill) for skill in await info.context.load_found(_skills, self.row.id)]

    @strawberry.field
    async def owner(self, info: Info) -> ProjectOwner:
        """Who posted it."""
        return ProjectOwner(name=await info.context.load_found(names_of, self.row.owner_id))


@strawberry.input(name="ProjectFilter")
class ProjectFilterInput:
    """Which projects."""

    status: ProjectStatus | None = None
    search: str | None = strawberry.field(default=None, description="Part of the title.")


@strawberry.input
class CreateProjectInput:
    """A new project; what is left out can be said later."""

    title: str
    description: str
    industry: str | None = None
    budget: int | None = strawberry.field(default=None, description="Minor units of the marketplace's currency.")
    max_hourly_rate: int | None = strawberry.field(default=None, description="Minor units.")
    hours_per_week: int | None = None
    starts_on: date | None = None
    skills: list[str] = strawberry.field(default_factory=list, description="Names, as `skills` knows them.")

    def value(self) -> ProjectDraft:
        """As the service takes it."""
        return ProjectDraft(
            title=self.title,
            description=self.description,
            industry=self.industry,
            budget=self.budget,
            max_hourly_rate=self.max_hourly_rate,
            hours_per_week=self.hours_per_week,
            starts_on=self.starts_on,
            skills=self.skills,
        )


@strawberry.input
class UpdateProjectInput:
    """What changes about a project; what is left out stays as it is, and null takes it away."""

    project_id: strawberry.ID
    title: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    industry: strawberry.Maybe[str | None]
    budget: strawberry.Maybe[int | None]
    max_hourly_rate: strawberry.Maybe[int | None]
    hours_per_week: strawberry.Maybe[int | None]
    starts_on: strawberry.Maybe[date | None]
    skills: strawberry.Maybe[list[str]]

    def changes(self) -> dict[str, object]:
        """What was said, by the draft's attribute."""
        said = {field.name: getattr(self, field.name) for field in fields(ProjectDraft)}
        return {name: some.value for name, some in said.items() if some is not None}


@strawberry.input
class PublishProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class CloseProjectInput:
    """Which project."""

    project_id: strawberry.ID


ProjectResult = Annotated[ProjectType | Refusal | InvalidInput, strawberry.union("ProjectResult")]


@strawberry.type
class ProjectQueries:
    """Roots about projects."""

    @strawberry.field
    async def project(self, info: Info, id: strawberry.ID) -> ProjectType | None:
        """A project, null when there is none to see."""
        project_id = parse_id(id)
        if project_id is None:
            return None
        project = await info.context.use(lambda work: ProjectService(work).find(project_id))
        return ProjectType.of(project) if project is not None else None

    @strawberry.field
    async def projects(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: ProjectFilterInput | None = None,
    ) -> Connection[ProjectType]:
        """One's own projects; for CTOs also the published ones, for administrators all. Newest first."""
        status = filter.status if filter else None
        wanted = ProjectFilter(status=status, search=filter.search if filter else None)
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: ProjectService(work).page(wanted, request))
        return connection(
            page, ProjectType.of, lambda: info.context.use(lambda work: ProjectService(work).count(wanted))
        )


@strawberry.type
class ProjectMutations:
    """Roots that change projects."""

    @mutation
    async def create_project(self, info: Info, input: CreateProjectInput) -> ProjectResult:
        """Post a project, as a draft that can be matched at once; for clients."""
        currency = info.context.tenant.currency
        project = await info.context.use(lambda work: ProjectService(work).create(input.value(), currency))
        return ProjectType.of(project)

    @mutation
    async def update_project(self, info: Info, input: UpdateProjectInput) -> ProjectResult:
        """Change one's project."""
        project_id = required_id(input.project_id)
        project = await info.context.use(lambda work: ProjectService(work).update(project_id, input.changes()))
        return ProjectType.of(project)

    @mutation
    async def publish_project(self, info: Info, input: PublishProjectInput) -> ProjectResult:
        """Show one's draft to the marketplace's CTOs."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: ProjectService(work).publish(project_id)))

    @mutation
    async def close_project(self, info: Info, input: CloseProjectInput) -> ProjectResult:
        """End one's project for good."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: ProjectService(work).close(project_id)))
