"""Posting projects, and who sees them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.ctos.skills import resolve_skills
from ctorendang.domains.projects.draft import ProjectDraft
from ctorendang.domains.projects.errors import ProjectAlreadyClosed, ProjectChangedMeanwhile
from ctorendang.domains.projects.models import Project, ProjectInvitation
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.repository import ProjectFilter, ProjectRepository, conditions
from ctorendang.domains.projects.status import Importance, ProjectStatus, ProjectVisibility
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_MOST = 2**31 - 1


class ProjectService:
    """What people may do with projects.

    One sees one's own; CTOs also the published ones that are open to all or to which they are invited; administrators
    all.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._projects = ProjectRepository(session=work.session)

    async def find(self, project_id: UUID) -> Project | None:
        """A project that the actor may see."""
        self._work.require(ProjectPermission.READ)
        seen = await self._work.session.scalars(self.visible().where(Project.id == project_id))
        return seen.one_or_none()

    async def page(self, wanted: ProjectFilter, request: PageRequest) -> Page[Project]:
        """The newest of the projects that the actor may see.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page or a number makes no sense.
        """
        self._work.require(ProjectPermission.READ)
        keys = [Key(Project.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, await self._select(wanted), keys, request)

    async def count(self, wanted: ProjectFilter) -> int:
        """How many projects the actor may see."""
        self._work.require(ProjectPermission.READ)
        statement = select(func.count()).select_from((await self._select(wanted)).subquery())
        return (await self._work.session.scalar(statement)) or 0

    async def _select(self, wanted: ProjectFilter) -> Select[Project]:
        fields = Fields()
        fields.optional_number("minRate", wanted.min_rate, least=0, most=_MOST)
        fields.optional_number("maxHours", wanted.max_hours, least=0, most=168)
        fields.done()
        return self.visible().where(*await conditions(self._work.session, self._tenant_id, wanted))

    def visible(self) -> Select[Project]:
        """Every project that the actor may see, for the lists of other domains to narrow and order."""
        self._work.require(ProjectPermission.READ)
        statement = select(Project).where(Project.tenant_id == self._tenant_id)
        if self._work.allows(ProjectPermission.READ_ALL):
            return statement
        visible = [Project.owner_id == self._work.actor.user_id]
        if self._work.allows(ProjectPermission.READ_PUBLISHED):
            visible.append(and_(Project.status == ProjectStatus.PUBLISHED, self._open_to_actor()))
        return statement.where(or_(*visible))

    def _open_to_actor(self) -> ColumnElement[bool]:
        invited = select(ProjectInvitation.project_id).where(
            ProjectInvitation.tenant_id == self._tenant_id, ProjectInvitation.user_id == self._work.actor.user_id
        )
        return or_(Project.visibility == ProjectVisibility.TENANT, Project.id.in_(invited))

    async def skills_of(self, project_ids: list[UUID], importance: Importance) -> dict[UUID, list[Skill]]:
        """The skills of projects that the actor was given."""
        self._work.require(ProjectPermission.READ)
        return await self._projects.skills_of(self._tenant_id, project_ids, importance)

    async def create(self, draft: ProjectDraft, currency: str, *, unfinished: bool = False) -> Project:
        """Post a project, as a draft; it can be matched at once.

        Args:
            draft: as it was typed.
            currency: the tenant's, in which amounts are meant.
            unfinished: it is still being typed, so the description may be missing.

        Raises:
            Forbidden: the actor does not post projects.
            InvalidInput: a field is not good.
        """
        self._work.require(ProjectPermission.CREATE)
        checked, skills = await self._check(draft, currency, unfinished=unfinished)
        project = Project(
            tenant_id=self._tenant_id,
            owner_id=self._work.actor.person,
            currency=currency,
            status=ProjectStatus.DRAFT,
            version=1,
        )
        _write(project, checked)
        self._work.session.add(project)
        await self._work.session.flush()
        await self._projects.put_skills(self._tenant_id, project.id, skills)
        saved(self._work, project, "projects.project.created")
        return project

    async def update(
        self, project_id: UUID, changes: Mapping[str, Any], *, version: int | None = None, unfinished: bool = False
    ) -> Project:
        """Change parts of one's project.

        Args:
            project_id: which.
            changes: new values of a ``ProjectDraft``, by attribute.
            version: the one that the changes were made to; None where whatever is there may be changed.
            unfinished: it is still being typed, so a draft's description may be missing.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it does not change any more.
            ProjectChangedMeanwhile: it has another version.
            InvalidInput: a field is not good.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        if version not in (None, project.version):
            raise ProjectChangedMeanwhile
        unfinished = project.status == ProjectStatus.DRAFT and (unfinished or "description" not in changes)
        draft = replace(await self.draft_of(project), **changes)
        checked, skills = await self._check(draft, project.currency, unfinished=unfinished)
        _write(project, checked)
        project.version += 1
        await self._projects.put_skills(self._tenant_id, project.id, skills)
        saved(self._work, project, "projects.project.updated")
        return project

    async def draft_of(self, project: Project) -> ProjectDraft:
        """What a project that the actor was given says."""
        self._work.require(ProjectPermission.READ)
        must, nice = [
            (await self._projects.skills_of(self._tenant_id, [project.id], importance))[project.id]
            for importance in (Importance.MUST, Importance.NICE)
        ]
        return ProjectDraft(
            **{name: getattr(project, name) for name in _WRITTEN},
            skills=[skill.name for skill in must],
            nice_skills=[skill.name for skill in nice],
        )

    async def _check(
        self, draft: ProjectDraft, currency: str, *, unfinished: bool
    ) -> tuple[ProjectDraft, dict[UUID, Importance]]:
        fields, nice_fields = Fields(), Fields()
        checked = draft.check(fields, currency, unfinished=unfinished)
        must = await resolve_skills(self._work.session, checked.skills, fields)
        nice = await resolve_skills(self._work.session, checked.nice_skills, nice_fields)
        for problem in nice_fields.problems.values():
            fields.refuse("niceSkills", problem)
        for name, skill_id in nice.items():
            if skill_id in must.values():
                fields.refuse("niceSkills", f"“{name}” is essential already. Name it once.")
        fields.done()
        asked = dict.fromkeys(must.values(), Importance.MUST) | dict.fromkeys(nice.values(), Importance.NICE)
        return checked, asked


async def own_project(work: UnitOfWork, project_id: UUID) -> Project:
    """The actor's own project that may still change, locked.

    Raises:
        NotFound: it is not the actor's.
        ProjectAlreadyClosed: it does not change any more.
    """
    project = await ProjectRepository(session=work.session).find(work.tenant_id, project_id, locked=True)
    if project is None or project.owner_id != work.actor.person:
        raise NotFound("There is no such project of yours.")
    if project.status == ProjectStatus.CLOSED:
        raise ProjectAlreadyClosed
    return project


def saved(work: UnitOfWork, project: Project, action: str) -> None:
    """Note in the trail what was done to a project, and tell whoever follows projects."""
    project.updated_at = now()  # also when only the skills, which are other rows, have changed
    record(work, action, Subject("project", project.id))
    work.publish("project.saved", {"project_id": str(project.id)})


_WRITTEN = (
    "title", "description", "industry", "budget", "max_hourly_rate", "hours_per_week", "starts_on", "stage", "goals",
    "deliverables", "length_weeks", "nda_required", "visibility",
)  # fmt: skip


def _write(project: Project, draft: ProjectDraft) -> None:
    for name in _WRITTEN:
        setattr(project, name, getattr(draft, name))
