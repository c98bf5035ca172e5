"""Telling the owner of a project who newly stands among its first ten, at most once a day."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import MatchPlace
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.jobs.planned import is_waiting
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

GATHER = timedelta(days=1)
"""From the first who enters to the mail; whoever enters meanwhile is in it, so a day never brings two."""

# As in ``projects_found``.
SEND = "matching.send_news"


class MatchesFoundService:
    """Gathers who entered a project's first ten and mails its owner, for the worker."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def plan(self, project_id: UUID, cto_id: UUID) -> None:
        """Have a mail sent a day from now, unless one is to be sent already.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        # Of two workers that are told of newcomers together, the other waits here and then sees the plan.
        project = await self._session.get(Project, (self._tenant_id, project_id), with_for_update={"key_share": True})
        if project is None or project.status != ProjectStatus.PUBLISHED:
            return
        entered_at = await self._session.scalar(
            select(MatchPlace.entered_at).where(
                MatchPlace.tenant_id == self._tenant_id,
                MatchPlace.project_id == project_id,
                MatchPlace.cto_id == cto_id,
            )
        )
        if entered_at is not None and not await is_waiting(self._work, SEND, project_id=project_id):
            payload = {"project_id": str(project_id), "since": entered_at.isoformat()}
            self._work.publish("match.news_due", payload, at=now() + GATHER)

    async def send(self, project_id: UUID, since: datetime) -> None:
        """Mail the owner who entered since and still stands there.

        Raises:
            Forbidden: the actor is not the worker.
            OSError: the mail server cannot be reached or refuses for now.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        project = await self._session.get(Project, (self._tenant_id, project_id))
        if project is None or project.status != ProjectStatus.PUBLISHED:
            return
        statement = (
            select(Cto)
            .join(MatchPlace, (MatchPlace.tenant_id == Cto.tenant_id) & (MatchPlace.cto_id == Cto.id))
            .where(MatchPlace.tenant_id == self._tenant_id, MatchPlace.project_id == project_id)
            .where(MatchPlace.entered_at >= since, Cto.status == CtoStatus.LISTED)
            .order_by(MatchPlace.place)
        )
        ctos = (await self._session.scalars(statement)).all()
        user = await self._session.get_one(User, (self._tenant_id, project.owner_id))
        if not ctos or user.status != MemberStatus.ACTIVE:
            return
        about = {"title": project.title, "ctos": [{"name": cto.name, "headline": cto.headline} for cto in ctos]}
        paths = {"url": f"/projects/{project_id}"}
        await mail_if_wanted(self._work, Notification.MATCHES, user, "matches-found", paths=paths, **about)
