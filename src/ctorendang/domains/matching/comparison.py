"""Two to four CTOs side by side: how each fits a project, and why one does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import MatchFeedback
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.service import Match, MatchService, as_match
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import Importance
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork

LEAST, MOST = 2, 4


class SkillStanding(StrEnum):
    """How somebody stands to a skill that a project asks for."""

    HAS = "has"
    NEAR = "near"
    LACKS = "lacks"


@dataclass(frozen=True, slots=True)
class Asked:
    """A skill of the project, and how a CTO stands to it.

    Attributes:
        must: the project cannot do without it.
    """

    name: str
    must: bool
    standing: SkillStanding


@dataclass(frozen=True, slots=True)
class Compared:
    """One of those who are compared.

    Attributes:
        match: None without a project, or where the CTO is not on its list.
        obstacle: why they are not, in words for the project's owner.
        asked: the project's skills, those that it must have first; the same order for everybody.
    """

    cto: Cto
    match: Match | None
    obstacle: str | None
    asked: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everybody who was asked for and may be seen.

    Attributes:
        missing: how many were asked for beside them, who are not listed here: gone, unknown, or of elsewhere.
    """

    project: Project | None
    ctos: Sequence[Compared]
    missing: int


class ComparisonService:
    """Listed CTOs side by side, in the order in which they were asked for."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def compare(self, cto_ids: Sequence[UUID], project_id: UUID | None = None) -> Comparison:
        """Compare some.

        Args:
            cto_ids: two to four; one that is named twice counts once.
            project_id: one's own, or for administrators any, that they are measured against.

        Raises:
            InvalidInput: too few or too many.
            SignInRequired, Forbidden: a project is named by somebody who sees no matches.
            NotFound: there is no such project of the actor's.
        """
        self._work.require(CtoPermission.READ)
        wanted = list(dict.fromkeys(cto_ids))
        fields = Fields()
        if not LEAST <= len(wanted) <= MOST:
            fields.refuse("ctoIds", f"Name {LEAST} to {MOST} different CTOs.")
        fields.done()
        project = None if project_id is None else await self._project(project_id)
        statement = select(Cto).where(
            Cto.tenant_id == self._tenant_id, Cto.id.in_(wanted), Cto.status == CtoStatus.LISTED
        )
        listed = {cto.id: cto for cto in await self._session.scalars(statement)}
        ctos = [listed[cto_id] for cto_id in wanted if cto_id in listed]
        compared = (
            [Compared(cto, None, None) for cto in ctos] if project is None else await self._measure(ctos, project)
        )
        return Comparison(project, compared, len(wanted) - len(ctos))

    async def _project(self, project_id: UUID) -> Project:
        found = await MatchService(self._work).sees_matches_of(project_id)
        project = await ProjectService(self._work).find(project_id) if found else None
        if project is None:
            raise NotFound("There is no such project of yours.")
        return project

    async def _measure(self, ctos: Sequence[Cto], project: Project) -> list[Compared]:
        matches = MatchRepository(self._session, self._tenant_id)
        chosen = [cto.id for cto in ctos]
        found = await matches.best(project.id, MOST, await matches.weights(), chosen=chosen) if chosen else []
        rows = {row.id: row for row in found}
        dismissed = await self._dismissed(project.id)
        projects = ProjectService(self._work)
        asked = {
            importance: [skill.name for skill in (await projects.skills_of([project.id], importance))[project.id]]
            for importance in (Importance.MUST, Importance.NICE)
        }
        held = await CtoService(self._work).held_skills_of(chosen)
        return [
            Compared(
                cto,
                as_match(cto, rows[cto.id]) if cto.id in rows else None,
                None if cto.id in rows else _obstacle(cto, project, dismissed=cto.id in dismissed),
                _asked(asked, rows.get(cto.id), {each.skill.name for each in held[cto.id]}),
            )
            for cto in ctos
        ]

    async def _dismissed(self, project_id: UUID) -> set[UUID]:
        statement = select(MatchFeedback.cto_id).where(
            MatchFeedback.tenant_id == self._tenant_id, MatchFeedback.project_id == project_id
        )
        return set(await self._session.scalars(statement))


def _asked(asked: Mapping[Importance, Sequence[str]], row: Row[Any] | None, held: set[str]) -> list[Asked]:
    """A project's skills as its list sees a CTO; off the list, by what the profile names itself."""
    has, near = (set(row.has), set(row.near)) if row is not None else (held, set())
    return [
        Asked(name, importance is Importance.MUST, _standing(name, has, near))
        for importance, names in asked.items()
        for name in names
    ]


def _standing(name: str, has: set[str], near: set[str]) -> SkillStanding:
    if name in has:
        return SkillStanding.HAS
    return SkillStanding.NEAR if name in near else SkillStanding.LACKS


def _obstacle(cto: Cto, project: Project, *, dismissed: bool) -> str:
    if dismissed:
        return "You took them off this project’s list"
    if cto.user_id == project.owner_id:
        return "This is your own profile"
    if cto.availability < 1:
        return "Has no hours open"
    return "Takes more than your rate limit"
