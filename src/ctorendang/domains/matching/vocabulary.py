"""Bridges between words and skills: whose names a text holds, and whose meaning is near to what it says."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Skill
from ctorendang.infra.gateways.gateways import Embedder

# Shorter names are words of everyday language in lower case ("go", "rust"), so these must be written as they are.
_EXACT_BELOW = 5
_MOST_NEEDS = 10
# How much nearer to a sentence than the average skill one is, from not at all to as near as they come; and how much of
# that is due to its relatives, since names alone are few words. Both were chosen on the tuning seed.
_LOW, _HIGH = 0.05, 0.35
_FAMILY = 0.5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Our own skills with what they are called and what that means to a model.

    Attributes:
        vectors: one row a skill.
        family: the row of each skill's broader skill, its own where that is not ours.
        narrow: whether a skill says something: "Kubernetes" does, and its broader "Cloud infrastructure" does not.
    """

    ids: Sequence[UUID]
    by_name: dict[str, UUID]
    loose: re.Pattern[str]
    exact: re.Pattern[str]
    vectors: NDArray[np.float32]
    family: NDArray[np.intp]
    narrow: NDArray[np.bool_]

    def named_in(self, text: str) -> list[UUID]:
        """The skills that a text calls by one of their names, each once, in the order of the text."""
        found = [(match.start(), match[0].lower()) for match in self.loose.finditer(text)]
        found += [(match.start(), match[0]) for match in self.exact.finditer(text)]
        # A pattern that minds no case takes some letters for others, as the long s for an s; no name is spelled so.
        named = (self.by_name.get(name) for _, name in sorted(found))
        return list(dict.fromkeys(skill_id for skill_id in named if skill_id is not None))

    def suggested_by(self, vectors: NDArray[np.float32]) -> dict[UUID, float]:
        """The skills nearest to any of some sentences, with how near, above 0 and at most 1."""
        near_to_each = self.vectors @ vectors.T
        own = (near_to_each - near_to_each.mean(axis=0)).max(axis=1)
        members = np.bincount(self.family, minlength=len(own))
        relatives = np.bincount(self.family, weights=own, minlength=len(own)) / np.maximum(members, 1)
        near = (1 - _FAMILY) * own + _FAMILY * relatives[self.family]
        strength = np.clip((near - _LOW) / (_HIGH - _LOW), 0, 1) * self.narrow
        order = np.argsort(-strength, kind="stable")[:_MOST_NEEDS]
        return {self.ids[row]: float(strength[row]) for row in order if strength[row] > 0.01}


_read: dict[str, Vocabulary] = {}


async def read_vocabulary(session: AsyncSession, embedder: Embedder) -> Vocabulary:
    """The vocabulary in the eyes of a model; read once a process and model, which takes seconds."""
    if embedder.model not in _read:
        statement = select(Skill).where(Skill.source == "own").order_by(Skill.id)
        skills = (await session.scalars(statement)).all()
        names = [", ".join((skill.name, *skill.synonyms)) for skill in skills]
        vectors = np.asarray(await embedder.embed(names), dtype=np.float32).reshape(len(skills), -1)
        _read[embedder.model] = _assemble(skills, vectors)
    return _read[embedder.model]


def _assemble(skills: Sequence[Skill], vectors: NDArray[np.float32]) -> Vocabulary:
    by_name: dict[str, UUID] = {}
    exact: list[str] = []
    rows = {skill.id: row for row, skill in enumerate(skills)}
    narrow = [skill.parent_id in rows for skill in skills]
    for skill in itertools.compress(skills, narrow):
        for name in (skill.name, *skill.synonyms):
            if len(name) < _EXACT_BELOW:
                exact.append(name)
                by_name.setdefault(name, skill.id)
            by_name.setdefault(name.lower(), skill.id)
    return Vocabulary(
        ids=[skill.id for skill in skills],
        by_name=by_name,
        loose=_pattern([name for name in by_name if len(name) >= _EXACT_BELOW], re.IGNORECASE),
        exact=_pattern(exact),
        vectors=vectors,
        narrow=np.asarray(narrow, dtype=np.bool_),
        family=np.asarray(
            [rows.get(skill.parent_id or skill.id, row) for row, skill in enumerate(skills)], dtype=np.intp
        ),
    )


def _pattern(names: Sequence[str], flags: int = 0) -> re.Pattern[str]:
    # The longest first, so that "Kubernetes security" would not be cut down to "Kubernetes".
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", flags)
