"""How running work stands, and what it has earned, read from what engagements record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from ctorendang.domains.dashboards.permissions import DashboardPermission
from ctorendang.domains.engagements.drafts import monday_of
from ctorendang.domains.engagements.models import Engagement, EngagementTerms, Milestone, TimeSheet
from ctorendang.domains.engagements.service import EngagementService
from ctorendang.domains.engagements.status import (
    EngagementStatus,
    MilestoneKind,
    MilestoneStatus,
    TermsStatus,
    TimeSheetStatus,
)
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST = 20
WEEKS = 8
"""How many weeks back earnings are told week by week, this one included."""

_WORKING = (EngagementStatus.TRIAL, EngagementStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Running:
    """A trial or an engagement that is under way.

    Attributes:
        agreed_hours: a week, by the accepted terms.
        approved_minutes: in all.
        week_minutes: of the sheet of the week that runs now, whatever became of it; 0 before it is handed in.
        next_milestone: the one to be worked on that is due first; those without a day come last.
        overdue: whether its day is over.
    """

    engagement: Engagement
    agreed_hours: int
    approved_minutes: int
    week_minutes: int
    next_milestone: Milestone | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class EarnedWeek:
    """Approved hours of one week; ``week`` is its Monday."""

    week: date
    minutes: int
    amount: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a CTO has earned in one currency, in minor units. Recorded, and nothing of it paid by the product.

    Attributes:
        minutes: of approved time sheets.
        hours_amount: for them.
        milestones: how many are approved that are worth something.
        milestones_amount: for them.
        open_amount: handed in and not approved yet, hours and milestones.
        weeks: the last ``WEEKS``, the earliest first, also those without hours.
    """

    currency: str
    minutes: int
    hours_amount: int
    milestones: int
    milestones_amount: int
    open_amount: int
    weeks: Sequence[EarnedWeek]


class DashboardService:
    """What somebody sees of their own work; administrators see no one else's here."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def running(self) -> list[Running]:
        """The actor's trials and engagements that are under way, on either side, the last one changed first.

        Raises:
            Forbidden: the actor has no such work.
        """
        self._work.require(DashboardPermission.READ)
        me = self._work.actor.person
        mine = or_(
            Engagement.client_id == me, and_(Engagement.cto_user_id == me, Engagement.introduced_at.is_not(None))
        )
        statement = (
            select(Engagement)
            .where(Engagement.tenant_id == self._tenant_id, Engagement.status.in_(_WORKING), mine)
            .order_by(Engagement.updated_at.desc(), Engagement.id)
            .limit(MOST)
        )
        rows = (await self._session.scalars(statement)).all()
        ids = [row.id for row in rows]
        engagements = EngagementService(self._work)
        terms = await engagements.parts(EngagementTerms, ids)
        sheets = await engagements.parts(TimeSheet, ids)
        milestones = await engagements.parts(Milestone, ids)
        return [_running(row, terms[row.id], sheets[row.id], milestones[row.id]) for row in rows]

    async def earnings(self) -> list[Earnings]:
        """What the actor has earned as a CTO, by currency; empty before anything was handed in.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(DashboardPermission.READ_EARNINGS)
        me = self._work.actor.person
        hours = (
            select(Engagement.currency, TimeSheet.week, TimeSheet.minutes, TimeSheet.amount, TimeSheet.status)
            .join(TimeSheet, _part_of(TimeSheet))
            .where(Engagement.tenant_id == self._tenant_id, Engagement.cto_user_id == me)
        )
        sheets: Sequence[Any] = (await self._session.execute(hours)).all()
        delivered = (
            select(
                Engagement.currency,
                Milestone.status,
                func.count().label("number"),
                func.sum(Milestone.amount).label("amount"),
            )
            .join(Milestone, _part_of(Milestone))
            .where(Engagement.tenant_id == self._tenant_id, Engagement.cto_user_id == me)
            .where(Milestone.status != MilestoneStatus.PLANNED, Milestone.amount > 0)
            .group_by(Engagement.currency, Milestone.status)
        )
        milestones = (await self._session.execute(delivered)).all()
        currencies = sorted({row.currency for row in [*sheets, *milestones]})
        return [
            _earnings(
                currency,
                [row for row in sheets if row.currency == currency],
                {row.status: (row.number, int(row.amount)) for row in milestones if row.currency == currency},
            )
            for currency in currencies
        ]


def _part_of(part: Any) -> Any:
    return (part.tenant_id == Engagement.tenant_id) & (part.engagement_id == Engagement.id)


def _running(
    engagement: Engagement,
    terms: Sequence[EngagementTerms],
    sheets: Sequence[TimeSheet],
    milestones: Sequence[Milestone],
) -> Running:
    today = now().date()
    planned = sorted(
        (each for each in milestones if each.status == MilestoneStatus.PLANNED),
        key=lambda each: (each.kind == MilestoneKind.HANDOVER, each.due_on or date.max, each.id),
    )
    following = planned[0] if planned else None
    return Running(
        engagement,
        agreed_hours=sum(each.hours_per_week for each in terms if each.status == TermsStatus.ACCEPTED),
        approved_minutes=sum(each.minutes for each in sheets if each.status == TimeSheetStatus.APPROVED),
        week_minutes=sum(each.minutes for each in sheets if each.week == monday_of(today)),
        next_milestone=following,
        overdue=following is not None and following.due_on is not None and following.due_on < today,
    )


def _earnings(currency: str, sheets: Sequence[Any], milestones: dict[str, tuple[int, int]]) -> Earnings:
    approved = [row for row in sheets if row.status == TimeSheetStatus.APPROVED]
    done, handed_in = (
        milestones.get(status, (0, 0)) for status in (MilestoneStatus.APPROVED, MilestoneStatus.SUBMITTED)
    )
    open_hours = sum(row.amount for row in sheets if row.status == TimeSheetStatus.SUBMITTED)
    this_week = monday_of(now().date())
    weeks = [this_week - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    return Earnings(
        currency,
        minutes=sum(row.minutes for row in approved),
        hours_amount=sum(row.amount for row in approved),
        milestones=done[0],
        milestones_amount=done[1],
        open_amount=open_hours + handed_in[1],
        weeks=[
            EarnedWeek(
                week,
                sum(row.minutes for row in approved if row.week == week),
                sum(row.amount for row in approved if row.week == week),
            )
            for week in weeks
        ],
    )
