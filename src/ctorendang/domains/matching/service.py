"""The CTOs that fit a project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.skills import resolve_skills
from ctorendang.domains.matching.listing import Listed, Listing
from ctorendang.domains.matching.models import ProjectVector
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.repository import Bounds, MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS, Component, Facts, concern, explain, score
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import ProjectService
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST = 50


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """Narrows the matches beyond what the project says.

    Attributes:
        max_hourly_rate: minor units of the project's currency; the lower of this and the project's limit holds.
        skills: names; a CTO must name each.
    """

    max_hourly_rate: int | None = None
    min_availability: int | None = None
    min_rating: float | None = None
    skills: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One CTO's fit, with the sum that it is.

    Attributes:
        newcomer: the place, not the score, was given to help somebody start.
    """

    cto: Cto
    score: float
    explanation: Sequence[Component]
    concern: str | None
    newcomer: bool = False


class MatchService:
    """Matching, for those who may see the project's side of it."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._matches = MatchRepository(work.session, work.tenant_id)

    async def matches(self, project_id: UUID, first: int, wanted: MatchFilter) -> list[Match]:
        """The best CTOs for a project, best first.

        Args:
            project_id: one's own project, published or not; administrators may ask for any.
            first: how many, at most 50.
            wanted: filters beyond the project's own.

        Raises:
            Forbidden: the actor does not see matches.
            NotFound: the actor does not see the project.
            InvalidInput: a filter is not good.
        """
        self._work.require(MatchingPermission.READ)
        fields = Fields()
        first = fields.number("first", first, least=0, most=MOST)
        fields.optional_number("maxHourlyRate", wanted.max_hourly_rate, least=0, most=2**31 - 1)
        fields.optional_number("minAvailability", wanted.min_availability, least=0, most=168)
        skills = await resolve_skills(self._work.session, list(wanted.skills)[:20], fields)
        fields.done()
        if not await self.sees_matches_of(project_id):
            raise NotFound("There is no such project of yours.")
        bounds = Bounds(wanted.max_hourly_rate, wanted.min_availability, wanted.min_rating, list(skills.values()))
        if bounds == Bounds(skill_ids=[]):
            listed = await Listing(self._work.session, self._work.tenant_id).first(project_id, first)
        else:
            listed = Listed(await self._matches.best(project_id, first, await self._matches.weights(), bounds))
        rows = listed.rows
        statement = select(Cto).where(Cto.tenant_id == self._work.tenant_id, Cto.id.in_([row.id for row in rows]))
        ctos = {cto.id: cto for cto in await self._work.session.scalars(statement)}
        return [as_match(ctos[row.id], row, lifted=row.id == listed.lifted) for row in rows]

    async def sees_matches_of(self, project_id: UUID) -> bool:
        """Whether a project is the actor's own, or the actor oversees all of them."""
        self._work.require(MatchingPermission.READ)
        project = await ProjectService(self._work).find(project_id)
        return project is not None and (
            project.owner_id == self._work.actor.user_id or self._work.allows(ProjectPermission.READ_ALL)
        )

    async def ready(self, project_ids: list[UUID]) -> set[UUID]:
        """Which of the actor's projects among these the model has read, so that meaning counts in their matches."""
        self._work.require(MatchingPermission.READ)
        statement = select(ProjectVector.project_id).where(
            ProjectVector.tenant_id == self._work.tenant_id, ProjectVector.project_id.in_(project_ids)
        )
        if not self._work.allows(ProjectPermission.READ_ALL):
            statement = statement.join(
                Project, (Project.tenant_id == ProjectVector.tenant_id) & (Project.id == ProjectVector.project_id)
            ).where(Project.owner_id == self._work.actor.user_id)
        return set(await self._work.session.scalars(statement))


def as_match(cto: Cto, row: Row[Any], *, lifted: bool = False) -> Match:
    """A row of ``match.sql`` with its explanation."""
    facts = Facts(
        weights=row.shares,
        values={name: getattr(row, name) for name in COMPONENTS},
        has=row.has,
        near=row.near,
        lacks=row.lacks,
        misses=row.misses,
        suggested=row.suggested,
        hours=row.hours,
        hours_wanted=row.hours_per_week,
        rate=row.rate_share,
        rating=None if row.stars is None else float(row.stars),
        reviews=row.review_count,
        industry=row.project_industry,
        age=max(0, (now() - row.updated_at).days),
        stage=row.company_stage,
        stages=row.stages or (),
    )
    components = explain(facts)
    return Match(cto, score(components), components, concern(facts), lifted)
