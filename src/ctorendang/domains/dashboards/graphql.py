"""Dashboards in GraphQL: what no other domain tells of one's work."""

from datetime import date

import strawberry

from ctorendang.domains.dashboards.service import DashboardService, EarnedWeek, Earnings, Running
from ctorendang.domains.engagements.graphql import EngagementType
from ctorendang.domains.engagements.part_graphql import MilestoneType
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info


@strawberry.type(description="A trial or an engagement of one's own that is under way.")
class RunningEngagement:
    """Work that is done now."""

    engagement: EngagementType
    agreed_hours: int = strawberry.field(description="A week, by the accepted terms.")
    approved_minutes: int = strawberry.field(description="In all.")
    week_minutes: int = strawberry.field(description="Handed in for the week that runs now.")
    next_milestone: MilestoneType | None = strawberry.field(description="To be worked on, and due first.")
    overdue: bool = strawberry.field(description="Whether its day is over.")

    @classmethod
    def of(cls, running: Running) -> "RunningEngagement":
        """From the service's answer."""
        return cls(
            engagement=EngagementType.of(running.engagement),
            agreed_hours=running.agreed_hours,
            approved_minutes=running.approved_minutes,
            week_minutes=running.week_minutes,
            next_milestone=MilestoneType.of(running.next_milestone) if running.next_milestone else None,
            overdue=running.overdue,
        )


@strawberry.type(name="EarnedWeek", description="Approved hours of a week.")
class EarnedWeekType:
    """A bar of a chart."""

    week: date = strawberry.field(description="Its Monday.")
    minutes: int
    amount: float = strawberry.field(description="Whole minor units.")

    @classmethod
    def of(cls, earned: EarnedWeek) -> "EarnedWeekType":
        """From the service's answer."""
        return cls(week=earned.week, minutes=earned.minutes, amount=earned.amount)


@strawberry.type(
    name="Earnings", description="What a CTO has earned in a currency, in minor units; recorded, not paid."
)
class EarningsType:
    """One currency."""

    currency: str
    total: float = strawberry.field(description="Approved hours and milestones together.")
    minutes: int = strawberry.field(description="Of approved time sheets.")
    hours_amount: float = strawberry.field(description="For them.")
    milestones: int = strawberry.field(description="Approved ones that are worth something.")
    milestones_amount: float = strawberry.field(description="For them.")
    open_amount: float = strawberry.field(description="Handed in, and not approved yet.")
    weeks: list[EarnedWeekType] = strawberry.field(description="The last eight, the earliest first.")

    @classmethod
    def of(cls, earnings: Earnings) -> "EarningsType":
        """From the service's answer."""
        return cls(
            currency=earnings.currency,
            total=earnings.hours_amount + earnings.milestones_amount,
            minutes=earnings.minutes,
            hours_amount=earnings.hours_amount,
            milestones=earnings.milestones,
            milestones_amount=earnings.milestones_amount,
            open_amount=earnings.open_amount,
            weeks=[EarnedWeekType.of(each) for each in earnings.weeks],
        )


@strawberry.type
class DashboardQueries:
    """Roots about one's own work."""

    @priced(50)
    async def running_engagements(self, info: Info) -> list[RunningEngagement]:
        """One's own trials and engagements that are under way, on either side; at most 20."""
        found = await info.context.use(lambda work: DashboardService(work).running())
        return [RunningEngagement.of(each) for each in found]

    @priced(50)
    async def earnings(self, info: Info) -> list[EarningsType]:
        """What one has earned as a CTO, by currency; none of it is paid here yet."""
        return [
            EarningsType.of(each) for each in await info.context.use(lambda work: DashboardService(work).earnings())
        ]
