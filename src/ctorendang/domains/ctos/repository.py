"""CTOs in Postgres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Integer, Numeric, Select, Uuid, bindparam, cast, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from ctorendang.domains.ctos.draft import NamedSkill
from ctorendang.domains.ctos.models import Cto, CtoSkill, Review, Skill, StatusChange
from ctorendang.domains.ctos.portfolio.models import PortfolioItem
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.ctos.taxonomy import slug_of
from ctorendang.infra.db.paging import Key, Page, cursor_of
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import findable, like, searched


@dataclass(frozen=True, slots=True)
class CtoFilter:
    """Which profiles: all of what is said must hold.

    Attributes:
        skills: names; a profile must have each.
        industries: a profile must know at least one.
        max_hourly_rate: minor units.
    """

    search: str | None = None
    skills: Sequence[str] = ()
    industries: Sequence[str] = ()
    max_hourly_rate: int | None = None
    min_availability: int | None = None
    min_years: int | None = None
    min_rating: float | None = None


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill of a CTO, with what they say about it."""

    skill: Skill
    level: int
    years: int | None


class CtoRepository(SQLAlchemyAsyncRepository[Cto]):
    """Reads and writes profiles."""

    model_type = Cto

    async def find(self, tenant_id: UUID, cto_id: UUID) -> Cto | None:
        """One profile, whatever its status."""
        return await self.session.get(Cto, (tenant_id, cto_id))

    async def get_locked(self, tenant_id: UUID, cto_id: UUID) -> Cto:
        """One profile, unchanged by others until the transaction ends.

        Raises:
            NotFound: there is none.
        """
        # Read anew: what was seen before the lock may have changed until there was one.
        cto = await self.session.get(
            Cto, (tenant_id, cto_id), with_for_update={"key_share": True}, populate_existing=True
        )
        if cto is None:
            raise NotFound("This CTO is not listed here.")
        return cto

    async def find_of_user(self, tenant_id: UUID, user_id: UUID, *, locked: bool = False) -> Cto | None:
        """A person's own profile."""
        statement = select(Cto).where(Cto.tenant_id == tenant_id, Cto.user_id == user_id)
        if locked:
            statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
        return (await self.session.scalars(statement)).one_or_none()

    async def get_of_user(self, tenant_id: UUID, user_id: UUID) -> Cto:
        """A person's own profile, unchanged by others until the transaction ends.

        Raises:
            NotFound: they have none yet.
        """
        cto = await self.find_of_user(tenant_id, user_id, locked=True)
        if cto is None:
            raise NotFound("Write your profile first.")
        return cto

    def select_listed(self, tenant_id: UUID, wanted: CtoFilter) -> Select[Cto]:
        """The listed profiles that a filter finds."""
        statement = select(Cto).where(Cto.tenant_id == tenant_id, Cto.status == CtoStatus.LISTED)
        if typed := searched(wanted.search):
            words = func.websearch_to_tsquery("english", typed)
            named = exists().where(
                CtoSkill.tenant_id == tenant_id,
                CtoSkill.cto_id == Cto.id,
                Skill.id == CtoSkill.skill_id,
                Skill.name.ilike(like(typed)),
            )
            statement = statement.where(or_(Cto.words.op("@@")(words), Cto.name.ilike(like(typed)), named))
        for name in wanted.skills:
            has = exists().where(
                CtoSkill.tenant_id == tenant_id,
                CtoSkill.cto_id == Cto.id,
                Skill.id == CtoSkill.skill_id,
                Skill.slug == slug_of(name),
            )
            statement = statement.where(has)
        if wanted.industries:
            statement = statement.where(Cto.industries.overlap([findable(each) for each in wanted.industries]))
        if wanted.max_hourly_rate is not None:
            statement = statement.where(Cto.hourly_rate <= wanted.max_hourly_rate)
        if wanted.min_availability is not None:
            statement = statement.where(Cto.availability >= wanted.min_availability)
        if wanted.min_years is not None:
            statement = statement.where(Cto.years_experience >= wanted.min_years)
        if wanted.min_rating is not None:
            statement = statement.where(Cto.rating >= cast(wanted.min_rating, Numeric))
        return statement

    async def skill_counts(self, selected: Select[Cto], size: int) -> list[tuple[str, int]]:
        """How many of the selected profiles name each skill, most first."""
        chosen = selected.with_only_columns(Cto.tenant_id, Cto.id).subquery()
        statement = (
            select(Skill.name, func.count())
            .select_from(chosen)
            .join(CtoSkill, (CtoSkill.tenant_id == chosen.c.tenant_id) & (CtoSkill.cto_id == chosen.c.id))
            .join(Skill, Skill.id == CtoSkill.skill_id)
            .group_by(Skill.name)
            .order_by(func.count().desc(), Skill.name)
            .limit(size)
        )
        return [(name, count) for name, count in await self.session.execute(statement)]

    async def industry_counts(self, selected: Select[Cto]) -> list[tuple[str, int]]:
        """How many of the selected profiles know each industry, most first."""
        industry = selected.with_only_columns(func.unnest(Cto.industries).label("industry")).subquery().c.industry
        statement = select(industry, func.count()).group_by(industry).order_by(func.count().desc(), industry)
        return [(name, count) for name, count in await self.session.execute(statement)]

    async def skills_of(self, tenant_id: UUID, cto_ids: list[UUID]) -> dict[UUID, list[tuple[Skill, int]]]:
        """The skills and levels of some CTOs, strongest first."""
        held = await self.held_skills_of(tenant_id, cto_ids)
        return {cto_id: [(each.skill, each.level) for each in named] for cto_id, named in held.items()}

    async def held_skills_of(self, tenant_id: UUID, cto_ids: list[UUID]) -> dict[UUID, list[HeldSkill]]:
        """The skills of some CTOs with everything that they say about them, strongest first."""
        statement = (
            select(CtoSkill.cto_id, Skill, CtoSkill.level, CtoSkill.years)
            .join(Skill, Skill.id == CtoSkill.skill_id)
            .where(CtoSkill.tenant_id == tenant_id, CtoSkill.cto_id.in_(cto_ids))
            .order_by(CtoSkill.level.desc(), Skill.name)
        )
        found: dict[UUID, list[HeldSkill]] = {cto_id: [] for cto_id in cto_ids}
        for cto_id, skill, level, years in await self.session.execute(statement):
            found[cto_id].append(HeldSkill(skill, level, years))
        return found

    async def history_of(self, tenant_id: UUID, cto_id: UUID) -> list[StatusChange]:
        """Where a profile has stood, the latest first."""
        statement = select(StatusChange).where(StatusChange.tenant_id == tenant_id, StatusChange.cto_id == cto_id)
        return list(await self.session.scalars(statement.order_by(StatusChange.id.desc()).limit(50)))

    async def count_portfolio(self, tenant_id: UUID, cto_id: UUID) -> int:
        """How many pieces of work a CTO shows."""
        statement = select(func.count(PortfolioItem.id)).where(
            PortfolioItem.tenant_id == tenant_id, PortfolioItem.cto_id == cto_id, PortfolioItem.removed_at.is_(None)
        )
        return await self.session.scalar(statement) or 0

    async def put_skills(self, tenant_id: UUID, cto_id: UUID, said: Mapping[UUID, NamedSkill]) -> None:
        """Give a CTO exactly these skills, with the level and the years said of each."""
        await self.session.execute(
            delete(CtoSkill).where(
                CtoSkill.tenant_id == tenant_id, CtoSkill.cto_id == cto_id, CtoSkill.skill_id.not_in(said)
            )
        )
        if said:
            statement = insert(CtoSkill).values(
                [
                    {
                        "tenant_id": tenant_id,
                        "cto_id": cto_id,
                        "skill_id": id_,
                        "level": each.level,
                        "years": each.years,
                    }
                    for id_, each in said.items()
                ]
            )
            put = {"level": statement.excluded.level, "years": statement.excluded.years}
            await self.session.execute(
                statement.on_conflict_do_update(index_elements=["tenant_id", "cto_id", "skill_id"], set_=put)
            )

    async def put_skills_of_many(self, tenant_id: UUID, levels: Mapping[UUID, Mapping[UUID, int]]) -> None:
        """Give each of many CTOs exactly these skills and leave years as they are; in two statements, however many."""
        rows = [(cto_id, skill_id, level) for cto_id, named in levels.items() for skill_id, level in named.items()]
        values = {
            "tenant_id": tenant_id,
            "cto_ids": [cto_id for cto_id, _, _ in rows],
            "skill_ids": [skill_id for _, skill_id, _ in rows],
            "levels": [level for _, _, level in rows],
        }
        await self.session.execute(_DROP_OTHER_SKILLS, {**values, "all_cto_ids": list(levels)})
        await self.session.execute(_PUT_SKILLS, values)


