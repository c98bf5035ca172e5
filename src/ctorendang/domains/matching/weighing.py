"""How much counts what, for administrators: a few weights move within bounds, and what that does is shown first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.matching.errors import WeightsChangedMeanwhile
from ctorendang.domains.matching.exploration import SHOWN
from ctorendang.domains.matching.models import TenantMatchWeights
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS, LEAST_FACTOR, MOST_FACTOR, MOVABLE, adjusted
from ctorendang.domains.projects.models import Project
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork

_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class Weight:
    """What a component weighs; ``factor`` is the tenant's own, None where it cannot be moved."""

    component: str
    reference: float
    weight: float
    factor: float | None


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights in force.

    Attributes:
        version: of the reference.
        revision: of the tenant's own factors; 0 before the first.
        evaluation: which justified the reference.
    """

    version: int
    revision: int
    note: str
    evaluation: Mapping[str, Any]
    parts: Sequence[Weight]


@dataclass(frozen=True, slots=True)
class Effect:
    """What other factors would do to one project's first ten.

    Attributes:
        entering: names of those who would be new among them.
        leaving: names of those who would not be among them any more.
        moved: how many would stay, in another place.
    """

    project_id: UUID
    title: str
    entering: Sequence[str]
    leaving: Sequence[str]
    moved: int


class WeighingService:
    """The tenant's own weights."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id
        self._matches = MatchRepository(work.session, work.tenant_id)

    async def current(self) -> Weights:
        """The weights in force here.

        Raises:
            Forbidden: the actor does not administer the marketplace.
        """
        self._work.require(MatchingPermission.READ_WEIGHTS)
        reference = await self._matches.reference()
        factors = await self._matches.factors()
        now = adjusted(reference.weights, factors)
        plain = adjusted(reference.weights, {})
        return Weights(
            version=reference.version,
            revision=await self._revision(),
            note=reference.note,
            evaluation=reference.evaluation,
            parts=[
                Weight(name, plain[name], now[name], factors.get(name, 1.0) if name in MOVABLE else None)
                for name in COMPONENTS
            ],
        )

    async def change(self, factors: Mapping[str, float], revision: int) -> Weights:
        """Have some weights count more or less from now on.

        Args:
            factors: by component, from 0.5 to 2; what is not named counts as the reference says.
            revision: that the administrator has seen.

        Raises:
            Forbidden: the actor does not administer the marketplace.
            InvalidInput: a factor is out of bounds, or of a component that cannot be moved.
            WeightsChangedMeanwhile: somebody else was quicker.
        """
        self._work.require(MatchingPermission.CHANGE_WEIGHTS)
        _check(factors)
        # Of two who save at once the second waits here, and then sees the first.
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"weights:{self._tenant_id}"))))
        now = await self._revision()
        if now != revision:
            raise WeightsChangedMeanwhile
        kept = {name: factor for name, factor in factors.items() if factor != 1}
        self._session.add(
            TenantMatchWeights(
                tenant_id=self._tenant_id, revision=now + 1, factors=kept, changed_by=self._work.actor.person
            )
        )
        await self._session.flush()
        record(self._work, "matching.weights.changed", Subject("tenant", self._tenant_id), {"factors": kept})
        return await self.current()

    async def effect(self, factors: Mapping[str, float]) -> list[Effect]:
        """What factors would do to the latest projects' first ten, the latest first; nothing is changed.

        Raises:
            Forbidden: the actor does not administer the marketplace.
            InvalidInput: as for ``change``.
        """
        self._work.require(MatchingPermission.READ_WEIGHTS)
        _check(factors)
        before = await self._matches.weights()
        after = adjusted((await self._matches.reference()).weights, factors)
        statement = (
            select(Project.id, Project.title)
            .where(Project.tenant_id == self._tenant_id)
            .order_by(Project.id.desc())
            .limit(_LOOKED_AT)
        )
        projects = (await self._session.execute(statement)).all()
        now = {project.id: await self._first(project.id, before) for project in projects}
        then = {project.id: await self._first(project.id, after) for project in projects}
        names = await self._names({id_ for each in (*now.values(), *then.values()) for id_ in each})
        return [_effect(project.id, project.title, now[project.id], then[project.id], names) for project in projects]

    async def _first(self, project_id: UUID, weights: Mapping[str, float]) -> list[UUID]:
        return [row.id for row in await self._matches.best(project_id, SHOWN, weights)]

    async def _revision(self) -> int:
        statement = select(func.max(TenantMatchWeights.revision)).where(TenantMatchWeights.tenant_id == self._tenant_id)
        return await self._session.scalar(statement) or 0

    async def _names(self, ids: set[UUID]) -> dict[UUID, str]:
        rows = await self._session.execute(
            select(Cto.id, Cto.name).where(Cto.tenant_id == self._tenant_id, Cto.id.in_(ids))
        )
        return {row.id: row.name for row in rows}


def _check(factors: Mapping[str, float]) -> None:
    fields = Fields()
    for name, factor in factors.items():
        if name not in MOVABLE:
            fields.refuse(name, "This weight is the same for everyone.")
        elif not LEAST_FACTOR <= factor <= MOST_FACTOR:
            fields.refuse(name, f"Choose from {LEAST_FACTOR:g} to {MOST_FACTOR:g} times.")
    fields.done()


def _effect(
    project_id: UUID, title: str, before: Sequence[UUID], after: Sequence[UUID], names: Mapping[UUID, str]
) -> Effect:
    return Effect(
        project_id=project_id,
        title=title,
        entering=[names[each] for each in after if each not in before],
        leaving=[names[each] for each in before if each not in after],
        moved=sum(each in after and after.index(each) != place for place, each in enumerate(before)),
    )
