"""Engagements in GraphQL: milestones and hours. Every input names the version that its sender saw."""

from datetime import date

import strawberry

from ctorendang.domains.engagements.drafts import MilestoneDraft, TimeSheetDraft
from ctorendang.domains.engagements.graphql import EngagementResult, EngagementType
from ctorendang.domains.engagements.milestones import MilestoneService
from ctorendang.domains.engagements.mutations import seen
from ctorendang.domains.engagements.time_sheets import TimeSheetService
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, required_id


@strawberry.input
class PlanMilestoneInput:
    """Which engagement, as it was seen, and what is to be delivered."""

    engagement_id: strawberry.ID
    version: int
    title: str
    amount: int = strawberry.field(default=0, description="Minor units of the engagement's currency.")
    due_on: date | None = None


@strawberry.input
class RemoveMilestoneInput:
    """Which milestone of which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int
    milestone_id: strawberry.ID


@strawberry.input
class SubmitMilestoneInput:
    """Which milestone of which engagement, as it was seen, and what it came to."""

    engagement_id: strawberry.ID
    version: int
    milestone_id: strawberry.ID
    report: str


@strawberry.input
class TakeBackMilestoneInput:
    """Which milestone of which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int
    milestone_id: strawberry.ID


@strawberry.input
class ApproveMilestoneInput:
    """Which milestone of which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int
    milestone_id: strawberry.ID


@strawberry.input
class ReturnMilestoneInput:
    """Which milestone of which engagement, as it was seen, and what is missing."""

    engagement_id: strawberry.ID
    version: int
    milestone_id: strawberry.ID
    reason: str


@strawberry.input
class SubmitTimeSheetInput:
    """Which engagement, as it was seen, and what was worked in a week."""

    engagement_id: strawberry.ID
    version: int
    week: date = strawberry.field(description="Any day of the week.")
    minutes: int
    note: str = ""


@strawberry.input
class TakeBackTimeSheetInput:
    """Which time sheet of which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int
    time_sheet_id: strawberry.ID


@strawberry.input
class ApproveTimeSheetInput:
    """Which time sheet of which engagement, as it was seen."""

    engagement_id: strawberry.ID
    version: int
    time_sheet_id: strawberry.ID


@strawberry.input
class DisputeTimeSheetInput:
    """Which time sheet of which engagement, as it was seen, and what is wrong."""

    engagement_id: strawberry.ID
    version: int
    time_sheet_id: strawberry.ID
    reason: str


@strawberry.type
class EngagementWorkMutations:
    """Roots about what is delivered and worked."""

    @mutation
    async def plan_milestone(self, info: Info, input: PlanMilestoneInput) -> EngagementResult:
        """Plan something to deliver."""
        saw = seen(input.engagement_id, input.version)
        draft = MilestoneDraft(input.title, input.amount, input.due_on)
        return EngagementType.of(await info.context.use(lambda work: MilestoneService(work).plan(saw, draft)))

    @mutation
    async def remove_milestone(self, info: Info, input: RemoveMilestoneInput) -> EngagementResult:
        """Take a planned milestone out of the plan."""
        saw, milestone = seen(input.engagement_id, input.version), required_id(input.milestone_id)
        return EngagementType.of(await info.context.use(lambda work: MilestoneService(work).remove(saw, milestone)))

    @mutation
    async def submit_milestone(self, info: Info, input: SubmitMilestoneInput) -> EngagementResult:
        """Hand a milestone in; the handover pack comes when all others are approved. For CTOs."""
        saw, milestone = seen(input.engagement_id, input.version), required_id(input.milestone_id)
        return EngagementType.of(
            await info.context.use(lambda work: MilestoneService(work).submit(saw, milestone, input.report))
        )

    @mutation
    async def take_back_milestone(self, info: Info, input: TakeBackMilestoneInput) -> EngagementResult:
        """Take a milestone back that the client has not answered. For CTOs."""
        saw, milestone = seen(input.engagement_id, input.version), required_id(input.milestone_id)
        return EngagementType.of(await info.context.use(lambda work: MilestoneService(work).take_back(saw, milestone)))

    @mutation
    async def approve_milestone(self, info: Info, input: ApproveMilestoneInput) -> EngagementResult:
        """Agree that a milestone is reached: its amount counts. For clients."""
        saw, milestone = seen(input.engagement_id, input.version), required_id(input.milestone_id)
        return EngagementType.of(await info.context.use(lambda work: MilestoneService(work).approve(saw, milestone)))

    @mutation
    async def return_milestone(self, info: Info, input: ReturnMilestoneInput) -> EngagementResult:
        """Ask for more work on a milestone. For clients."""
        saw, milestone = seen(input.engagement_id, input.version), required_id(input.milestone_id)
        return EngagementType.of(
            await info.context.use(lambda work: MilestoneService(work).send_back(saw, milestone, input.reason))
        )

    @mutation
    async def submit_time_sheet(self, info: Info, input: SubmitTimeSheetInput) -> EngagementResult:
        """Hand a week's hours in, or correct them. For CTOs."""
        saw = seen(input.engagement_id, input.version)
        draft = TimeSheetDraft(input.week, input.minutes, input.note)
        return EngagementType.of(await info.context.use(lambda work: TimeSheetService(work).submit(saw, draft)))

    @mutation
    async def take_back_time_sheet(self, info: Info, input: TakeBackTimeSheetInput) -> EngagementResult:
        """Take a sheet back that is not approved. For CTOs."""
        saw, sheet = seen(input.engagement_id, input.version), required_id(input.time_sheet_id)
        return EngagementType.of(await info.context.use(lambda work: TimeSheetService(work).take_back(saw, sheet)))

    @mutation
    async def approve_time_sheet(self, info: Info, input: ApproveTimeSheetInput) -> EngagementResult:
        """Agree to a week's hours: their amount counts. For clients."""
        saw, sheet = seen(input.engagement_id, input.version), required_id(input.time_sheet_id)
        return EngagementType.of(await info.context.use(lambda work: TimeSheetService(work).approve(saw, sheet)))

    @mutation
    async def dispute_time_sheet(self, info: Info, input: DisputeTimeSheetInput) -> EngagementResult:
        """Doubt a week's hours and say why. For clients."""
        saw, sheet = seen(input.engagement_id, input.version), required_id(input.time_sheet_id)
        return EngagementType.of(
            await info.context.use(lambda work: TimeSheetService(work).dispute(saw, sheet, input.reason))
        )
