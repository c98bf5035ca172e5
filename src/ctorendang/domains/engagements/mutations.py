"""Engagements in GraphQL: coming together and parting. Every input names the version that its sender saw."""

from datetime import date

import strawberry

from ctorendang.domains.engagements.drafts import TermsDraft
from ctorendang.domains.engagements.graphql import EngagementLimitsResult, EngagementResult, EngagementType
from ctorendang.domains.engagements.limits import LimitService
from ctorendang.domains.engagements.part_graphql import EngagementLimitsType
from ctorendang.domains.engagements.reviews import EngagementReviewService
from ctorendang.domains.engagements.service import EngagementService
from ctorendang.domains.engagements.shortlist import ShortlistService
from ctorendang.domains.engagements.steps import Seen
from ctorendang.domains.engagements.terms import TermsService
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, required_id


@strawberry.input
class ShortlistCtoInput:
    """Whom, for which project of one's own."""

    project_id: strawberry.ID
    cto_id: strawberry.ID


@strawberry.input
class RemoveFromShortlistInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class RestoreToShortlistInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class IntroduceCtoInput:
    """Which engagement, as it was seen, and what to say to the CTO."""

    engagement_id: strawberry.ID
    version: int
    message: str


@strawberry.input
class WithdrawIntroductionInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class ProposeTermsInput:
    """Which engagement, as it was seen, and the terms."""

    engagement_id: strawberry.ID
    version: int
    rate: int = strawberry.field(description="Minor units an hour.")
    currency: str = strawberry.field(description="The engagement's; another one is refused.")
    hours_per_week: int
    starts_on: date
    weeks: int
    notice_days: int
    note: str = ""
    valid_days: int | None = strawberry.field(default=None, description="How long they can be accepted.")

    def value(self) -> TermsDraft:
        """As the service takes it."""
        return TermsDraft(
            rate=self.rate,
            currency=self.currency,
            hours_per_week=self.hours_per_week,
            starts_on=self.starts_on,
            weeks=self.weeks,
            notice_days=self.notice_days,
            note=self.note,
            valid_days=self.valid_days,
        )


@strawberry.input
class WithdrawTermsInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class DeclineTermsInput:
    """Which engagement, as it was seen, and why not: the other side reads it."""

    engagement_id: strawberry.ID
    version: int
    reason: str


@strawberry.input
class AcceptTermsInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class StartEngagementInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class CloseEngagementInput:
    """Which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int


@strawberry.input
class CancelEngagementInput:
    """Which engagement, as it was seen, and why: both sides read it."""

    engagement_id: strawberry.ID
    version: int
    reason: str


@strawberry.input
class ReviewEngagementInput:
    """Which engagement, as it was seen, and how it was."""

    engagement_id: strawberry.ID
    version: int
    rating: int = strawberry.field(description="1 to 5 stars.")
    body: str


@strawberry.input
class UpdateEngagementLimitsInput:
    """How long trials and proposals that begin from now on last."""

    trial_days: int
    trial_hours: int
    terms_days: int


def seen(engagement_id: str, version: int) -> Seen:
    """An engagement as the sender of a mutation saw it.

    Raises:
        NotFound: the id cannot be one.
    """
    return Seen(required_id(engagement_id), version)


@strawberry.type
class EngagementMutations:
    """Roots that bring people together and apart."""

    @mutation
    async def shortlist_cto(self, info: Info, input: ShortlistCtoInput) -> EngagementResult:
        """Put a CTO on the shortlist of one's project; the CTO does not see it yet. For clients."""
        project, cto = required_id(input.project_id), required_id(input.cto_id)
        return EngagementType.of(await info.context.use(lambda work: ShortlistService(work).shortlist(project, cto)))

    @mutation
    async def remove_from_shortlist(self, info: Info, input: RemoveFromShortlistInput) -> EngagementResult:
        """Take a CTO off the shortlist; `restoreToShortlist` undoes it."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: ShortlistService(work).remove(saw)))

    @mutation
    async def restore_to_shortlist(self, info: Info, input: RestoreToShortlistInput) -> EngagementResult:
        """Put a CTO back on the shortlist who was taken off it."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: ShortlistService(work).restore(saw)))

    @mutation
    async def introduce_cto(self, info: Info, input: IntroduceCtoInput) -> EngagementResult:
        """Ask a CTO on the shortlist for an introduction: they hear of it now."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(
            await info.context.use(lambda work: ShortlistService(work).introduce(saw, input.message))
        )

    @mutation
    async def withdraw_introduction(self, info: Info, input: WithdrawIntroductionInput) -> EngagementResult:
        """Take an introduction back that has not been answered."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: ShortlistService(work).withdraw(saw)))

    @mutation
    async def propose_terms(self, info: Info, input: ProposeTermsInput) -> EngagementResult:
        """Propose terms, or others than the other side's open ones."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: TermsService(work).propose(saw, input.value())))

    @mutation
    async def withdraw_terms(self, info: Info, input: WithdrawTermsInput) -> EngagementResult:
        """Take one's own open terms back."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: TermsService(work).withdraw(saw)))

    @mutation
    async def decline_terms(self, info: Info, input: DeclineTermsInput) -> EngagementResult:
        """Say no to the other side's open terms."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: TermsService(work).decline(saw, input.reason)))

    @mutation
    async def accept_terms(self, info: Info, input: AcceptTermsInput) -> EngagementResult:
        """Agree to the other side's open terms: the trial begins."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: TermsService(work).accept(saw)))

    @mutation
    async def start_engagement(self, info: Info, input: StartEngagementInput) -> EngagementResult:
        """Go on after the trial. For clients."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: EngagementService(work).start(saw)))

    @mutation
    async def close_engagement(self, info: Info, input: CloseEngagementInput) -> EngagementResult:
        """End it well, once everything is delivered and agreed."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: EngagementService(work).close(saw)))

    @mutation
    async def cancel_engagement(self, info: Info, input: CancelEngagementInput) -> EngagementResult:
        """End it before its time, with a reason; also how a CTO declines an introduction. Administrators may too."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(await info.context.use(lambda work: EngagementService(work).cancel(saw, input.reason)))

    @mutation
    async def review_engagement(self, info: Info, input: ReviewEngagementInput) -> EngagementResult:
        """Review the other side; nobody else reads it until both have, or 14 days after closing."""
        saw = seen(input.engagement_id, input.version)
        return EngagementType.of(
            await info.context.use(
                lambda work: EngagementReviewService(work).write(saw, rating=input.rating, body=input.body)
            )
        )

    @mutation
    async def update_engagement_limits(self, info: Info, input: UpdateEngagementLimitsInput) -> EngagementLimitsResult:
        """Set how long trials and proposals last; for administrators."""
        return EngagementLimitsType.of(
            await info.context.use(
                lambda work: LimitService(work).change(
                    trial_days=input.trial_days, trial_hours=input.trial_hours, terms_days=input.terms_days
                )
            )
        )
