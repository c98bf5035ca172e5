"""A project's list as people see it: the best first, with one place kept for newcomers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.matching.exploration import LOOKED_AT, SHOWN, Ranked, explored
from ctorendang.domains.matching.models import MatchPlace
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS
from ctorendang.kit.clock import now

_NEW_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of ``match.sql`` in the order in which they are shown.

    Attributes:
        lifted: the CTO who was given the place as a newcomer, if any.
    """

    rows: Sequence[Row[Any]]
    lifted: UUID | None = None


class Listing:
    """Lists of one tenant, as they are without anybody's filters."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._matches = MatchRepository(session, tenant_id)

    async def first(self, project_id: UUID, first: int) -> Listed:
        """The first of a project's list."""
        rows = await self._matches.best(project_id, max(first, LOOKED_AT), await self._matches.weights())
        new = [row.id for row in rows[SHOWN:LOOKED_AT] if _is_new(row)]
        if first < SHOWN or not new:
            return Listed(rows[:first])
        places = await self._places(new, project_id)
        ordered, index = explored(
            rows,
            [Ranked(_score(row), row.id in places, *places.get(row.id, (0, False))) for row in rows],
        )
        return Listed(ordered[:first], None if index is None else ordered[index].id)

    async def _places(self, cto_ids: Sequence[UUID], project_id: UUID) -> dict[UUID, tuple[int, bool]]:
        """How many lists each of some CTOs is on, and whether on this project's."""
        statement = (
            select(MatchPlace.cto_id, func.count(), func.bool_or(MatchPlace.project_id == project_id))
            .where(MatchPlace.tenant_id == self._tenant_id, MatchPlace.cto_id.in_(cto_ids))
            .group_by(MatchPlace.cto_id)
        )
        found = {row[0]: (row[1], row[2]) for row in await self._session.execute(statement)}
        return {cto_id: found.get(cto_id, (0, False)) for cto_id in cto_ids}


def _is_new(row: Row[Any]) -> bool:
    return row.review_count == 0 and row.published_at is not None and row.published_at > now() - _NEW_FOR


def _score(row: Row[Any]) -> float:
    return float(sum(row.shares[name] * getattr(row, name) for name in COMPONENTS))
