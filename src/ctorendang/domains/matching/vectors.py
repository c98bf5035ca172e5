"""Keeping vectors in step with what they were made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import CtoVector, ProjectVector
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.texts import profile_text, project_text, skills_text, source_hash
from ctorendang.domains.projects.models import Project
from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.work import UnitOfWork


class VectorService:
    """Reads texts with the model, as far as they have changed since it last did."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id
        self._embedder = work.gateways.embedder

    async def embed_cto(self, cto_id: UUID) -> None:
        """Bring a profile's vectors up to date; of a profile that is not listed none are kept.

        Should the profile change while the model reads, it is read again: of two jobs that run side by side, the one
        with the older text must not have the last word.
        """
        self._work.require(MatchingPermission.EMBED)
        read: datetime | None = None
        texts: dict[str, str] = {}
        vectors: dict[str, list[float]] = {}
        while True:
            cto = await self._reload(Cto, cto_id, locked=read is not None)
            if cto is None or cto.status != CtoStatus.LISTED:
                await self._forget(cto_id)
                return
            if cto.updated_at == read:
                break
            read = cto.updated_at
            texts = await self._sections(cto)
            vectors = await self._read_changed(cto_id, texts)
        await self._put_sections(cto, texts, vectors)

    async def _sections(self, cto: Cto) -> dict[str, str]:
        skills = (await CtoService(self._work).skills_of([cto.id]))[cto.id]
        sections = {
            "profile": profile_text(cto.headline, cto.bio),
            "skills": skills_text([skill.name for skill, _ in skills]),
        }
        return {section: text for section, text in sections.items() if text}

    async def _read_changed(self, cto_id: UUID, texts: Mapping[str, str]) -> dict[str, list[float]]:
        statement = select(CtoVector.section, CtoVector.source_hash).where(
            CtoVector.tenant_id == self._tenant_id,
            CtoVector.cto_id == cto_id,
            CtoVector.model == self._embedder.model,
        )
        known = {row.section: row.source_hash for row in await self._session.execute(statement)}
        changed = [section for section, text in texts.items() if known.get(section) != source_hash(text)]
        vectors = await self._embedder.embed([texts[section] for section in changed]) if changed else []
        return dict(zip(changed, vectors, strict=True))

    async def _put_sections(self, cto: Cto, texts: Mapping[str, str], vectors: Mapping[str, list[float]]) -> None:
        ours = (CtoVector.tenant_id == self._tenant_id) & (CtoVector.cto_id == cto.id)
        await self._session.execute(delete(CtoVector).where(ours, CtoVector.section.not_in(texts)))
        for section, vector in vectors.items():
            values = {
                "model": self._embedder.model,
                "source_hash": source_hash(texts[section]),
                "embedding": vector,
            }
            keys = {"tenant_id": self._tenant_id, "cto_id": cto.id, "section": section}
            limits = {"availability": cto.availability, "hourly_rate": cto.hourly_rate}
            statement = insert(CtoVector).values(**keys, **values, **limits)
            await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))
        await self._session.execute(
            update(CtoVector).where(ours).values(availability=cto.availability, hourly_rate=cto.hourly_rate)
        )

    async def _forget(self, cto_id: UUID) -> None:
        await self._session.execute(
            delete(CtoVector).where(CtoVector.tenant_id == self._tenant_id, CtoVector.cto_id == cto_id)
        )

    async def embed_project(self, project_id: UUID) -> None:
        """Bring a project's vector up to date."""
        self._work.require(MatchingPermission.EMBED)
        read: datetime | None = None
        digest = b""
        vector: list[float] | None = None
        while True:
            project = await self._reload(Project, project_id, locked=read is not None)
            if project is None or project.updated_at == read:
                break
            read = project.updated_at
            text = project_text(project.title, project.description)
            digest = source_hash(text)
            known = select(ProjectVector.source_hash).where(
                ProjectVector.tenant_id == self._tenant_id,
                ProjectVector.project_id == project_id,
                ProjectVector.model == self._embedder.model,
            )
            unchanged = await self._session.scalar(known) == digest
            vector = None if unchanged else (await self._embedder.embed([text]))[0]
        if project is None or vector is None:
            return
        values = {
            "model": self._embedder.model,
            "source_hash": digest,
            "embedding": vector,
        }
        keys = {"tenant_id": self._tenant_id, "project_id": project_id}
        statement = insert(ProjectVector).values(**keys, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))

    async def _reload(self, model: type[Any], id_: UUID, *, locked: bool) -> Any:
        return await self._session.get(
            model,
            (self._tenant_id, id_),
            populate_existing=True,
            with_for_update={"key_share": True} if locked else None,
        )

    async def is_busy(self) -> bool:
        """Whether texts of this tenant wait to be read already."""
        self._work.require(MatchingPermission.EMBED)
        waiting = exists().where(
            OutboxMessage.tenant_id == self._tenant_id,
            OutboxMessage.event.in_(["cto.unread", "project.unread"]),
            OutboxMessage.done_at.is_(None),
            OutboxMessage.failed_at.is_(None),
        )
        return bool(await self._session.scalar(select(waiting)))

    async def unread_ctos(self) -> list[UUID]:
        """The listed CTOs whose profile the current model has not read."""
        self._work.require(MatchingPermission.EMBED)
        read = exists().where(
            CtoVector.tenant_id == self._tenant_id,
            CtoVector.cto_id == Cto.id,
            CtoVector.model == self._embedder.model,
        )
        return await self._ids(
            select(Cto.id).where(Cto.tenant_id == self._tenant_id, Cto.status == CtoStatus.LISTED, ~read)
        )

    async def unread_projects(self) -> list[UUID]:
        """The projects that the current model has not read."""
        self._work.require(MatchingPermission.EMBED)
        read = exists().where(
            ProjectVector.tenant_id == self._tenant_id,
            ProjectVector.project_id == Project.id,
            ProjectVector.model == self._embedder.model,
        )
        return await self._ids(select(Project.id).where(Project.tenant_id == self._tenant_id, ~read))

    async def _ids(self, statement: Select[UUID]) -> list[UUID]:
        return list(await self._session.scalars(statement))
