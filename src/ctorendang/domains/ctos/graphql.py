"""CTOs, their skills and their reviews in GraphQL: what can be read."""

from datetime import datetime
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.people.avatars import avatar_path, avatars_of
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.ctos.models import Cto, Review, Skill
from ctorendang.domains.ctos.part_graphql import (
    AvatarSize,
    CompletenessType,
    CtoFilterInput,
    CtoSkillType,
    FacetCount,
    PositionType,
    ProofType,
    SpokenLanguageType,
    StatusChangeType,
)
from ctorendang.domains.ctos.portfolio.graphql import PortfolioItemType, portfolios
from ctorendang.domains.ctos.proof import Proof, ProofService
from ctorendang.domains.ctos.repository import CtoFilter, HeldSkill
from ctorendang.domains.ctos.reviews import ReviewService
from ctorendang.domains.ctos.service import CtoOrder, CtoService
from ctorendang.domains.ctos.skills import SkillService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.db.paging import Page, PageRequest
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import (
    Connection,
    Info,
    connection,
    parse_id,
)
from ctorendang.infra.work import UnitOfWork

strawberry.enum(CtoOrder, description="How the directory is sorted.")


async def _skills(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, list[HeldSkill]]:
    return await CtoService(work).held_skills_of(cto_ids)


async def _proofs(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, Proof]:
    return await ProofService(work).of_ctos(cto_ids)


async def _reviews(work: UnitOfWork, keys: list[tuple[UUID, int]]) -> dict[tuple[UUID, int], Page[Review]]:
    found = {}
    for size in {size for _, size in keys}:
        pages = await ReviewService(work).first_of_each([cto_id for cto_id, each in keys if each == size], size)
        found.update({(cto_id, size): page for cto_id, page in pages.items()})
    return found


@strawberry.type(name="Skill", description="An entry of the skill taxonomy.")
class SkillType:
    """A skill by itself."""

    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, skill: Skill) -> "SkillType":
        """From its row."""
        return cls(id=strawberry.ID(str(skill.id)), name=skill.name)


@strawberry.type
class ReviewAuthor:
    """Who wrote a review."""

    name: str


@strawberry.type(name="Review", description="What a client says about a CTO.")
class ReviewType:
    """A review."""

    row: strawberry.Private[Review]
    id: strawberry.ID
    rating: int = strawberry.field(description="1 to 5 stars.")
    body: str
    created_at: datetime

    @classmethod
    def of(cls, review: Review) -> "ReviewType":
        """From its row."""
        return cls(
            row=review,
            id=strawberry.ID(str(review.id)),
            rating=review.rating,
            body=review.body,
            created_at=review.created_at,
        )

    @strawberry.field
    async def author(self, info: Info) -> ReviewAuthor:
        """Who wrote it."""
        return ReviewAuthor(name=await info.context.load_found(names_of, self.row.author_id))


