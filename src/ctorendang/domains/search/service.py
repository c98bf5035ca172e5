"""Searching the directory: by the search engine, and while it is away by the database."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window, window
from ctorendang.domains.search.repository import PostgresEngine
from ctorendang.domains.search.results import Engine, Found
from ctorendang.domains.search.synonyms import Synonyms
from ctorendang.domains.search.typesense_engine import TypesenseEngine
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.gateways.typesense import SearchRefused, SearchUnavailable
from ctorendang.infra.work import UnitOfWork

_MOST_SUGGESTIONS = 3
_KEEP_SYNONYMS_SECONDS = 300.0

_log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Result:
    """A page of a search.

    Attributes:
        ctos: as the database has them now.
        places: of each in the whole result, from 0.
        words: what the search means by its words, for showing why somebody was found.
        degraded: there is a search engine, and it was not it that answered.
    """

    query: CtoQuery
    found: Found
    ctos: Sequence[Cto]
    places: Sequence[int]
    words: Sequence[str]
    part: Window
    degraded: bool


class SearchService:
    """Searching, for everybody who may see the directory."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def find(self, query: CtoQuery, order: SearchOrder | None, request: PageRequest) -> Result:
        """A page of the listed CTOs that a query finds; without an order, the best matches or the best rated first.

        Raises:
            Forbidden: the actor does not see the directory.
            InvalidInput: the query or the page makes no sense.
        """
        self._work.require(SearchPermission.FIND)
        query = query.checked(order)
        order = order or (SearchOrder.RELEVANCE if query.words else SearchOrder.RATING)
        synonyms = await synonyms_of(self._work.session)
        part = window(request)
        if part is None:
            ((length,), _) = await self._ask(synonyms, lambda engine: engine.count(self._tenant_id, [query]))
            part = window(request, length) or Window(0, 0)
        found, degraded = await self._ask(synonyms, lambda engine: engine.find(self._tenant_id, query, order, part))
        if not (found.total or degraded or query.parts()):
            # An index that has not heard of this tenant yet looks like a directory of nobody.
            found = await PostgresEngine(self._work.session, synonyms).find(self._tenant_id, query, order, part)
        rows = await self._rows(found.ids)
        shown = [(place, rows[cto_id]) for place, cto_id in enumerate(found.ids, start=part.start) if cto_id in rows]
        return Result(
            query=query,
            found=replace(found, total=found.total - (len(found.ids) - len(shown))),
            ctos=[cto for _, cto in shown],
            places=[place for place, _ in shown],
            words=synonyms.words(query.words),
            part=part,
            degraded=degraded,
        )

    async def looser(self, query: CtoQuery) -> list[tuple[str, str | None, int]]:
        """What could be given up, piece by piece, and how many would be found then; what would not help is left out.

        Raises:
            Forbidden: the actor does not see the directory.
            InvalidInput: the query makes no sense.
        """
        self._work.require(SearchPermission.FIND)
        query = query.checked()
        parts = query.parts()
        if len(parts) < 2:
            return []
        queries = [query.without(name, value) for name, value in parts]
        counts, _ = await self._ask(
            await synonyms_of(self._work.session), lambda engine: engine.count(self._tenant_id, queries)
        )
        found = [(name, value, count) for (name, value), count in zip(parts, counts, strict=True) if count]
        return sorted(found, key=lambda each: -each[2])

    async def suggestions(self, query: CtoQuery) -> list[str]:
        """Skills that CTOs here have and whose names are spelled much like what was typed, nearest first.

        Raises:
            Forbidden: the actor does not see the directory.
        """
        self._work.require(SearchPermission.FIND)
        typed = " ".join(query.words)
        if not typed:
            return []
        near = func.similarity(Skill.name, typed)
        here = (
            select(CtoSkill.skill_id)
            .join(Cto, (Cto.tenant_id == CtoSkill.tenant_id) & (Cto.id == CtoSkill.cto_id))
            .where(CtoSkill.tenant_id == self._tenant_id, Cto.status == CtoStatus.LISTED)
        )
        statement = (
            select(Skill.name)
            .where(Skill.name.op("%")(typed), Skill.id.in_(here))
            .order_by(near.desc(), Skill.name)
            .limit(_MOST_SUGGESTIONS)
        )
        return list(await self._work.session.scalars(statement))

    async def _ask(self, synonyms: Synonyms, ask: Callable[[Engine], Awaitable[Answer]]) -> tuple[Answer, bool]:
        server = self._work.gateways.search
        if server is not None:
            try:
                return await ask(TypesenseEngine(server)), False
            except SearchUnavailable:
                pass
            except SearchRefused as error:
                _log.error("search engine refused a query, the database searches", reason=str(error))
        return await ask(PostgresEngine(self._work.session, synonyms)), server is not None

    async def _rows(self, ids: Sequence[UUID]) -> dict[UUID, Cto]:
        """The profiles as they are now: what the index still holds of somebody who is no longer listed is not shown."""
        statement = select(Cto).where(Cto.tenant_id == self._tenant_id, Cto.id.in_(ids), Cto.status == CtoStatus.LISTED)
        return {cto.id: cto for cto in await self._work.session.scalars(statement)} if ids else {}


_kept: list[tuple[float, Synonyms]] = []


async def synonyms_of(session: AsyncSession) -> Synonyms:
    """The taxonomy's synonyms; they change with a release, and are read again every few minutes."""
    if _kept and time.monotonic() - _kept[0][0] < _KEEP_SYNONYMS_SECONDS:
        return _kept[0][1]
    statement = select(Skill.name, Skill.synonyms).where(func.cardinality(Skill.synonyms) > 0).order_by(Skill.name)
    found = Synonyms([(name, *synonyms) for name, synonyms in await session.execute(statement)])
    if found.groups:
        _kept[:] = [(time.monotonic(), found)]
    return found
