"""Projects in GraphQL."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.ctos.graphql import CtoType, SkillType
from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.projects.attachments import AttachmentService
from ctorendang.domains.projects.candidates import CandidateService
from ctorendang.domains.projects.invited import InvitationService, Invited
from ctorendang.domains.projects.models import Project, ProjectAttachment
from ctorendang.domains.projects.repository import ProjectFilter
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import Importance, ProjectStatus, ProjectVisibility
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection, parse_id
from ctorendang.infra.work import UnitOfWork

strawberry.enum(ProjectStatus, description="Where a project stands.")
strawberry.enum(ProjectVisibility, description="Which CTOs see a published project: all, or those invited.")


async def _must_skills(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, list[Skill]]:
    return await ProjectService(work).skills_of(project_ids, Importance.MUST)


async def _nice_skills(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, list[Skill]]:
    return await ProjectService(work).skills_of(project_ids, Importance.NICE)


@strawberry.type
class ProjectOwner:
    """Who posted a project."""

    name: str


async def _attachments(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, list[ProjectAttachment]]:
    return await AttachmentService(work).of_projects(project_ids)


async def _invited(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, list[Invited]]:
    return await InvitationService(work).of_projects(project_ids)


@strawberry.type(name="ProjectAttachment", description="A file that goes with a project.")
class ProjectAttachmentType:
    """A file."""

    id: strawberry.ID
    name: str
    media_type: str
    size: int = strawberry.field(description="Bytes.")
    url: str = strawberry.field(description="Path on this host, for those who see the project.")

    @classmethod
    def of(cls, row: ProjectAttachment) -> "ProjectAttachmentType":
        """From its row."""
        path = f"/projects/{row.project_id}/attachments/{row.id}"
        return cls(id=strawberry.ID(str(row.id)), name=row.name, media_type=row.media_type, size=row.size, url=path)


@strawberry.type(name="ProjectInvitation", description="That a CTO is invited to see a project.")
class ProjectInvitationType:
    """An invitation."""

    cto_id: strawberry.ID
    name: str
    headline: str
    told_at: datetime | None = strawberry.field(description="When the CTO was written to: once it is published.")

    @classmethod
    def of(cls, invited: Invited) -> "ProjectInvitationType":
        """From its row and the CTO's."""
        row = invited.invitation
        return cls(
            cto_id=strawberry.ID(str(row.cto_id)), name=invited.name, headline=invited.headline, told_at=row.told_at
        )


@strawberry.type(name="Project", description="What a company needs done.")
class ProjectType:
    """A project."""

    row: strawberry.Private[Project]
    id: strawberry.ID
    title: str
    description: str
    status: ProjectStatus
    visibility: ProjectVisibility
    industry: str | None
    stage: str | None = strawberry.field(description="Of the company.")
    goals: str = strawberry.field(description="How one will know that it went well; empty when it is not said.")
    deliverables: list[str] = strawberry.field(description="What is handed over.")
    budget: int | None = strawberry.field(description="For the whole project, in minor units of the currency.")
    currency: str
    max_hourly_rate: int | None = strawberry.field(description="Minor units.")
    hours_per_week: int | None
    starts_on: date | None
    length_weeks: int | None
    nda_required: bool = strawberry.field(description="Details are told after an agreement not to pass them on.")
    version: int = strawberry.field(description="Grows with every change of what it says.")
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
            visibility=ProjectVisibility(project.visibility),
            industry=project.industry,
            stage=project.stage,
            goals=project.goals,
            deliverables=list(project.deliverables),
            budget=project.budget,
            currency=project.currency,
            max_hourly_rate=project.max_hourly_rate,
            hours_per_week=project.hours_per_week,
            starts_on=project.starts_on,
            length_weeks=project.length_weeks,
            nda_required=project.nda_required,
            version=project.version,
            created_at=project.created_at,
            updated_at=project.updated_at,
        )

    @strawberry.field
    async def skills(self, info: Info) -> list[SkillType]:
        """The skills that it cannot do without."""
        return [SkillType.of(skill) for skill in await info.context.load_found(_must_skills, self.row.id)]

    @strawberry.field
    async def nice_skills(self, info: Info) -> list[SkillType]:
        """The skills that would help."""
        return [SkillType.of(skill) for skill in await info.context.load_found(_nice_skills, self.row.id)]

    @strawberry.field
    async def attachments(self, info: Info) -> list[ProjectAttachmentType]:
        """Its files, oldest first."""
        return [ProjectAttachmentType.of(row) for row in await info.context.load_found(_attachments, self.row.id)]

    @strawberry.field
    async def invitations(self, info: Info) -> list[ProjectInvitationType]:
        """Whom its owner has invited; to CTOs, whether they are."""
        return [ProjectInvitationType.of(each) for each in await info.context.load_found(_invited, self.row.id)]

    @strawberry.field
    def mine(self, info: Info) -> bool:
        """Whether it is the viewer's own."""
        return self.row.owner_id == info.context.actor.user_id

    @strawberry.field
    async def owner(self, info: Info) -> ProjectOwner:
        """Who posted it."""
        return ProjectOwner(name=await info.context.load_found(names_of, self.row.owner_id))


@strawberry.input(name="ProjectFilter")
class ProjectFilterInput:
    """Which projects: all of what is said must hold; of the industries one suffices, and so of the stages."""

    status: ProjectStatus | None = None
    search: str | None = strawberry.field(
        default=None, description="Part of the title, or words of its texts and of the skills that it asks for."
    )
    skills: list[str] | None = strawberry.field(
        default=None, description="It must ask for each, as essential or as helpful."
    )
    industries: list[str] | None = None
    stages: list[str] | None = strawberry.field(default=None, description="Of companies: seed to enterprise.")
    min_rate: int | None = strawberry.field(
        default=None, description="Minor units an hour; projects that name no limit stay."
    )
    max_hours: int | None = strawberry.field(
        default=None, description="A week; projects that do not say how many stay."
    )
    of_others: bool = strawberry.field(default=False, description="Leave one's own out.")

    def value(self, person: UUID | None) -> ProjectFilter:
        """As the service takes it, for a person."""
        return ProjectFilter(
            status=self.status,
            search=self.search,
            skills=self.skills or (),
            industries=self.industries or (),
            stages=self.stages or (),
            min_rate=self.min_rate,
            max_hours=self.max_hours,
            not_of=person if self.of_others else None,
        )


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

    @priced(50)
    async def candidates(self, info: Info, search: str, first: int = 8) -> list[CtoType]:
        """Listed CTOs called something like a text, to invite them; spelled right or not. For clients."""
        found = await info.context.use(lambda work: CandidateService(work).named(search, first))
        return [CtoType.of(cto) for cto in found]

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
        wanted = filter.value(info.context.actor.user_id) if filter else ProjectFilter()
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: ProjectService(work).page(wanted, request))
        return connection(
            page, ProjectType.of, lambda: info.context.use(lambda work: ProjectService(work).count(wanted))
        )