@strawberry.type(name="Cto", description="A person who offers part-time technical leadership.")
class CtoType:
    """A profile."""

    row: strawberry.Private[Cto]
    id: strawberry.ID
    name: str
    headline: str
    bio: str
    hourly_rate: int = strawberry.field(description="Minor units of the currency: 18000 is 180.00.")
    currency: str
    availability: int = strawberry.field(description="Hours a week open for new work.")
    rating: float | None = strawberry.field(description="Mean stars; null before the first review.")
    review_count: int
    years_experience: int
    industries: list[str]
    stages: list[str] = strawberry.field(description="Of companies, at which they are at home: seed to enterprise.")
    experience: list[PositionType] = strawberry.field(description="The latest first.")
    languages: list[SpokenLanguageType]
    time_zone: str
    status: CtoStatus
    updated_at: datetime

    @classmethod
    def of(cls, cto: Cto) -> "CtoType":
        """From its row."""
        return cls(
            row=cto,
            id=strawberry.ID(str(cto.id)),
            name=cto.name,
            headline=cto.headline,
            bio=cto.bio,
            hourly_rate=cto.hourly_rate,
            currency=cto.currency,
            availability=cto.availability,
            rating=None if cto.rating is None else float(cto.rating),
            review_count=cto.review_count,
            years_experience=cto.years_experience,
            industries=cto.industries,
            stages=cto.stages,
            experience=[PositionType.of(position) for position in cto.experience],
            languages=[SpokenLanguageType.of(language) for language in cto.languages],
            time_zone=cto.time_zone,
            status=CtoStatus(cto.status),
            updated_at=cto.updated_at,
        )

    @strawberry.field
    async def avatar_url(self, info: Info, size: AvatarSize = AvatarSize.SMALL) -> str | None:
        """The path of the person's picture on this host; null where there is none."""
        name = await info.context.load(avatars_of, self.row.user_id)
        return avatar_path(self.row.user_id, name, size.side) if name else None

    @strawberry.field
    async def skills(self, info: Info) -> list[CtoSkillType]:
        """Strongest first."""
        found = await info.context.load_found(_skills, self.row.id)
        return [CtoSkillType.of(each) for each in found]

    @strawberry.field
    async def proof(self, info: Info) -> ProofType | None:
        """One thing that speaks for them: what a client wrote, or else what changed because of them."""
        found = await info.context.load(_proofs, self.row.id)
        return ProofType.of(found) if found is not None else None

    @strawberry.field
    async def portfolio(self, info: Info) -> list[PortfolioItemType]:
        """The work that they show, in their order."""
        return [PortfolioItemType.of(shown) for shown in await info.context.load_found(portfolios, self.row.id)]

    @priced(20)
    async def completeness(self, info: Info) -> CompletenessType | None:
        """How complete the profile is; null for those who neither own nor approve it."""
        found = await info.context.use(lambda work: CtoService(work).completeness_of(self.row))
        return CompletenessType.of(found) if found is not None else None

    @priced(20)
    async def history(self, info: Info) -> list[StatusChangeType] | None:
        """Where the profile has stood, latest first; null for those who neither own nor approve it."""
        found = await info.context.use(lambda work: CtoService(work).history_of(self.row))
        return None if found is None else [StatusChangeType.of(change) for change in found]

    @strawberry.field
    async def reviews(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[ReviewType]:
        """Newest first."""
        request = PageRequest(first, after, last, before)
        if request == PageRequest(first=first):
            page = await info.context.load_found(_reviews, (self.row.id, request.size()))
        else:
            page = await info.context.use(lambda work: ReviewService(work).page(self.row.id, request))
        return connection(page, ReviewType.of, self._review_count)

    async def _review_count(self) -> int:
        return self.row.review_count


@strawberry.type(description="What the profiles found have in common, for narrowing a search.")
class CtoFacets:
    """Counts over the whole result, not just a page."""

    wanted: strawberry.Private[CtoFilter]

    @priced(500)
    async def total(self, info: Info) -> int:
        """How many profiles the filter finds."""
        return await info.context.use(lambda work: CtoService(work).count(self.wanted))

    @priced(2000)
    async def skills(self, info: Info) -> list[FacetCount]:
        """The 40 skills that most of them name."""
        found = await info.context.use(lambda work: CtoService(work).skill_counts(self.wanted))
        return [FacetCount(value=value, count=count) for value, count in found]

    @priced(1000)
    async def industries(self, info: Info) -> list[FacetCount]:
        """The industries they know."""
        found = await info.context.use(lambda work: CtoService(work).industry_counts(self.wanted))
        return [FacetCount(value=value, count=count) for value, count in found]


@strawberry.type
class CtoQueries:
    """Roots about CTOs."""

    @strawberry.field
    async def cto(self, info: Info, id: strawberry.ID) -> CtoType | None:
        """A profile, null when there is none to see here."""
        cto_id = parse_id(id)
        if cto_id is None:
            return None
        cto = await info.context.use(lambda work: CtoService(work).find(cto_id))
        return CtoType.of(cto) if cto is not None else None

    @strawberry.field
    async def ctos(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: CtoFilterInput | None = None,
        order_by: CtoOrder | None = None,
    ) -> Connection[CtoType]:
        """The directory."""
        wanted = filter.value() if filter else CtoFilter()
        order = order_by or CtoOrder.RATING
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: CtoService(work).page(wanted, order, request))
        return connection(page, CtoType.of, lambda: info.context.use(lambda work: CtoService(work).count(wanted)))

    @strawberry.field
    async def cto_facets(self, filter: CtoFilterInput | None = None) -> CtoFacets:
        """Counts for narrowing the directory."""
        return CtoFacets(wanted=filter.value() if filter else CtoFilter())

    @strawberry.field
    async def skills(self, info: Info, search: str | None = None, first: int = 20) -> list[SkillType]:
        """Skills to pick from: those called something like a text, else those that the CTOs here name most."""
        size = PageRequest(first=first).size()
        found = await info.context.use(lambda work: SkillService(work).search(search or "", size))
        return [SkillType.of(skill) for skill in found]

    @strawberry.field
    async def industries(self) -> list[str]:
        """The industries that profiles and projects name."""
        return list(INDUSTRIES)
