"""The directory of CTOs."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Numeric, Select, func, literal, select

from ctorendang.domains.ctos.completeness import Completeness, ProfileFacts, completeness
from ctorendang.domains.ctos.models import Cto, Skill, StatusChange
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.repository import CtoFilter, CtoRepository, HeldSkill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.work import UnitOfWork

_SHOWN_SKILLS = 40


class CtoOrder(StrEnum):
    """How the directory is sorted."""

    RATING = "rating"
    RATE_ASC = "rate_asc"
    RATE_DESC = "rate_desc"
    EXPERIENCE = "experience"
    NEWEST = "newest"
    NAME = "name"


def _keys(order: CtoOrder) -> list[Key]:
    rating = func.coalesce(Cto.rating, literal(0, Numeric(3, 2)))
    leading = {
        CtoOrder.RATING: [
            Key(rating, Decimal, descending=True),
            Key(Cto.review_count.expression, int, descending=True),
        ],
        CtoOrder.RATE_ASC: [Key(Cto.hourly_rate.expression, int)],
        CtoOrder.RATE_DESC: [Key(Cto.hourly_rate.expression, int, descending=True)],
        CtoOrder.EXPERIENCE: [Key(Cto.years_experience.expression, int, descending=True)],
        CtoOrder.NEWEST: [],
        CtoOrder.NAME: [Key(Cto.name.expression, str)],
    }[order]
    return [*leading, Key(Cto.id.expression, UUID, descending=order is CtoOrder.NEWEST)]


class CtoService:
    """Reading profiles."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._ctos = CtoRepository(session=work.session)

    async def find(self, cto_id: UUID) -> Cto | None:
        """A profile that the actor may see: a listed one, one's own, or any for those who approve them."""
        self._work.require(CtoPermission.READ)
        cto = await self._ctos.find(self._tenant_id, cto_id)
        return cto if cto is not None and self._visible(cto) else None

    def _visible(self, cto: Cto) -> bool:
        return cto.status == CtoStatus.LISTED or self._concerns(cto)

    async def of_people(self, user_ids: list[UUID]) -> dict[UUID, Cto]:
        """The profiles of some people, as far as the actor may see them."""
        self._work.require(CtoPermission.READ)
        statement = select(Cto).where(Cto.tenant_id == self._tenant_id, Cto.user_id.in_(user_ids))
        return {cto.user_id: cto for cto in await self._work.session.scalars(statement) if self._visible(cto)}

    def people_with(self, status: CtoStatus) -> Select[UUID]:
        """Selects whose profiles stand at a status, for narrowing another statement.

        Raises:
            Forbidden: the actor does not approve profiles.
        """
        self._work.require(CtoPermission.APPROVE)
        return select(Cto.user_id).where(Cto.tenant_id == self._tenant_id, Cto.status == status)

    async def page(self, wanted: CtoFilter, order: CtoOrder, request: PageRequest) -> Page[Cto]:
        """A page of the directory.

        Raises:
            InvalidInput: the page makes no sense.
        """
        self._work.require(CtoPermission.READ)
        return await fetch_page(
            self._work.session, self._ctos.select_listed(self._tenant_id, wanted), _keys(order), request
        )

    async def count(self, wanted: CtoFilter) -> int:
        """How many listed profiles a filter finds."""
        self._work.require(CtoPermission.READ)
        chosen = self._ctos.select_listed(self._tenant_id, wanted).with_only_columns(Cto.id).subquery()
        return (await self._work.session.scalar(select(func.count()).select_from(chosen))) or 0

    async def skill_counts(self, wanted: CtoFilter) -> list[tuple[str, int]]:
        """How many of the profiles found name each skill: how many would be left if it were asked for too."""
        self._work.require(CtoPermission.READ)
        return await self._ctos.skill_counts(self._ctos.select_listed(self._tenant_id, wanted), _SHOWN_SKILLS)

    async def industry_counts(self, wanted: CtoFilter) -> list[tuple[str, int]]:
        """How many of the profiles found know each industry."""
        self._work.require(CtoPermission.READ)
        return await self._ctos.industry_counts(self._ctos.select_listed(self._tenant_id, wanted))

    async def skills_of(self, cto_ids: list[UUID]) -> dict[UUID, list[tuple[Skill, int]]]:
        """The skills and levels of profiles that the actor was given, strongest first."""
        self._work.require(CtoPermission.READ)
        return await self._ctos.skills_of(self._tenant_id, cto_ids)

    async def held_skills_of(self, cto_ids: list[UUID]) -> dict[UUID, list[HeldSkill]]:
        """The same with everything that is said about them."""
        self._work.require(CtoPermission.READ)
        return await self._ctos.held_skills_of(self._tenant_id, cto_ids)

    async def completeness_of(self, cto: Cto) -> Completeness | None:
        """How complete a profile is; None for those who neither own nor approve it.

        Raises:
            Forbidden: the actor reads no profiles.
        """
        self._work.require(CtoPermission.READ)
        if not self._concerns(cto):
            return None
        held = (await self._ctos.held_skills_of(self._tenant_id, [cto.id]))[cto.id]
        return completeness(
            ProfileFacts(
                headline=len(cto.headline),
                bio=len(cto.bio),
                skills=len(held),
                skills_with_years=sum(each.years is not None for each in held),
                industries=len(cto.industries),
                stages=len(cto.stages),
                positions=len(cto.experience),
                positions_told=sum(bool(position["changed"]) for position in cto.experience),
                languages=len(cto.languages),
                portfolio=await self._ctos.count_portfolio(self._tenant_id, cto.id),
                hourly_rate=cto.hourly_rate,
                availability=cto.availability,
            )
        )

    async def history_of(self, cto: Cto) -> list[StatusChange] | None:
        """Where a profile has stood, the latest first; None for those who neither own nor approve it.

        Raises:
            Forbidden: the actor reads no profiles.
        """
        self._work.require(CtoPermission.READ)
        return await self._ctos.history_of(self._tenant_id, cto.id) if self._concerns(cto) else None

    def _concerns(self, cto: Cto) -> bool:
        own = self._work.actor.user_id is not None and cto.user_id == self._work.actor.user_id
        return own or self._work.allows(CtoPermission.APPROVE)
