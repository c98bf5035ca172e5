"""Vectors for demo data, put together from those of its building blocks: reading 100,000 bios would take hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from ctorendang.demo.market import Market
from ctorendang.demo.phrases import texts
from ctorendang.demo.profiles import Profile
from ctorendang.demo.projects import sample_briefs
from ctorendang.demo.rows import TenantRows
from ctorendang.demo.surroundings import stories
from ctorendang.domains.matching.texts import profile_sections, project_text, source_hash
from ctorendang.infra.gateways.embeddings import DIMENSIONS
from ctorendang.infra.gateways.gateways import Embedder

CTO_COLUMNS = (
    "tenant_id", "cto_id", "section", "model", "source_hash", "availability", "hourly_rate", "embedding",
)  # fmt: skip
PROJECT_COLUMNS = ("tenant_id", "project_id", "model", "source_hash", "embedding")

# Apart from their skills people differ, and so should the vectors; each of their numbers moves by about this much.
_NOISE = 0.015
# How much a profile is about its industry, beside its five skills.
_INDUSTRY = 0.6

_Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one model makes of the names of skills and industries, and of the projects."""

    model: str
    skills: Mapping[str, _Vector]
    industries: Mapping[str, _Vector]
    projects: Mapping[str, _Vector]

    @classmethod
    async def read(cls, embedder: Embedder) -> Self:
        """Have the model read the words that demo data is made of."""
        blocks = ({skill: skill for skill in stories()}, texts("companies")["fields"], sample_briefs())
        vectors = iter(await embedder.embed([text for block in blocks for text in block.values()]))
        skills, industries, projects = (
            {name: np.asarray(next(vectors), dtype=np.float32) for name in block} for block in blocks
        )
        return cls(embedder.model, skills, industries, projects)

    def skills_of(self, profile: Profile) -> _Vector:
        """What the section about skills means."""
        return self._mean(profile.skills) + self._noise(f"skills {profile.person.email}")

    def profile_of(self, profile: Profile, section: str) -> _Vector:
        """What the headline, the bio or the experience means."""
        field = self.industries[profile.industries[0]]
        return self._mean(profile.skills) + _INDUSTRY * field + self._noise(f"{section} {profile.person.email}")

    def _mean(self, skills: Sequence[tuple[str, int]]) -> _Vector:
        weights = [level for _, level in skills]
        return np.average([self.skills[name] for name, _ in skills], axis=0, weights=weights).astype(np.float32)

    @staticmethod
    def _noise(name: str) -> _Vector:
        seed = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).normal(0, _NOISE, DIMENSIONS).astype(np.float32)


def cto_vectors(
    vocabulary: Vocabulary, tenant_id: UUID, market: Market, rows: TenantRows, *, final: bool
) -> Iterable[tuple[Any, ...]]:
    """Rows of ``cto_vectors`` for the listed CTOs.

    Args:
        final: they pass for read, by carrying the texts' hashes; else the product reads the texts when asked to.
    """
    rates = {row[1]: row[6] for row in rows.tables["ctos"]}
    for candidate, cto_id in zip(market.candidates, rows.cto_ids, strict=True):
        if candidate.status != "listed":
            continue
        profile = candidate.profile
        skills = [name for name, _ in profile.skills]
        experience = [position.stored() for position in candidate.career.experience]
        texts_of = profile_sections(profile.person.name, profile.headline, profile.bio, skills, experience)
        for section, text in texts_of.items():
            vector = vocabulary.skills_of(profile) if section == "skills" else vocabulary.profile_of(profile, section)
            read = source_hash(text) if final else b""
            limits = (profile.availability, rates[cto_id])
            yield tenant_id, cto_id, section, vocabulary.model, read, *limits, _unit(vector)


def project_vectors(
    vocabulary: Vocabulary, tenant_id: UUID, market: Market, rows: TenantRows, *, final: bool
) -> Iterable[tuple[Any, ...]]:
    """Rows of ``project_vectors``; ``final`` as for CTOs."""
    for posting, project_id in zip(market.postings, rows.project_ids, strict=True):
        brief = posting.brief
        read = source_hash(project_text(brief.title, brief.description)) if final else b""
        yield tenant_id, project_id, vocabulary.model, read, _unit(vocabulary.projects[brief.template])


def _unit(vector: _Vector) -> HalfVector:
    return HalfVector(vector / np.linalg.norm(vector))