_ARRAYS = tuple(bindparam(name, type_=ARRAY(Uuid())) for name in ("cto_ids", "skill_ids"))
_LEVELS = bindparam("levels", type_=ARRAY(Integer()))
_DROP_OTHER_SKILLS = text("""
    delete from cto_skills where tenant_id = :tenant_id and cto_id = any(:all_cto_ids)
        and (cto_id, skill_id) not in (select kept.cto_id, kept.skill_id
            from unnest(:cto_ids, :skill_ids, :levels) as kept (cto_id, skill_id, level))
""").bindparams(*_ARRAYS, _LEVELS, bindparam("all_cto_ids", type_=ARRAY(Uuid())))
_PUT_SKILLS = text("""
    insert into cto_skills (tenant_id, cto_id, skill_id, level)
    select :tenant_id, put.cto_id, put.skill_id, put.level
    from unnest(:cto_ids, :skill_ids, :levels) as put (cto_id, skill_id, level)
    on conflict (tenant_id, cto_id, skill_id) do update set level = excluded.level
""").bindparams(*_ARRAYS, _LEVELS, bindparam("tenant_id", type_=Uuid()))


NEWEST_REVIEWS = (
    Key(Review.created_at.expression, datetime.fromisoformat, descending=True),
    Key(Review.id.expression, UUID, descending=True),
)


