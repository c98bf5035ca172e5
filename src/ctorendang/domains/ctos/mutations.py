"""CTOs and reviews in GraphQL: what can be written."""

from typing import Annotated

import strawberry

from ctorendang.domains.ctos.approvals import ApprovalService
from ctorendang.domains.ctos.draft import NamedSkill, ProfileDraft
from ctorendang.domains.ctos.graphql import CtoType, ReviewType
from ctorendang.domains.ctos.languages import LanguageLevel
from ctorendang.domains.ctos.profiles import ProfileService
from ctorendang.domains.ctos.reviews import ReviewService
from ctorendang.domains.ctos.sections import Position, SpokenLanguage
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id

CtoResult = Annotated[CtoType | Refusal | InvalidInput, strawberry.union("CtoResult")]
ReviewResult = Annotated[ReviewType | Refusal | InvalidInput, strawberry.union("ReviewResult")]


@strawberry.input
class CtoSkillInput:
    """A skill by name, as `skills` knows it, with the level claimed."""

    name: str
    level: int
    years: int | None = strawberry.field(default=None, description="Of work with it.")


@strawberry.input
class PositionInput:
    """A place worked at."""

    role: str
    company: str
    started: int = strawberry.field(description="The year.")
    ended: int | None = strawberry.field(default=None, description="The year; null for somebody who is still there.")
    changed: str = ""


@strawberry.input
class SpokenLanguageInput:
    """A language by its English name or ISO 639-1 code."""

    name: str
    level: LanguageLevel


@strawberry.input
class UpdateCtoProfileInput:
    """Everything a profile says; it replaces what it said before."""

    headline: str
    bio: str
    hourly_rate: int = strawberry.field(description="Minor units of the marketplace's currency.")
    availability: int = strawberry.field(description="Hours a week.")
    years_experience: int
    time_zone: str = "UTC"
    industries: list[str] = strawberry.field(default_factory=list)
    skills: list[CtoSkillInput] = strawberry.field(default_factory=list)
    stages: list[str] = strawberry.field(default_factory=list, description="Any of seed, growth, scale, enterprise.")
    experience: list[PositionInput] = strawberry.field(default_factory=list)
    languages: list[SpokenLanguageInput] = strawberry.field(default_factory=list)

    def value(self) -> ProfileDraft:
        """As the service takes it."""
        return ProfileDraft(
            headline=self.headline,
            bio=self.bio,
            hourly_rate=self.hourly_rate,
            availability=self.availability,
            years_experience=self.years_experience,
            time_zone=self.time_zone,
            industries=self.industries,
            skills=[NamedSkill(skill.name, skill.level, skill.years) for skill in self.skills],
            stages=self.stages,
            experience=[Position(e.role, e.company, e.started, e.ended, e.changed) for e in self.experience],
            languages=[SpokenLanguage(each.name, each.level) for each in self.languages],
        )


@strawberry.input
class ApproveCtoInput:
    """Which CTO."""

    cto_id: strawberry.ID


@strawberry.input
class DeclineCtoInput:
    """Which CTO, and why not (yet): the CTO reads it."""

    cto_id: strawberry.ID
    reason: str


@strawberry.input
class UndoCtoDecisionInput:
    """About which CTO."""

    cto_id: strawberry.ID


@strawberry.input
class WriteReviewInput:
    """What one says about whom."""

    cto_id: strawberry.ID
    rating: int
    body: str


@strawberry.type
class CtoMutations:
    """Roots that change profiles and reviews."""

    @mutation
    async def update_cto_profile(self, info: Info, input: UpdateCtoProfileInput) -> CtoResult:
        """Write one's own profile; the first time makes it, as a draft."""
        currency = info.context.tenant.currency
        return CtoType.of(await info.context.use(lambda work: ProfileService(work).save(input.value(), currency)))

    @mutation
    async def submit_cto_profile(self, info: Info) -> CtoResult:
        """Hand one's draft in for review, or bring a paused profile back."""
        return CtoType.of(await info.context.use(lambda work: ProfileService(work).submit()))

    @mutation
    async def pause_cto_profile(self, info: Info) -> CtoResult:
        """Take one's profile out of the directory for a while."""
        return CtoType.of(await info.context.use(lambda work: ProfileService(work).pause()))

    @mutation
    async def approve_cto(self, info: Info, input: ApproveCtoInput) -> CtoResult:
        """List a profile that is in review; for administrators."""
        cto_id = required_id(input.cto_id)
        return CtoType.of(await info.context.use(lambda work: ApprovalService(work).approve(cto_id)))

    @mutation
    async def decline_cto(self, info: Info, input: DeclineCtoInput) -> CtoResult:
        """Give a profile back to its owner with a reason; for administrators."""
        cto_id = required_id(input.cto_id)
        return CtoType.of(await info.context.use(lambda work: ApprovalService(work).decline(cto_id, input.reason)))

    @mutation
    async def undo_cto_decision(self, info: Info, input: UndoCtoDecisionInput) -> CtoResult:
        """Take the last decision about a profile back within a day; for administrators."""
        cto_id = required_id(input.cto_id)
        return CtoType.of(await info.context.use(lambda work: ApprovalService(work).undo(cto_id)))

    @mutation
    async def write_review(self, info: Info, input: WriteReviewInput) -> ReviewResult:
        """Review a CTO, replacing one's earlier review; for clients."""
        cto_id = required_id(input.cto_id)
        review = await info.context.use(
            lambda work: ReviewService(work).write(cto_id, rating=input.rating, body=input.body)
        )
        return ReviewType.of(review)
