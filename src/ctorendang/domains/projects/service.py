"""Posting projects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.ctos.skills import resolve_skills
from ctorendang.domains.projects.draft import ProjectDraft
from ctorendang.domains.projects.errors import ProjectAlreadyClosed, ProjectAlreadyPublished
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.repository import ProjectRepository
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields, like, searched
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects: by status, by part of the title."""

    status: str | None = None
    search: str | None = None


class ProjectService:
    """What people may do with projects. One sees one's own; CTOs also the published ones; administrators all."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._projects = ProjectRepository(session=work.session)

    async def find(self, project_id: UUID) -> Project | None:
        """A project that the actor may see."""
        self._work.require(ProjectPermission.READ)
        project = await self._projects.find(self._tenant_id, project_id)
        return project if project is not None and self._visible(project) else None

    def _visible(self, project: Project) -> bool:
        own = project.owner_id == self._work.actor.user_id
        published = project.status == ProjectStatus.PUBLISHED and self._reads_published()
        return own or published or self._work.allows(ProjectPermission.READ_ALL)

    def _reads_published(self) -> bool:
        return self._work.allows(ProjectPermission.READ_PUBLISHED)

    async def page(self, wanted: ProjectFilter, request: PageRequest) -> Page[Project]:
        """The newest of the projects that the actor may see.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page makes no sense.
        """
        self._work.require(ProjectPermission.READ)
        keys = [Key(Project.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._select(wanted), keys, request)

    async def count(self, wanted: ProjectFilter) -> int:
        """How many projects the actor may see."""
        self._work.require(ProjectPermission.READ)
        statement = select(func.count()).select_from(self._select(wanted).subquery())
        return (await self._work.session.scalar(statement)) or 0

    def _select(self, wanted: ProjectFilter) -> Select[Project]:
        statement = select(Project).where(Project.tenant_id == self._tenant_id)
        if not self._work.allows(ProjectPermission.READ_ALL):
            visible = [Project.owner_id == self._work.actor.user_id]
            if self._reads_published():
                visible.append(Project.status == ProjectStatus.PUBLISHED)
            statement = statement.where(or_(*visible))
        if wanted.status is not None:
            statement = statement.where(Project.status == wanted.status)
        if text := searched(wanted.search):
            statement = statement.where(Project.title.ilike(like(text)))
        return statement

    async def skills_of(self, project_ids: list[UUID]) -> dict[UUID, list[Skill]]:
        """The skills of projects that the actor was given."""
        self._work.require(ProjectPermission.READ)
        return await self._projects.skills_of(self._tenant_id, project_ids)

    async def create(self, draft: ProjectDraft, currency: str) -> Project:
        """Post a project, as a draft; it can be matched at once.

        Args:
            draft: as it was typed.
            currency: the tenant's, in which amounts are meant.

        Raises:
            Forbidden: the actor does not post projects.
            InvalidInput: a field is not good.
        """
        self._work.require(ProjectPermission.CREATE)
        checked, skill_ids = await self._check(draft)
        project = Project(
            tenant_id=self._tenant_id,
            owner_id=self._work.actor.person,
            currency=currency,
            status=ProjectStatus.DRAFT,
        )
        _write(project, checked)
        self._work.session.add(project)
        await self._work.session.flush()
        await self._projects.put_skills(self._tenant_id, project.id, skill_ids)
        self._saved(project, "created")
        return project

    async def update(self, project_id: UUID, changes: Mapping[str, Any]) -> Project:
        """Change parts of one's project.

        Args:
            project_id: which.
            changes: new values of a ``ProjectDraft``, by attribute.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it does not change any more.
            InvalidInput: a field is not good.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await self._own(project_id)
        checked, skill_ids = await self._check(replace(await self._draft_of(project), **changes))
        _write(project, checked)
        await self._projects.put_skills(self._tenant_id, project.id, skill_ids)
        self._saved(project, "updated")
        return project

    async def _draft_of(self, project: Project) -> ProjectDraft:
        skills = (await self._projects.skills_of(self._tenant_id, [project.id]))[project.id]
        return ProjectDraft(
            title=project.title,
            description=project.description,
            industry=project.industry,
            budget=project.budget,
            max_hourly_rate=project.max_hourly_rate,
            hours_per_week=project.hours_per_week,
            starts_on=project.starts_on,
            skills=[skill.name for skill in skills],
        )

    async def publish(self, project_id: UUID) -> Project:
        """Show one's draft to the tenant's CTOs.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyPublished: it is out.
            ProjectAlreadyClosed: it does not change any more.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await self._own(project_id)
        if project.status == ProjectStatus.PUBLISHED:
            raise ProjectAlreadyPublished
        project.status = ProjectStatus.PUBLISHED
        self._saved(project, "published")
        return project

    async def close(self, project_id: UUID) -> Project:
        """End one's project for good.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it has ended.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await self._own(project_id)
        project.status = ProjectStatus.CLOSED
        self._saved(project, "closed")
        return project

    async def _own(self, project_id: UUID) -> Project:
        project = await self._projects.find(self._tenant_id, project_id, locked=True)
        if project is None or project.owner_id != self._work.actor.person:
            raise NotFound("There is no such project of yours.")
        if project.status == ProjectStatus.CLOSED:
            raise ProjectAlreadyClosed
        return project

    async def _check(self, draft: ProjectDraft) -> tuple[ProjectDraft, list[UUID]]:
        fields = Fields()
        checked = draft.check(fields)
        skill_ids = await resolve_skills(self._work.session, checked.skills, fields)
        fields.done()
        return checked, list(dict.fromkeys(skill_ids.values()))

    def _saved(self, project: Project, verb: str) -> None:
        project.updated_at = now()  # also when only the skills, which are other rows, have changed
        record(self._work, f"projects.project.{verb}", Subject("project", project.id))
        self._work.publish("project.saved", {"project_id": str(project.id)})


def _write(project: Project, draft: ProjectDraft) -> None:
    project.title, project.description = draft.title, draft.description
    project.industry, project.starts_on = draft.industry, draft.starts_on
    project.budget, project.max_hourly_rate = draft.budget, draft.max_hourly_rate
    project.hours_per_week = draft.hours_per_week