class ReviewRepository(SQLAlchemyAsyncRepository[Review]):
    """Reads and writes reviews."""

    model_type = Review

    async def put(self, *, tenant_id: UUID, cto_id: UUID, author_id: UUID, rating: int, body: str) -> Review:
        """Insert, or replace the author's earlier review of the same CTO; the CTO's mean follows."""
        values = {"rating": rating, "body": body}
        statement = (
            insert(Review)
            .values(tenant_id=tenant_id, cto_id=cto_id, author_id=author_id, **values)
            .on_conflict_do_update(index_elements=["tenant_id", "cto_id", "author_id"], set_=values)
            .returning(Review)
        )
        review = (await self.session.scalars(statement, execution_options={"populate_existing": True})).one()
        mean = select(func.round(func.avg(Review.rating), 2), func.count()).where(
            Review.tenant_id == tenant_id, Review.cto_id == cto_id
        )
        average, count = (await self.session.execute(mean)).one()
        await self.session.execute(
            update(Cto)
            .where(Cto.tenant_id == tenant_id, Cto.id == cto_id)
            .values(rating=average, review_count=count, updated_at=Cto.updated_at)
        )
        return review

    async def first_of_each(self, tenant_id: UUID, cto_ids: list[UUID], size: int) -> dict[UUID, Page[Review]]:
        """The first page of several CTOs each."""
        order = [key.order() for key in NEWEST_REVIEWS]
        place = func.row_number().over(partition_by=Review.cto_id, order_by=order).label("place")
        ranked = select(Review.id, place).where(Review.tenant_id == tenant_id, Review.cto_id.in_(cto_ids)).subquery()
        statement = (
            select(Review, *(key.expression for key in NEWEST_REVIEWS))
            .join(ranked, ranked.c.id == Review.id)
            .where(Review.tenant_id == tenant_id, ranked.c.place <= size + 1)
            .order_by(*order)
        )
        found: dict[UUID, list[tuple[Review, str]]] = {cto_id: [] for cto_id in cto_ids}
        for review, *values in await self.session.execute(statement):
            found[review.cto_id].append((review, cursor_of(values)))
        return {
            cto_id: Page(
                rows=[review for review, _ in reviews[:size]],
                cursors=[cursor for _, cursor in reviews[:size]],
                has_next=len(reviews) > size,
                has_previous=False,
            )
            for cto_id, reviews in found.items()
        }
