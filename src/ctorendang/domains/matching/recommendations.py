"""Projects for a CTO, with why, why not, and what would move them up; and CTOs like another."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.orm import aliased

from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import CtoVector
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.service import Match, as_match
from ctorendang.domains.matching.vectors import VectorService, nearest_first
from ctorendang.domains.projects.models import Project, ProjectSkill
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.auth.actor import WORKER
from ctorendang.infra.db.session import step_of
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_LOOKED_AT = 12
# How far down a project's list CTOs are told their place; whoever stands below does not fit well.
_DEEP = 200
_USUAL_LEVEL = 3
_MOST_HINTS = 3
_SIMILAR = 4


@dataclass(frozen=True, slots=True)
class Hint:
    """A change to one's profile that was tried, and the place among the matches that it would lead to."""

    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How a CTO stands in a project's list.

    Attributes:
        match: None where a limit of the project keeps the CTO out.
        place: from 1; None beyond the first 200, or where a limit keeps the CTO out.
        obstacle: that limit in words.
    """

    project: Project
    match: Match | None
    place: int | None
    obstacle: str | None
    hints: Sequence[Hint] = ()


class _Undone(Exception):
    """Takes back a change that was only tried."""


class RecommendationService:
    """What a CTO is told of the projects that others have posted."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id
        self._matches = MatchRepository(work.session, work.tenant_id)

    async def projects(self, first: int) -> list[Fit]:
        """The published projects that suit the actor's own listed profile, best first; empty without one.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(MatchingPermission.READ_FIT)
        cto = await self._own()
        if cto is None:
            return []
        # Whom a project is open to is the projects' own business; asked first, so that none takes another's place.
        statement = (
            nearest_first(ProjectService(self._work).visible(), cto.id)
            .where(Project.status == ProjectStatus.PUBLISHED, Project.owner_id != cto.user_id)
            # Each is ranked anew, so whoever wants few is not made to wait for many.
            .limit(min(_LOOKED_AT, 2 * max(0, first)))
        )
        fits = [await self._fit(cto, project) for project in (await self._session.scalars(statement)).all()]
        return sorted(fits, key=lambda fit: -(fit.match.score if fit.match else 0))[: max(0, min(first, _LOOKED_AT))]

    async def fit(self, project_id: UUID) -> Fit:
        """How the actor's own listed profile stands in a project's list, and what would move it up.

        Every hint has been tried on the profile itself, and taken back.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no such project to see, or the actor has no listed profile.
        """
        self._work.require(MatchingPermission.READ_FIT)
        project = await ProjectService(self._work).find(project_id)
        cto = await self._own()
        if project is None or cto is None or project.status != ProjectStatus.PUBLISHED:
            raise NotFound("There is no such project to see.")
        found = await self._fit(cto, project)
        return replace(found, hints=await self._hints(cto, project, found))

    async def similar(self, cto_ids: list[UUID]) -> dict[UUID, list[Cto]]:
        """The listed CTOs whose skills mean the most similar things, for each of some."""
        self._work.require(CtoPermission.READ)
        one, own, other = aliased(Cto), aliased(CtoVector), aliased(CtoVector)
        nearest = (
            select(other.cto_id, func.min(other.embedding.max_inner_product(own.embedding)).label("distance"))
            .join(own, (own.tenant_id == other.tenant_id) & (own.model == other.model) & (own.section == other.section))
            .where(other.tenant_id == self._tenant_id, own.cto_id == one.id, other.cto_id != own.cto_id)
            .where(own.section == "skills")
            .group_by(other.cto_id)
            .order_by("distance", other.cto_id)
            .limit(_SIMILAR)
            .lateral()
        )
        statement = (
            select(one.id, Cto)
            .join_from(one, nearest, true())
            .join(Cto, (Cto.tenant_id == one.tenant_id) & (Cto.id == nearest.c.cto_id))
            .where(one.tenant_id == self._tenant_id, one.id.in_(cto_ids), Cto.status == CtoStatus.LISTED)
            .order_by(nearest.c.distance, Cto.id)
        )
        found: dict[UUID, list[Cto]] = {cto_id: [] for cto_id in cto_ids}
        for cto_id, cto in await self._session.execute(statement):
            found[cto_id].append(cto)
        return found

    async def _own(self) -> Cto | None:
        statement = select(Cto).where(
            Cto.tenant_id == self._tenant_id,
            Cto.user_id == self._work.actor.person,
            Cto.status == CtoStatus.LISTED,
        )
        found: Cto | None = await self._session.scalar(statement)
        return found

    async def _fit(self, cto: Cto, project: Project) -> Fit:
        rows = await self._matches.best(project.id, _DEEP, await self._matches.weights(), candidates=2 * _DEEP)
        for place, row in enumerate(rows, 1):
            if row.id == cto.id:
                return Fit(project, as_match(cto, row), place, None)
        return Fit(project, None, None, _obstacle(cto, project))

    async def _hints(self, cto: Cto, project: Project, found: Fit) -> list[Hint]:
        hints = []
        for text, change in await self._changes(cto, project):
            place = await self._try(cto, project, change)
            if place is not None and (found.place is None or place < found.place):
                hints.append(Hint(text, place))
        return sorted(hints, key=lambda hint: hint.place)[:_MOST_HINTS]

    async def _changes(self, cto: Cto, project: Project) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """What could honestly be changed: skills that the project asks for, hours and rate."""
        held = select(CtoSkill.skill_id).where(CtoSkill.tenant_id == self._tenant_id, CtoSkill.cto_id == cto.id)
        missing = (
            select(Skill)
            .join(ProjectSkill, ProjectSkill.skill_id == Skill.id)
            .where(ProjectSkill.tenant_id == self._tenant_id, ProjectSkill.project_id == project.id)
            .where(Skill.id.not_in(held))
            .order_by(Skill.name)
            .limit(_MOST_HINTS)
        )
        changes = [
            (f"Add {skill.name} to your skills, if you have it", self._adding(cto, skill.id))
            for skill in await self._session.scalars(missing)
        ]
        wanted = project.hours_per_week or 0
        if cto.availability < wanted:
            changes.append((f"Open {wanted} hours a week", self._setting(cto, availability=wanted)))
        limit = project.max_hourly_rate
        if limit and _is_above_limit(cto, project):
            changes.append(("Bring your rate within theirs", self._setting(cto, hourly_rate=limit)))
        return changes

    def _adding(self, cto: Cto, skill_id: UUID) -> Callable[[], Awaitable[None]]:
        async def add() -> None:
            self._session.add(CtoSkill(tenant_id=self._tenant_id, cto_id=cto.id, skill_id=skill_id, level=_USUAL_LEVEL))

        return add

    def _setting(self, cto: Cto, **values: int) -> Callable[[], Awaitable[None]]:
        async def change() -> None:
            for name, value in values.items():
                setattr(cto, name, value)

        return change

    async def _try(self, cto: Cto, project: Project, change: Callable[[], Awaitable[None]]) -> int | None:
        """The place in the list that a change of the profile would lead to."""
        async with self._undone():
            await change()
            cto.updated_at = now()
            await self._session.flush()
            # Read again as the worker would: other words mean something else.
            await VectorService(replace(self._work, actor=self._work.actor.as_service(WORKER))).embed_cto(cto.id)
            place = (await self._fit(cto, project)).place
        await self._session.refresh(cto)
        return place

    @asynccontextmanager
    async def _undone(self) -> AsyncIterator[None]:
        try:
            async with step_of(self._session):
                yield
                raise _Undone
        except _Undone:
            return


def _obstacle(cto: Cto, project: Project) -> str:
    if _is_above_limit(cto, project):
        return "Your rate is above the most that they pay"
    if cto.availability < 1:
        return "Your profile says that you have no hours open"
    return "Others suit it better"


def _is_above_limit(cto: Cto, project: Project) -> bool:
    """Whether a CTO's rate keeps them off a project's list; rates in other currencies are not compared."""
    limit = project.max_hourly_rate
    return limit is not None and cto.currency == project.currency and cto.hourly_rate > limit
