"""Telling a CTO which projects they have come to fit, at most once a day and of each project once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import MatchNotice, MatchPlace
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.projects.models import Project, ProjectInvitation
from ctorendang.domains.projects.status import ProjectStatus, ProjectVisibility
from ctorendang.infra.jobs.planned import is_waiting
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

GATHER = timedelta(minutes=10)
"""From a project to the mail: whatever else is found meanwhile is in it."""

APART = timedelta(days=1)
"""Between two mails to a CTO, at least."""

# Jobs that wait in the outbox name their handlers and events, so these keep their first names.
SEND = "matching.send_cto_news"

_MOST_SHOWN = 5


class ProjectsFoundService:
    """Notes which projects' first ten a CTO has come to stand among and mails them to the CTO, for the worker.

    Only projects that are open to all: of the others, those who may see them were told by their invitation.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def note(self, project: Project, cto_ids: Sequence[UUID]) -> list[UUID]:
        """Publish ``match.project_found`` for those among a project's first ten who never heard of it.

        Args:
            project: locked, so that nobody else notes the same.
            cto_ids: who stands there, the best first.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        if project.status != ProjectStatus.PUBLISHED or project.visibility != ProjectVisibility.TENANT:
            return []
        invited = select(ProjectInvitation.cto_id).where(
            ProjectInvitation.tenant_id == self._tenant_id, ProjectInvitation.project_id == project.id
        )
        others = select(Cto.id).where(
            Cto.tenant_id == self._tenant_id,
            Cto.id.in_(cto_ids),
            Cto.status == CtoStatus.LISTED,
            Cto.user_id != project.owner_id,
            Cto.id.not_in(invited),
        )
        keys = {"tenant_id": self._tenant_id, "project_id": project.id}
        rows = [{**keys, "cto_id": cto_id} for cto_id in await self._session.scalars(others)]
        if not rows:
            return []
        statement = insert(MatchNotice).values(rows).on_conflict_do_nothing(index_elements=[*keys, "cto_id"])
        noted = set(await self._session.scalars(statement.returning(MatchNotice.cto_id)))
        found = [cto_id for cto_id in cto_ids if cto_id in noted]
        for cto_id in found:
            self._work.publish("match.project_found", {"project_id": str(project.id), "cto_id": str(cto_id)})
        return found

    async def plan(self, cto_id: UUID) -> None:
        """Have a mail sent soon, but not within a day of the last one, unless one is to be sent already.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        cto = await self._locked(cto_id)
        if cto is None or cto.status != CtoStatus.LISTED:
            await self._forget(cto_id)
        elif not await is_waiting(self._work, SEND, cto_id=cto_id):
            self._publish(cto_id, max(now() + GATHER, await self._next_mail(cto_id)))

    async def send(self, cto_id: UUID) -> None:
        """Mail a CTO the projects that they were not told of, still fit and may see.

        Raises:
            Forbidden: the actor is not the worker.
            OSError: the mail server cannot be reached or refuses for now.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        cto = await self._locked(cto_id)
        if cto is None:
            return
        if (due := await self._next_mail(cto_id)) > now():
            # Two mails had been planned at once; the other one has just gone.
            self._publish(cto_id, due)
            return
        user = await self._session.get_one(User, (self._tenant_id, cto.user_id))
        reached = cto.status == CtoStatus.LISTED and user.status == MemberStatus.ACTIVE and Role.CTO in user.roles
        rows = (await self._session.execute(self._untold(cto_id))).all() if reached else []
        for row in rows:
            row.MatchNotice.told_at = now()
        await self._session.flush()
        await self._forget(cto_id)
        if rows:
            await self._mail(user, [row.Project for row in rows])

    async def _mail(self, user: User, projects: Sequence[Project]) -> None:
        url = f"/projects/{projects[0].id}" if len(projects) == 1 else "/projects/matched"
        told = [
            {
                "id": project.id,
                "title": project.title,
                "max_hourly_rate": project.max_hourly_rate,
                "currency": project.currency,
                "hours_per_week": project.hours_per_week,
            }
            for project in projects[:_MOST_SHOWN]
        ]
        await mail_if_wanted(
            self._work,
            Notification.OPENINGS,
            user,
            "projects-found",
            paths={"url": url},
            projects=told,
            count=len(projects),
        )

    def _untold(self, cto_id: UUID) -> Select[MatchNotice, Project]:
        """What to tell of, the best place first."""
        keys = (MatchNotice.tenant_id == Project.tenant_id) & (MatchNotice.project_id == Project.id)
        stands = (
            (MatchPlace.tenant_id == MatchNotice.tenant_id)
            & (MatchPlace.project_id == MatchNotice.project_id)
            & (MatchPlace.cto_id == MatchNotice.cto_id)
        )
        return (
            select(MatchNotice, Project)
            .join(Project, keys)
            .join(MatchPlace, stands)
            .where(MatchNotice.tenant_id == self._tenant_id, MatchNotice.cto_id == cto_id)
            .where(MatchNotice.told_at.is_(None))
            .where(Project.status == ProjectStatus.PUBLISHED, Project.visibility == ProjectVisibility.TENANT)
            .order_by(MatchPlace.place, Project.id)
        )

    async def _locked(self, cto_id: UUID) -> Cto | None:
        """The profile; of two workers that plan or send its mail at once, the other waits here."""
        return await self._session.get(Cto, (self._tenant_id, cto_id), with_for_update={"key_share": True})

    async def _forget(self, cto_id: UUID) -> None:
        """Of what did not hold when a mail was due they may hear when it holds again."""
        ours = (MatchNotice.tenant_id == self._tenant_id) & (MatchNotice.cto_id == cto_id)
        await self._session.execute(delete(MatchNotice).where(ours, MatchNotice.told_at.is_(None)))

    async def _next_mail(self, cto_id: UUID) -> datetime:
        """When the next mail may go; a moment ago where nothing stands in its way."""
        last = await self._session.scalar(
            select(func.max(MatchNotice.told_at)).where(
                MatchNotice.tenant_id == self._tenant_id, MatchNotice.cto_id == cto_id
            )
        )
        return now() if last is None else last + APART

    def _publish(self, cto_id: UUID, at: datetime) -> None:
        self._work.publish("match.cto_news_due", {"cto_id": str(cto_id)}, at=at)
