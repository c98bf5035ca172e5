"""Inviting CTOs to one's project."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.projects.errors import CtoCannotBeInvited, CtoNotFound
from ctorendang.domains.projects.lifecycle import tell
from ctorendang.domains.projects.models import Project, ProjectInvitation
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import own_project
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.work import UnitOfWork

MOST_INVITED = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """A CTO who is invited to a project."""

    invitation: ProjectInvitation
    name: str
    headline: str


class InvitationService:
    """Whom one's project is open to, where it is not open to all."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def invite(self, project_id: UUID, cto_id: UUID) -> Project:
        """Let a CTO see one's project, and tell them once it is published; nothing happens when they are invited.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            CtoNotFound: nobody is listed with this id.
            ProjectAlreadyClosed: it does not change any more.
            CtoCannotBeInvited: it is the actor's own profile, or enough are invited.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        cto = await self._work.session.get(Cto, (self._tenant_id, cto_id))
        if cto is None or cto.status != CtoStatus.LISTED:
            raise CtoNotFound
        if cto.user_id == project.owner_id:
            raise CtoCannotBeInvited("This is your own profile. Invite somebody else.")
        ours = select(ProjectInvitation).where(
            ProjectInvitation.tenant_id == self._tenant_id, ProjectInvitation.project_id == project_id
        )
        if await self._work.session.scalar(ours.where(ProjectInvitation.cto_id == cto_id)) is not None:
            return project
        if (await self._work.session.scalar(select(func.count()).select_from(ours.subquery())) or 0) >= MOST_INVITED:
            raise CtoCannotBeInvited(f"Invite at most {MOST_INVITED} CTOs. Withdraw an invitation first.")
        invitation = ProjectInvitation(
            tenant_id=self._tenant_id,
            project_id=project_id,
            cto_id=cto_id,
            owner_id=project.owner_id,
            user_id=cto.user_id,
        )
        self._work.session.add(invitation)
        await self._work.session.flush()
        if project.status == ProjectStatus.PUBLISHED:
            tell(self._work, invitation)
        record(self._work, "projects.invitation.made", Subject("project", project_id), {"cto_id": str(cto_id)})
        return project

    async def withdraw(self, project_id: UUID, cto_id: UUID) -> Project:
        """Take an invitation back; nothing happens where there is none.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it does not change any more.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        gone = await self._work.session.execute(
            delete(ProjectInvitation)
            .where(
                ProjectInvitation.tenant_id == self._tenant_id,
                ProjectInvitation.project_id == project_id,
                ProjectInvitation.cto_id == cto_id,
            )
            .returning(ProjectInvitation.id)
        )
        if gone.first() is not None:
            record(self._work, "projects.invitation.withdrawn", Subject("project", project_id), {"cto_id": str(cto_id)})
        return project

    async def of_projects(self, project_ids: Sequence[UUID]) -> dict[UUID, list[Invited]]:
        """Who is invited to projects that the actor was given; of others' projects, only the actor, if at all."""
        self._work.require(ProjectPermission.READ)
        statement = (
            select(ProjectInvitation, Cto.name, Cto.headline)
            .join(Cto, (Cto.tenant_id == ProjectInvitation.tenant_id) & (Cto.id == ProjectInvitation.cto_id))
            .where(ProjectInvitation.tenant_id == self._tenant_id, ProjectInvitation.project_id.in_(project_ids))
            .order_by(ProjectInvitation.id)
        )
        found: dict[UUID, list[Invited]] = {project_id: [] for project_id in project_ids}
        for invitation, name, headline in await self._work.session.execute(statement):
            if self._may_know(invitation):
                found[invitation.project_id].append(Invited(invitation, name, headline))
        return found

    def _may_know(self, invitation: ProjectInvitation) -> bool:
        sides = (invitation.owner_id, invitation.user_id)
        return self._work.actor.user_id in sides or self._work.allows(ProjectPermission.READ_ALL)
