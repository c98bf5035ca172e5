"""What somebody may have meant to type: the nearest of the words that a tenant's directory knows.

No index of trigrams helps where rows are under row-level security, since comparing by trigrams is not leakproof; and a
directory of 20,000 people has some thousand different words in its names, headlines and skills. So those are read once
a minute and compared here, and the words that were meant are then searched for as if they had been typed.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.highlighting import distance, near
from ctorendang.domains.search.synonyms import phrase_of
from ctorendang.kit.cache import Cache

_KEEP_SECONDS = 60.0
_MOST_TENANTS = 64
_MOST_WORDS = 100_000
_MOST_MEANT = 10


class Vocabulary:
    """Words, found by what is spelled much like them.

    Args:
        words: in lower case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[tuple[str, int], list[str]] = {}
        for word in sorted(words):
            self._words.setdefault((word[:1], len(word)), []).append(word)

    def nearest(self, typed: str) -> list[str]:
        """The words with the fewest typos between them and what was typed; none where that is a word itself."""
        alike = [
            word
            for length in range(len(typed) - 2, len(typed) + 3)
            for word in self._words.get((typed[:1], length), ())
            if near(word, typed)
        ]
        typos = {word: distance(word, typed) for word in alike}
        fewest = min(typos.values(), default=0)
        return [word for word in alike if typos[word] == fewest][:_MOST_MEANT] if fewest else []


_kept = Cache[UUID, Vocabulary](_MOST_TENANTS)


async def vocabulary_of(session: AsyncSession, tenant_id: UUID) -> Vocabulary:
    """The words of a tenant's listed names, headlines and skills; at most a minute old."""
    kept = _kept.get(tenant_id)
    if kept is None:
        kept = Vocabulary(await _words(session, tenant_id))
        _kept.put(tenant_id, kept, _KEEP_SECONDS)
    return kept


async def _words(session: AsyncSession, tenant_id: UUID) -> set[str]:
    said = func.unnest(func.string_to_array(func.lower(Cto.name + " " + Cto.headline), " "))
    texts = select(said).distinct().where(Cto.tenant_id == tenant_id, Cto.status == CtoStatus.LISTED)
    held = select(CtoSkill.skill_id).where(CtoSkill.tenant_id == tenant_id)
    skills = select(Skill.name, Skill.synonyms).where(Skill.id.in_(held))
    names = [
        *await session.scalars(texts.limit(_MOST_WORDS)),
        *(name for row in await session.execute(skills) for name in (row.name, *row.synonyms)),
    ]
    return {word for name in names for word in phrase_of(name)}
