"""Keeping the search engine in step with the profiles.

Everything that is written to the index goes through ``put``: it holds the documents' rows first and reads the profiles
then, so that of two jobs at once the older one cannot have the last word.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.documents import ALIAS, digest_of, document
from ctorendang.domains.search.models import SearchDocument
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.infra.gateways.typesense import Typesense
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_log = structlog.get_logger(__name__)

_BATCH = 500
# Shared by whoever writes through the alias; held alone by whoever lets it stand for another collection.
_WRITING = 7_301_955_121
_SHARED = text("select pg_advisory_xact_lock_shared(:key)").bindparams(key=_WRITING)
_ALONE = text("select pg_advisory_xact_lock(:key)").bindparams(key=_WRITING)
_ONE_SYNC = text("select pg_try_advisory_xact_lock(hashtextextended('search.sync ' || :tenant, 0))")


@dataclass(frozen=True, slots=True)
class Drift:
    """How the index differs from the profiles of a tenant.

    Attributes:
        missing: listed and not in the index.
        extra: in the index and not listed.
        stale: in both, and different.
        expected_digest: one checksum of all that should be there; ``indexed_digest`` of what is.
    """

    expected: int
    indexed: int
    missing: Sequence[UUID]
    extra: Sequence[UUID]
    stale: Sequence[UUID]
    expected_digest: str
    indexed_digest: str

    @property
    def ids(self) -> list[UUID]:
        """Whatever must be written again."""
        return [*self.missing, *self.extra, *self.stale]


class IndexService:
    """A tenant's part of the index, for the worker."""

    def __init__(self, work: UnitOfWork, server: Typesense) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id
        self._server = server

    async def put(self, cto_ids: Iterable[UUID]) -> int:
        """Write some CTOs as they are now, and remove those that are not listed; how many were written or removed.

        Raises:
            Forbidden: the actor is not the worker.
            SearchUnavailable: the index cannot be written; nothing is noted as written then.
        """
        self._work.require(SearchPermission.INDEX)
        done = 0
        await self._session.execute(_SHARED)
        for ids in batches(sorted(set(cto_ids))):
            done += await self._put(ids)
        return done

    async def _put(self, ids: list[UUID]) -> int:
        known = await self._hold(ids)
        documents = {UUID(each["id"]): each for each in await self.documents(ids)}
        for cto_id in ids:
            row = known[cto_id]
            row.version += 1
            row.checksum = documents[cto_id]["checksum"] if cto_id in documents else None
            row.written_at = now()
        if documents:
            versions = {cto_id: known[cto_id].version for cto_id in documents}
            await self._server.put(ALIAS, [{**each, "version": versions[cto_id]} for cto_id, each in documents.items()])
        gone = [str(cto_id) for cto_id in ids if cto_id not in documents]
        if gone:
            await self._server.remove(ALIAS, gone)
        return len(ids)

    async def _hold(self, ids: list[UUID]) -> dict[UUID, SearchDocument]:
        """The documents' rows, made where they are missing, in the order of ids so that nobody waits in a circle."""
        values = [{"tenant_id": self._tenant_id, "id": cto_id} for cto_id in ids]
        await self._session.execute(insert(SearchDocument).values(values).on_conflict_do_nothing())
        statement = (
            select(SearchDocument)
            .where(SearchDocument.tenant_id == self._tenant_id, SearchDocument.id.in_(ids))
            .order_by(SearchDocument.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return {row.id: row for row in await self._session.scalars(statement)}

    async def documents(self, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """What the index should hold of some CTOs; of those who are not listed, nothing.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(SearchPermission.INDEX)
        statement = select(Cto).where(Cto.tenant_id == self._tenant_id, Cto.id.in_(ids), Cto.status == CtoStatus.LISTED)
        ctos = list(await self._session.scalars(statement.execution_options(populate_existing=True)))
        skills = await self._skills_of([cto.id for cto in ctos])
        at = now()
        return [document(cto, skills[cto.id], at) for cto in ctos]

    async def _skills_of(self, ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
        """Name and slug of each skill, strongest first: whole skills, of a whole tenant, would take half the time."""
        statement = (
            select(CtoSkill.cto_id, Skill.name, Skill.slug)
            .join(Skill, Skill.id == CtoSkill.skill_id)
            .where(CtoSkill.tenant_id == self._tenant_id, CtoSkill.cto_id.in_(ids))
            .order_by(CtoSkill.level.desc(), Skill.name)
        )
        found: dict[UUID, list[tuple[str, str]]] = {cto_id: [] for cto_id in ids}
        for cto_id, name, slug in await self._session.execute(statement):
            found[cto_id].append((name, slug))
        return found

    async def listed(self) -> list[UUID]:
        """Every listed CTO.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(SearchPermission.INDEX)
        statement = select(Cto.id).where(Cto.tenant_id == self._tenant_id, Cto.status == CtoStatus.LISTED)
        return list(await self._session.scalars(statement.order_by(Cto.id)))

    async def drift(self) -> Drift:
        """Compare every document with what it should be.

        Raises:
            Forbidden: the actor is not the worker.
            SearchUnavailable: the index cannot be read.
        """
        self._work.require(SearchPermission.INDEX)
        expected: dict[str, str] = {}
        for ids in batches(await self.listed()):
            expected |= {each["id"]: each["checksum"] for each in await self.documents(ids)}
        exported = self._server.export(ALIAS, self._tenant_id, ("id", "checksum"))
        indexed = {each["id"]: str(each.get("checksum")) async for each in exported}
        return _compare(expected, indexed)

    async def sync(self) -> int:
        """Write whatever differs; how much that was. Of two at once the later waits, since comparing takes a core.

        Raises:
            Forbidden: the actor is not the worker.
            SearchUnavailable: the index cannot be read or written.
        """
        self._work.require(SearchPermission.INDEX)
        # Asked again and again, since no statement may take as long as comparing a large tenant does.
        while not await self._session.scalar(_ONE_SYNC, {"tenant": str(self._tenant_id)}):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        found = await self.drift()
        if not found.ids:
            return 0
        changed = await self.put(found.ids)
        _log.info("search index caught up", tenant_id=str(self._tenant_id), documents=changed)
        return changed

    async def swap(self, collection: str) -> None:
        """Let the alias stand for another collection, when nobody is writing through it.

        Raises:
            Forbidden: the actor is not the worker.
            SearchUnavailable: the server cannot be asked.
        """
        self._work.require(SearchPermission.INDEX)
        await self._session.execute(_ALONE)
        await self._server.point(ALIAS, collection)


def batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    """Some CTOs at a time, as many as are read and written at once."""
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _compare(expected: Mapping[str, str], indexed: Mapping[str, str]) -> Drift:
    return Drift(
        expected=len(expected),
        indexed=len(indexed),
        missing=[UUID(each) for each in sorted(expected.keys() - indexed.keys())],
        extra=[UUID(each) for each in sorted(indexed.keys() - expected.keys())],
        stale=[UUID(each) for each in sorted(expected.keys() & indexed.keys()) if expected[each] != indexed[each]],
        expected_digest=digest_of(dict(expected)),
        indexed_digest=digest_of(dict(indexed)),
    )
