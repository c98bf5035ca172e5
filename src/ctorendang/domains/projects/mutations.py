"""Changing projects in GraphQL."""

from dataclasses import fields
from datetime import date

import strawberry

from ctorendang.domains.projects.attachments import AttachmentService
from ctorendang.domains.projects.draft import ProjectDraft
from ctorendang.domains.projects.graphql import ProjectResult, ProjectType
from ctorendang.domains.projects.invited import InvitationService
from ctorendang.domains.projects.lifecycle import LifecycleService
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import ProjectVisibility
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, required_id


@strawberry.input
class CreateProjectInput:
    """A new project; what is left out can be said later."""

    title: str
    description: str
    industry: str | None = None
    stage: str | None = strawberry.field(default=None, description="Of the company: seed, growth, scale, enterprise.")
    goals: str = strawberry.field(default="", description="How one will know that it went well.")
    deliverables: list[str] = strawberry.field(default_factory=list, description="What is handed over.")
    budget: int | None = strawberry.field(default=None, description="Minor units of the marketplace's currency.")
    max_hourly_rate: int | None = strawberry.field(default=None, description="Minor units.")
    currency: str | None = strawberry.field(
        default=None, description="In which the amounts are meant; another one than the marketplace's is refused."
    )
    hours_per_week: int | None = None
    starts_on: date | None = None
    length_weeks: int | None = None
    nda_required: bool = False
    visibility: ProjectVisibility = ProjectVisibility.TENANT
    skills: list[str] = strawberry.field(
        default_factory=list, description="Names of what must be known, as `skills` knows them."
    )
    nice_skills: list[str] = strawberry.field(default_factory=list, description="Names of what would help.")

    def value(self) -> ProjectDraft:
        """As the service takes it."""
        return ProjectDraft(**{field.name: getattr(self, field.name) for field in fields(ProjectDraft)})


@strawberry.input
class UpdateProjectInput:
    """What changes about a project; what is left out stays as it is, and null takes it away."""

    project_id: strawberry.ID
    version: int | None = strawberry.field(
        default=None, description="The one that is changed; refused when the project has another one by now."
    )
    title: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    industry: strawberry.Maybe[str | None]
    stage: strawberry.Maybe[str | None]
    goals: strawberry.Maybe[str]
    deliverables: strawberry.Maybe[list[str]]
    budget: strawberry.Maybe[int | None]
    max_hourly_rate: strawberry.Maybe[int | None]
    currency: strawberry.Maybe[str | None]
    hours_per_week: strawberry.Maybe[int | None]
    starts_on: strawberry.Maybe[date | None]
    length_weeks: strawberry.Maybe[int | None]
    nda_required: strawberry.Maybe[bool]
    visibility: strawberry.Maybe[ProjectVisibility]
    skills: strawberry.Maybe[list[str]]
    nice_skills: strawberry.Maybe[list[str]]

    def changes(self) -> dict[str, object]:
        """What was said, by the draft's attribute."""
        said = {field.name: getattr(self, field.name) for field in fields(ProjectDraft)}
        return {name: some.value for name, some in said.items() if some is not None}


@strawberry.input
class PublishProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class PauseProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class ResumeProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class CloseProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class DuplicateProjectInput:
    """Which project."""

    project_id: strawberry.ID


@strawberry.input
class InviteToProjectInput:
    """Whom to which project."""

    project_id: strawberry.ID
    cto_id: strawberry.ID


@strawberry.input
class WithdrawProjectInvitationInput:
    """Whose invitation to which project."""

    project_id: strawberry.ID
    cto_id: strawberry.ID


@strawberry.input
class RemoveProjectAttachmentInput:
    """Which file of which project."""

    project_id: strawberry.ID
    attachment_id: strawberry.ID


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
        project = await info.context.use(
            lambda work: ProjectService(work).update(project_id, input.changes(), version=input.version)
        )
        return ProjectType.of(project)

    @mutation
    async def publish_project(self, info: Info, input: PublishProjectInput) -> ProjectResult:
        """Show one's draft to the marketplace's CTOs."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: LifecycleService(work).publish(project_id)))

    @mutation
    async def pause_project(self, info: Info, input: PauseProjectInput) -> ProjectResult:
        """Take one's published project out of sight for a while."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: LifecycleService(work).pause(project_id)))

    @mutation
    async def resume_project(self, info: Info, input: ResumeProjectInput) -> ProjectResult:
        """Show one's paused project again."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: LifecycleService(work).resume(project_id)))

    @mutation
    async def close_project(self, info: Info, input: CloseProjectInput) -> ProjectResult:
        """End one's project for good."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: LifecycleService(work).close(project_id)))

    @mutation
    async def duplicate_project(self, info: Info, input: DuplicateProjectInput) -> ProjectResult:
        """A new draft that says the same as one's project, without its files and invitations."""
        project_id = required_id(input.project_id)
        return ProjectType.of(await info.context.use(lambda work: LifecycleService(work).duplicate(project_id)))

    @mutation
    async def invite_to_project(self, info: Info, input: InviteToProjectInput) -> ProjectResult:
        """Let a CTO see one's project, and tell them when it is published."""
        ids = required_id(input.project_id), required_id(input.cto_id)
        return ProjectType.of(await info.context.use(lambda work: InvitationService(work).invite(*ids)))

    @mutation
    async def withdraw_project_invitation(self, info: Info, input: WithdrawProjectInvitationInput) -> ProjectResult:
        """Take an invitation back."""
        ids = required_id(input.project_id), required_id(input.cto_id)
        return ProjectType.of(await info.context.use(lambda work: InvitationService(work).withdraw(*ids)))

    @mutation
    async def remove_project_attachment(self, info: Info, input: RemoveProjectAttachmentInput) -> ProjectResult:
        """Take a file from one's project; files are added on its page."""
        ids = required_id(input.project_id), required_id(input.attachment_id)
        return ProjectType.of(await info.context.use(lambda work: AttachmentService(work).remove(*ids)))
