"""A project's way from draft to closed, and copies of it."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.projects.errors import (
    ProjectAlreadyClosed,
    ProjectAlreadyPublished,
    ProjectNotPaused,
    ProjectNotPublished,
)
from ctorendang.domains.projects.models import Project, ProjectInvitation
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import ProjectService, own_project, saved
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class LifecycleService:
    """Moves one's projects on."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def publish(self, project_id: UUID) -> Project:
        """Show one's draft to the CTOs whom it is open to.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyPublished: it is out, or was and is paused.
            ProjectAlreadyClosed: it does not change any more.
            InvalidInput: it does not say what is needed yet.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        if project.status != ProjectStatus.DRAFT:
            raise ProjectAlreadyPublished
        if not project.description:
            raise InvalidInput({"description": "Describe what has to change before you publish."})
        project.status = ProjectStatus.PUBLISHED
        saved(self._work, project, "projects.project.published")
        await self._tell_invited(project)
        return project

    async def pause(self, project_id: UUID) -> Project:
        """Take one's published project out of sight for a while.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectNotPublished: it is not out.
            ProjectAlreadyClosed: it does not change any more.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        if project.status != ProjectStatus.PUBLISHED:
            raise ProjectNotPublished
        project.status = ProjectStatus.PAUSED
        saved(self._work, project, "projects.project.paused")
        return project

    async def resume(self, project_id: UUID) -> Project:
        """Show one's paused project again.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectNotPaused: it is not.
            ProjectAlreadyClosed: it does not change any more.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        if project.status != ProjectStatus.PAUSED:
            raise ProjectNotPaused
        project.status = ProjectStatus.PUBLISHED
        saved(self._work, project, "projects.project.resumed")
        await self._tell_invited(project)
        return project

    async def close(self, project_id: UUID) -> Project:
        """End one's project for good.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it has ended.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        project.status = ProjectStatus.CLOSED
        saved(self._work, project, "projects.project.closed")
        return project

    async def duplicate(self, project_id: UUID) -> Project:
        """A new draft that says the same as one's project, closed ones too; without its files and invitations.

        Raises:
            Forbidden: the actor posts no projects.
            NotFound: it is not the actor's.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        try:
            project = await own_project(self._work, project_id)
        except ProjectAlreadyClosed:
            project = await self._work.session.get_one(Project, (self._work.tenant_id, project_id))
        projects = ProjectService(self._work)
        draft = await projects.draft_of(project)
        title = f"{draft.title[:130]} (copy)"
        return await projects.create(
            replace(draft, title=title, starts_on=None), project.currency, unfinished=not draft.description
        )

    async def _tell_invited(self, project: Project) -> None:
        untold = select(ProjectInvitation).where(
            ProjectInvitation.tenant_id == project.tenant_id,
            ProjectInvitation.project_id == project.id,
            ProjectInvitation.told_at.is_(None),
        )
        for invitation in await self._work.session.scalars(untold):
            tell(self._work, invitation)


def tell(work: UnitOfWork, invitation: ProjectInvitation) -> None:
    """Have the CTO of an invitation written to, once."""
    invitation.told_at = now()
    work.publish("project.cto_invited", {"invitation_id": str(invitation.id)})
