"""Keeping what was read of profiles and projects, besides vectors."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, cast, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.matching.models import CtoMention, CtoReading, CtoSketch, CtoVector, ProjectNeed
from ctorendang.domains.matching.stages import told_stages
from ctorendang.domains.matching.texts import all_words, source_hash
from ctorendang.domains.matching.vocabulary import Vocabulary
from ctorendang.infra.gateways.embeddings import DIMENSIONS

# Skills and the headline say in few words what the rest says in many.
_RANKS: dict[str, ColumnElement[Any]] = dict.fromkeys(("headline", "skills"), literal_column("'A'::\"char\""))
_RANK: ColumnElement[Any] = literal_column("'B'::\"char\"")
SKETCHED = ("headline", "bio", "experience", "skills")
"""The sections of which ``CtoSketch`` keeps the signs."""


class Readings:
    """What stands in ``cto_readings``, ``cto_sketches``, ``cto_mentions`` and ``project_needs`` of one tenant."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def put_cto(
        self, cto: Cto, sections: Mapping[str, str], vocabulary: Vocabulary, model: str, claims: int
    ) -> None:
        """Keep what a profile says now, after its vectors.

        Args:
            sections: its texts, without name and pronouns.
            model: that has read them.
            claims: how many skills it names.
        """
        text = all_words(sections)
        await self._put_words(cto.id, sections, text)
        await self._put_mentions(cto.id, vocabulary.named_in(text))
        # What its owner has ticked, or else what its texts tell.
        await self._put_sketch(cto, model, list(cto.stages) or told_stages(text), claims)

    async def _put_words(self, cto_id: UUID, sections: Mapping[str, str], text: str) -> None:
        weighted = [
            func.setweight(func.to_tsvector("english", each), _RANKS.get(section, _RANK))
            for section, each in sections.items()
        ] or [func.to_tsvector("english", "")]
        words: ColumnElement[Any] = weighted[0]
        for each in weighted[1:]:
            words = words.op("||")(each)
        values = {"source_hash": source_hash(text), "words": words}
        keys = {"tenant_id": self._tenant_id, "cto_id": cto_id}
        statement = insert(CtoReading).values(**keys, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))

    async def _put_sketch(self, cto: Cto, model: str, stages: Sequence[str], claims: int) -> None:
        ours = (CtoVector.tenant_id == self._tenant_id) & (CtoVector.cto_id == cto.id) & (CtoVector.model == model)
        values = {
            "model": model,
            "availability": cto.availability,
            "hourly_rate": cto.hourly_rate,
            "currency": cto.currency,
            "stages": stages,
            "claims": claims,
            **{
                section: select(cast(func.binary_quantize(CtoVector.embedding), BIT(DIMENSIONS)))
                .where(ours, CtoVector.section == section)
                .scalar_subquery()
                for section in SKETCHED
            },
        }
        keys = {"tenant_id": self._tenant_id, "cto_id": cto.id}
        statement = insert(CtoSketch).values(**keys, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))

    async def _put_mentions(self, cto_id: UUID, skill_ids: Sequence[UUID]) -> None:
        ours = (CtoMention.tenant_id == self._tenant_id) & (CtoMention.cto_id == cto_id)
        await self._session.execute(delete(CtoMention).where(ours, CtoMention.skill_id.not_in(skill_ids)))
        if skill_ids:
            rows = [{"tenant_id": self._tenant_id, "cto_id": cto_id, "skill_id": each} for each in skill_ids]
            await self._session.execute(insert(CtoMention).values(rows).on_conflict_do_nothing())

    async def forget_cto(self, cto_id: UUID) -> None:
        """Keep nothing of a profile."""
        for model in (CtoReading, CtoSketch, CtoMention):
            await self._session.execute(delete(model).where(model.tenant_id == self._tenant_id, model.cto_id == cto_id))

    async def put_needs(self, project_id: UUID, needs: Mapping[UUID, float]) -> None:
        """Keep what a project's text suggests."""
        ours = (ProjectNeed.tenant_id == self._tenant_id) & (ProjectNeed.project_id == project_id)
        await self._session.execute(delete(ProjectNeed).where(ours))
        if needs:
            rows = [
                {"tenant_id": self._tenant_id, "project_id": project_id, "skill_id": skill_id, "strength": strength}
                for skill_id, strength in needs.items()
            ]
            await self._session.execute(insert(ProjectNeed).values(rows))


def needs_of(text: str, vocabulary: Vocabulary, vectors: Sequence[Sequence[float]]) -> dict[UUID, float]:
    """The skills that a project's text names or suggests, with a strength above 0 and at most 1.

    Args:
        vectors: of the text's ``sentences``.
    """
    needs = vocabulary.suggested_by(np.asarray(vectors, dtype=np.float32)) if vectors else {}
    return {**needs, **dict.fromkeys(vocabulary.named_in(text), 1.0)}
