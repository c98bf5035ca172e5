"""Finding skills of the taxonomy."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import CtoSkill, Skill
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.taxonomy import slug_of
from ctorendang.infra.validation import Fields, clean, findable, like, searched
from ctorendang.infra.work import UnitOfWork

# Postgres binds no more than 32,767 values to a statement.
_MOST_AT_ONCE = 5_000


class SkillService:
    """The taxonomy, for whoever picks skills."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def search(self, text: str, size: int) -> Sequence[Skill]:
        """Skills whose name holds a text, best first; without a text, those that the tenant's CTOs name most."""
        self._work.require(CtoPermission.READ_SKILLS)
        typed = searched(text).lower()
        if not typed:
            return await self._usual(size)
        rank = case(
            (func.lower(Skill.name) == typed, 0),
            (Skill.source == "own", 1),
            (func.lower(Skill.name).startswith(typed, autoescape=True), 2),
            else_=3,
        )
        found = or_(Skill.name.ilike(like(typed)), literal(typed) == any_(Skill.synonyms))
        statement = select(Skill).where(found).order_by(rank, func.length(Skill.name), Skill.name).limit(size)
        return (await self._work.session.scalars(statement)).all()

    async def _usual(self, size: int) -> Sequence[Skill]:
        named = (
            select(CtoSkill.skill_id, func.count().label("times"))
            .where(CtoSkill.tenant_id == self._work.tenant_id)
            .group_by(CtoSkill.skill_id)
            .subquery()
        )
        statement = (
            select(Skill)
            .outerjoin(named, named.c.skill_id == Skill.id)
            .where(or_(named.c.times.is_not(None), Skill.source == "own"))
            .order_by(func.coalesce(named.c.times, 0).desc(), Skill.name)
            .limit(size)
        )
        return (await self._work.session.scalars(statement)).all()


async def resolve_skills(session: AsyncSession, names: Sequence[str], fields: Fields) -> dict[str, UUID]:
    """The skill that each name stands for, by name or synonym; one for none is noted in the field ``skills``."""
    found = await find_skills(session, names)
    for name in names:
        if name not in found:
            fields.refuse("skills", unknown_skill(name))
    return found


def unknown_skill(name: str) -> str:
    """What to say of a name that is no skill's."""
    typed = findable(name)[:60]
    return f"“{typed}” is not a skill we know. Pick one from the list."


async def find_skills(session: AsyncSession, names: Sequence[str]) -> dict[str, UUID]:
    """The skill that each name stands for, by name or synonym, of those that stand for one."""
    found: dict[str, UUID] = {}
    different = list(dict.fromkeys(names))
    for start in range(0, len(different), _MOST_AT_ONCE):
        found |= await _find(session, different[start : start + _MOST_AT_ONCE])
    return found


async def _find(session: AsyncSession, names: Sequence[str]) -> dict[str, UUID]:
    typed = {name: clean(name)[:200] if clean(name).isprintable() else "" for name in names}
    slugs = {slug_of(text) for text in typed.values()} - {""}
    by_slug = {
        slug: id_ for id_, slug in await session.execute(select(Skill.id, Skill.slug).where(Skill.slug.in_(slugs)))
    }
    others = [text.lower() for text in typed.values() if slug_of(text) not in by_slug]
    by_synonym = await _by_synonym(session, others) if others else {}
    known = {name: by_slug.get(slug_of(text)) or by_synonym.get(text.lower()) for name, text in typed.items()}
    return {name: skill_id for name, skill_id in known.items() if skill_id is not None}


async def _by_synonym(session: AsyncSession, words: Sequence[str]) -> dict[str, UUID]:
    synonym = func.lower(func.unnest(Skill.synonyms)).label("synonym")
    every = select(Skill.id, synonym).subquery()
    rows = await session.execute(select(every.c.synonym, every.c.id).where(every.c.synonym.in_(words)))
    return {row.synonym: row.id for row in rows}
