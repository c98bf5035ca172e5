"""Finding skills of the taxonomy."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Text, bindparam, func, or_, select, text
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

    async def search(self, words: str, size: int) -> Sequence[Skill]:
        """Skills called something like a text, best first; without a text, those that the tenant's CTOs name most.

        A name or synonym may hold the text, or differ from it by a few letters.
        """
        self._work.require(CtoPermission.READ_SKILLS)
        typed = searched(words).lower()
        if not typed:
            return await self._usual(size)
        return await _called(self._work.session, typed, size)

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
    unknown = next((name for name in names if name not in found), None)
    if unknown is not None:
        similar = await _called(session, searched(unknown).lower(), 3) if searched(unknown) else []
        fields.refuse("skills", unknown_skill(unknown, [skill.name for skill in similar]))
    return found


def unknown_skill(name: str, similar: Sequence[str] = ()) -> str:
    """What to say of a name that is no skill's."""
    advice = f"Did you mean {' or '.join(similar)}?" if similar else "Pick one from the list."
    return f"“{findable(name)[:60]}” is not a skill we know. {advice}"


async def _called(session: AsyncSession, typed: str, size: int) -> Sequence[Skill]:
    values = {"typed": typed, "holds": like(typed), "begins": like(typed).removeprefix("%"), "size": size}
    return (await session.scalars(select(Skill).from_statement(_CALLED), values)).all()


# Two ways to a skill, each by an index: its name, and the other names of the few that have some. `%` is "similar to",
# as trigrams see it.
_CALLED = text("""
    with found as (
        select id, similarity(lower(name), :typed) as likeness,
            case when lower(name) = :typed then 0
                when name ilike :holds and source = 'own' then 2
                when name ilike :begins then 3
                when name ilike :holds then 4
                when source = 'own' then 5 else 6 end as rank
        from skills where name ilike :holds or name % :typed
        union all
        select id, similarity(lower(synonym), :typed),
            case when lower(synonym) = :typed then 1 when synonym ilike :begins then 3 else 5 end
        from skills, unnest(synonyms) as synonym
        where synonyms <> '{}' and (synonym ilike :holds or synonym % :typed)
    )
    select skills.* from skills
    join (select id, min(rank) as rank, max(likeness) as likeness from found group by id) best using (id)
    order by rank, case when rank > 4 then -likeness end, length(name), name
    limit :size
""").bindparams(
    bindparam("typed", type_=Text()),
    bindparam("holds", type_=Text()),
    bindparam("begins", type_=Text()),
    bindparam("size", type_=Integer()),
)


async def find_skills(session: AsyncSession, names: Sequence[str]) -> dict[str, UUID]:
    """The skill that each name stands for, by name or synonym, of those that stand for one."""
    found: dict[str, UUID] = {}
    different = list(dict.fromkeys(names))
    for start in range(0, len(different), _MOST_AT_ONCE):
        found |= await _find(session, different[start : start + _MOST_AT_ONCE])
    return found


async def _find(session: AsyncSession, names: Sequence[str]) -> dict[str, UUID]:
    typed = {name: clean(name)[:200] if clean(name).isprintable() else "" for name in names}
    slugs = {slug_of(each) for each in typed.values()} - {""}
    by_slug = {
        slug: id_ for id_, slug in await session.execute(select(Skill.id, Skill.slug).where(Skill.slug.in_(slugs)))
    }
    others = [each.lower() for each in typed.values() if slug_of(each) not in by_slug]
    by_synonym = await _by_synonym(session, others) if others else {}
    known = {name: by_slug.get(slug_of(each)) or by_synonym.get(each.lower()) for name, each in typed.items()}
    return {name: skill_id for name, skill_id in known.items() if skill_id is not None}


async def _by_synonym(session: AsyncSession, words: Sequence[str]) -> dict[str, UUID]:
    synonym = func.lower(func.unnest(Skill.synonyms)).label("synonym")
    every = select(Skill.id, synonym).subquery()
    rows = await session.execute(select(every.c.synonym, every.c.id).where(every.c.synonym.in_(words)))
    return {row.synonym: row.id for row in rows}
