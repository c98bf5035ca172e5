"""Keeping vectors in step with what they were made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Cto, Skill
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.models import CtoReading, CtoVector, ProjectVector
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.readings import Readings, needs_of
from ctorendang.domains.matching.stages import told_stage, told_stages
from ctorendang.domains.matching.texts import profile_sections, project_text, sentences, source_hash
from ctorendang.domains.matching.vocabulary import read_vocabulary
from ctorendang.domains.projects.models import Project
from ctorendang.infra.jobs.models import OutboxMessage
from ctorendang.infra.work import UnitOfWork

EDITION = 1
"""Of what is taken out of a project's text; raised, all projects are read again."""


class VectorService:
    """Reads texts with the model, as far as they have changed since it last did."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id
        self._embedder = work.gateways.embedder
        self._readings = Readings(work.session, work.tenant_id)

    async def embed_cto(self, cto_id: UUID) -> None:
        """Bring a profile's vectors up to date; of a profile that is not listed none are kept.

        Should the profile change while the model reads, it is read again: of two jobs that run side by side, the one
        with the older text must not have the last word.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        read: datetime | None = None
        texts: dict[str, str] = {}
        skills: Sequence[Skill] = ()
        vectors: dict[str, list[float]] = {}
        vocabulary = await read_vocabulary(self._session, self._embedder)
        while True:
            cto = await self._reload(Cto, cto_id, locked=read is not None)
            if cto is None or cto.status != CtoStatus.LISTED:
                await self._forget(cto_id)
                return
            if cto.updated_at == read:
                break
            read = cto.updated_at
            skills = await self._skills(cto)
            names = [skill.name for skill in skills]
            texts = profile_sections(cto.name, cto.headline, cto.bio, names, cto.experience)
            vectors = await self._read_changed(cto_id, texts)
        await self._put_sections(cto, texts, vectors)
        await self._readings.put_cto(cto, texts, vocabulary, self._embedder.model, claims=len(skills))

    async def _skills(self, cto: Cto) -> list[Skill]:
        return [skill for skill, _ in (await CtoService(self._work).skills_of([cto.id]))[cto.id]]

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
        await self._readings.forget_cto(cto_id)

    async def embed_project(self, project_id: UUID) -> None:
        """Bring a project's vector up to date, and what its words suggest."""
        self._work.require(MatchingPermission.MAINTAIN)
        vocabulary = await read_vocabulary(self._session, self._embedder)
        read: datetime | None = None
        text = ""
        vectors: list[list[float]] = []
        while True:
            project = await self._reload(Project, project_id, locked=read is not None)
            if project is None or project.updated_at == read:
                break
            read = project.updated_at
            text = project_text(project.title, project.description)
            unchanged = await self._project_hash(project_id) == source_hash(text)
            # The whole first, then its sentences, since what one asks for drowns in the whole; not those that tell how
            # large the company is, which sound like a wish for people.
            parts = [part for part in sentences(text) if not told_stages(part)]
            vectors = [] if unchanged else await self._embedder.embed([text, *parts])
        if project is None or not vectors:
            return
        values = {
            "model": self._embedder.model,
            "source_hash": source_hash(text),
            "embedding": vectors[0],
            "stage": told_stage(text),
            "edition": EDITION,
        }
        keys = {"tenant_id": self._tenant_id, "project_id": project_id}
        statement = insert(ProjectVector).values(**keys, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))
        await self._readings.put_needs(project_id, needs_of(text, vocabulary, vectors[1:]))

    async def _project_hash(self, project_id: UUID) -> bytes | None:
        statement = select(ProjectVector.source_hash).where(
            ProjectVector.tenant_id == self._tenant_id,
            ProjectVector.project_id == project_id,
            ProjectVector.model == self._embedder.model,
            ProjectVector.edition == EDITION,
        )
        found: bytes | None = await self._session.scalar(statement)
        return found

    async def _reload(self, model: type[Any], id_: UUID, *, locked: bool) -> Any:
        return await self._session.get(
            model,
            (self._tenant_id, id_),
            populate_existing=True,
            with_for_update={"key_share": True} if locked else None,
        )

    async def is_busy(self) -> bool:
        """Whether texts of this tenant wait to be read already."""
        self._work.require(MatchingPermission.MAINTAIN)
        waiting = exists().where(
            OutboxMessage.tenant_id == self._tenant_id,
            OutboxMessage.event.in_(["cto.unread", "project.unread"]),
            OutboxMessage.done_at.is_(None),
            OutboxMessage.failed_at.is_(None),
        )
        return bool(await self._session.scalar(select(waiting)))

    async def unread_ctos(self) -> list[UUID]:
        """The listed CTOs whose profile the current model has not read, or of which only vectors are kept."""
        self._work.require(MatchingPermission.MAINTAIN)
        read = exists().where(
            CtoVector.tenant_id == self._tenant_id,
            CtoVector.cto_id == Cto.id,
            CtoVector.model == self._embedder.model,
        ) & exists().where(CtoReading.tenant_id == self._tenant_id, CtoReading.cto_id == Cto.id)
        return await self._ids(
            select(Cto.id).where(Cto.tenant_id == self._tenant_id, Cto.status == CtoStatus.LISTED, ~read)
        )

    async def unread_projects(self) -> list[UUID]:
        """The projects that the current model has not read."""
        self._work.require(MatchingPermission.MAINTAIN)
        read = exists().where(
            ProjectVector.tenant_id == self._tenant_id,
            ProjectVector.project_id == Project.id,
            ProjectVector.model == self._embedder.model,
            ProjectVector.edition == EDITION,
        )
        return await self._ids(select(Project.id).where(Project.tenant_id == self._tenant_id, ~read))

    async def _ids(self, statement: Select[UUID]) -> list[UUID]:
        return list(await self._session.scalars(statement))


def nearest_first(projects: Select[Any], cto_id: UUID) -> Select[Any]:
    """The same projects, those first whose texts mean most nearly what a profile does; without those still unread."""
    return (
        projects.join(
            ProjectVector, (ProjectVector.tenant_id == Project.tenant_id) & (ProjectVector.project_id == Project.id)
        )
        .join(
            CtoVector,
            (CtoVector.tenant_id == Project.tenant_id)
            & (CtoVector.cto_id == cto_id)
            & (CtoVector.model == ProjectVector.model),
        )
        .group_by(Project.tenant_id, Project.id)
        .order_by(func.min(CtoVector.embedding.max_inner_product(ProjectVector.embedding)), Project.id)
    )
