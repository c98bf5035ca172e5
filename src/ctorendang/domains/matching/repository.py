"""Matching in Postgres: the one statement that finds and scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer, Text, Uuid

from ctorendang.domains.matching.models import MatchWeights, TenantMatchWeights
from ctorendang.domains.matching.scoring import adjusted
from ctorendang.domains.matching.stages import STAGES
from ctorendang.kit.cache import Cache

_CANDIDATES = 120
# How many more of the promising are looked at than become candidates: some do not pass a filter as they are now, many
# where the filters are such as their sketches know nothing of.
_SPARE, _SPARE_IF_THINNED = 2, 20
# Between unrelated and near-identical texts, as the local model scores them (measured on the demo profiles).
_SIMILARITY_LOW, _SIMILARITY_HIGH = 0.10, 0.65
# What a text that shares many of a project's words ranks at.
_WORDS_HIGH = 0.10
_HALF_LIFE = 180
"""Days after which a profile that nobody has touched counts half as fresh."""
_USUAL_CLAIMS = 10
_MOST_SEARCHED = 2_000
# Counting a large tenant's CTOs takes a while, and one more or less hardly matters there.
_KEEP_SECONDS = 60.0
_kept = Cache[UUID, tuple[int, float]](1_000)

_SQL = text((resources.files(__package__) / "match.sql").read_text("utf-8")).bindparams(
    bindparam("must_skills", type_=ARRAY(Uuid())),
    bindparam("chosen", type_=ARRAY(Uuid())),
    bindparam("stages", type_=ARRAY(Text())),
    # Part of the text, so that the one plan that Postgres keeps is made with these in mind.
    bindparam("candidates", type_=Integer(), literal_execute=True),
    bindparam("promising", type_=Integer(), literal_execute=True),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Filters beyond the project's own.

    Attributes:
        max_hourly_rate: minor units of the project's currency.
        min_availability: hours a week.
        skill_ids: a CTO must name each.
    """

    max_hourly_rate: int | None = None
    min_availability: int | None = None
    min_rating: float | None = None
    skill_ids: Sequence[UUID] = ()


class MatchRepository:
    """Finds and scores."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def weights(self) -> dict[str, float]:
        """How much each component weighs in this tenant now."""
        factors = self._factors().scalar_subquery()
        statement = select(MatchWeights.weights, factors).order_by(MatchWeights.version.desc()).limit(1)
        weights, own = (await self._session.execute(statement)).one()
        return adjusted(weights, own or {})

    async def reference(self) -> MatchWeights:
        """The newest version of the weights for everyone."""
        statement = select(MatchWeights).order_by(MatchWeights.version.desc()).limit(1)
        return (await self._session.scalars(statement)).one()

    async def factors(self) -> dict[str, float]:
        """What the tenant multiplies some of them by; empty where it never changed any."""
        return dict(await self._session.scalar(self._factors()) or {})

    def _factors(self) -> Select[dict[str, Any]]:
        return (
            select(TenantMatchWeights.factors)
            .where(TenantMatchWeights.tenant_id == self._tenant_id)
            .order_by(TenantMatchWeights.revision.desc())
            .limit(1)
        )

    async def best(
        self,
        project_id: UUID,
        first: int,
        weights: Mapping[str, float],
        bounds: Bounds | None = None,
        *,
        chosen: Sequence[UUID] = (),
        candidates: int = _CANDIDATES,
    ) -> Sequence[Row[Any]]:
        """The best CTOs for a project with what their scores are made of, best first.

        Args:
            weights: by component; what the project does not say is left out, and the rest shares its weight.
            chosen: rank none but these; everybody who fits, if empty.
            candidates: how many are scored in full.
        """
        bounds = bounds or Bounds()
        thinned = bool(bounds.skill_ids) or bounds.min_rating is not None
        ctos, mean_rating = _kept.get(self._tenant_id) or (None, None)
        parameters = {
            **weights,
            "tenant_id": self._tenant_id,
            "project_id": project_id,
            "first": first,
            "candidates": candidates,
            "promising": candidates * (_SPARE_IF_THINNED if thinned else _SPARE),
            "similarity_low": _SIMILARITY_LOW,
            "similarity_high": _SIMILARITY_HIGH,
            "words_high": _WORDS_HIGH,
            "half_life": _HALF_LIFE,
            "usual_claims": _USUAL_CLAIMS,
            "most_searched": _MOST_SEARCHED,
            "stages": list(STAGES),
            "max_hourly_rate": bounds.max_hourly_rate,
            "min_availability": bounds.min_availability,
            "min_rating": bounds.min_rating,
            "must_skills": list(bounds.skill_ids),
            "chosen": list(chosen),
            "ctos": ctos,
            "mean_rating": mean_rating,
        }
        rows = (await self._session.execute(_SQL, parameters)).all()
        if rows and ctos is None and rows[0].ctos > _MOST_SEARCHED:
            _kept.put(self._tenant_id, (rows[0].ctos, rows[0].mean_rating), _KEEP_SECONDS)
        return rows
