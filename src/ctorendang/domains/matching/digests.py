"""How matters stand at a glance: who leads the matches of one's projects, and on how many lists one is oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import MatchPlace, MatchVisit, ProjectVector
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.errors import NotFound
from ctorendang.infra.jobs.planned import awaited
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST = 20
_WORKED_OUT_BY = (
    "matching.embed_project",
    "matching.embed_unread_project",
    "matching.refresh_places",
    "matching.refresh_judged_places",
)
"""The handlers, of ``jobs.py``, that a project waits for until its list is there."""
_RECENT = timedelta(days=7)
_SAME_VISIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """A project and who stands among its first ten, as the worker saw it last.

    Attributes:
        ctos: listed ones, the best first.
        new: how many of them came since the owner last looked.
        visited_at: when that was; None where it never was, and then nobody counts as new.
        worked_out: whether the list is known; false for about a minute after the project was written.
    """

    project: Project
    ctos: Sequence[Cto]
    new: int
    visited_at: datetime | None
    worked_out: bool


@dataclass(frozen=True, slots=True)
class Appearances:
    """How often a CTO is shown.

    Attributes:
        lists: published projects among whose first ten they stand.
        entered: those of them that they came to in the last week.
    """

    lists: int
    entered: int


class DigestService:
    """Reads what the worker keeps, so that nothing is ranked anew."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def own(self, first: int) -> list[Digest]:
        """The actor's projects that are not closed, the last one changed first.

        Raises:
            Forbidden: the actor has no matches.
        """
        self._work.require(MatchingPermission.JUDGE)
        statement = (
            select(Project, MatchVisit.visited_at)
            .outerjoin(MatchVisit, (MatchVisit.tenant_id == Project.tenant_id) & (MatchVisit.project_id == Project.id))
            .where(Project.tenant_id == self._tenant_id, Project.owner_id == self._work.actor.person)
            .where(Project.status != ProjectStatus.CLOSED)
            .order_by(Project.updated_at.desc(), Project.id.desc())
            .limit(max(0, min(first, MOST)))
        )
        visited = {row.Project: row.visited_at for row in await self._session.execute(statement)}
        leading = await self._leading([project.id for project in visited])
        unknown = await self._unknown([project_id for project_id, ctos in leading.items() if not ctos])
        return [
            Digest(
                project,
                [cto for cto, _ in leading[project.id]],
                sum(at is not None and entered_at > at for _, entered_at in leading[project.id]),
                at,
                project.id not in unknown,
            )
            for project, at in visited.items()
        ]

    async def _leading(self, project_ids: Sequence[UUID]) -> dict[UUID, list[tuple[Cto, datetime]]]:
        found: dict[UUID, list[tuple[Cto, datetime]]] = {project_id: [] for project_id in project_ids}
        statement = (
            select(MatchPlace.project_id, Cto, MatchPlace.entered_at)
            .join(Cto, (Cto.tenant_id == MatchPlace.tenant_id) & (Cto.id == MatchPlace.cto_id))
            .where(MatchPlace.tenant_id == self._tenant_id, MatchPlace.project_id.in_(project_ids))
            .where(Cto.status == CtoStatus.LISTED)
            .order_by(MatchPlace.place, Cto.id)
        )
        for row in await self._session.execute(statement) if project_ids else ():
            found[row.project_id].append((row.Cto, row.entered_at))
        return found

    async def _unknown(self, project_ids: Sequence[UUID]) -> set[UUID]:
        """Of projects that nobody leads, those of which the worker has not said so yet."""
        if not project_ids:
            return set()
        read = select(ProjectVector.project_id).where(
            ProjectVector.tenant_id == self._tenant_id, ProjectVector.project_id.in_(project_ids)
        )
        unread = set(project_ids) - set(await self._session.scalars(read))
        return unread | await awaited(self._work, _WORKED_OUT_BY, "project_id", project_ids)

    async def note_visit(self, project_id: UUID) -> None:
        """Note that the owner of a project looks at its matches now. The trail is not told: nothing changes.

        Raises:
            Forbidden: the actor has no matches.
            NotFound: the project is not the actor's.
        """
        self._work.require(MatchingPermission.JUDGE)
        project = await self._session.get(Project, (self._tenant_id, project_id))
        if project is None or project.owner_id != self._work.actor.person:
            raise NotFound("There is no such project of yours.")
        moment = now()
        statement = insert(MatchVisit).values(tenant_id=self._tenant_id, project_id=project_id, visited_at=moment)
        # A page that is looked at again at once need not be written down again.
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "project_id"],
                set_={"visited_at": moment},
                where=MatchVisit.visited_at < moment - _SAME_VISIT,
            )
        )

    async def appearances(self) -> Appearances:
        """On how many lists the actor's own listed profile stands, of projects that are open to them.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(MatchingPermission.READ_FIT)
        open_to_actor = (
            ProjectService(self._work)
            .visible()
            .where(Project.status == ProjectStatus.PUBLISHED)
            .with_only_columns(Project.id)
        )
        recent = MatchPlace.entered_at > now() - _RECENT
        statement = (
            select(func.count(), func.count().filter(recent))
            .select_from(MatchPlace)
            .join(Cto, (Cto.tenant_id == MatchPlace.tenant_id) & (Cto.id == MatchPlace.cto_id))
            .where(MatchPlace.tenant_id == self._tenant_id, MatchPlace.project_id.in_(open_to_actor))
            .where(Cto.user_id == self._work.actor.person, Cto.status == CtoStatus.LISTED)
        )
        lists, entered = (await self._session.execute(statement)).one()
        return Appearances(lists, entered)
