"""What belongs to an engagement, in GraphQL."""

from datetime import date, datetime
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from ctorendang.domains.accounts.people.avatars import SIDES, avatar_path, avatars_of
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.engagements.models import (
    EngagementLimits,
    EngagementReview,
    EngagementStep,
    EngagementTerms,
    Milestone,
    TimeSheet,
)
from ctorendang.domains.engagements.status import (
    MilestoneKind,
    MilestoneStatus,
    Side,
    TermsStatus,
    TimeSheetStatus,
)
from ctorendang.domains.engagements.transitions import BY_ACTION, Action
from ctorendang.infra.graphql.types import Info

strawberry.enum(Side, name="EngagementSide", description="Who somebody is to an engagement.")
strawberry.enum(Action, name="EngagementAction", description="A step of the state machine.")
strawberry.enum(TermsStatus, description="What became of a proposal.")
strawberry.enum(MilestoneStatus, description="Where a milestone stands.")
strawberry.enum(MilestoneKind, description="Work, or the handover pack that every engagement closes with.")
strawberry.enum(TimeSheetStatus, description="Where a week's hours stand.")

_COMPARED = ("rate", "hours_per_week", "starts_on", "weeks", "notice_days")


@strawberry.type(description="A person who takes part in an engagement.")
class EngagementParty:
    """One of the two."""

    id: strawberry.ID
    name: str
    avatar_url: str | None


async def party(info: Info, user_id: UUID) -> EngagementParty:
    """A person by id."""
    avatar = await info.context.load(avatars_of, user_id)
    return EngagementParty(
        id=strawberry.ID(str(user_id)),
        name=await info.context.load_found(names_of, user_id),
        avatar_url=avatar_path(user_id, avatar, SIDES[0]) if avatar else None,
    )


@strawberry.type(name="NextStep", description="What the viewer does next.")
class NextStepType:
    """The one filled button."""

    action: Action | None = strawberry.field(description="Null when there is nothing but to wait.")
    text: str
    awaited: bool = strawberry.field(description="Things stand still until it is done.")


@strawberry.type(name="EngagementTerms", description="A proposal of the terms.")
class EngagementTermsType:
    """Terms."""

    id: strawberry.ID
    number: int
    side: Side = strawberry.field(description="Whose proposal it is.")
    status: TermsStatus
    rate: int = strawberry.field(description="Minor units an hour.")
    currency: str
    hours_per_week: int
    starts_on: date
    weeks: int
    notice_days: int
    note: str
    answer: str | None = strawberry.field(description="Why it was declined.")
    created_at: datetime
    expires_at: datetime
    changed: list[str] = strawberry.field(description="The fields that differ from the proposal before, by name.")

    @classmethod
    def of(cls, row: EngagementTerms, before: EngagementTerms | None) -> "EngagementTermsType":
        """From its row, and the one before it."""
        changed = [
            to_camel_case(name)
            for name in _COMPARED
            if before is not None and getattr(row, name) != getattr(before, name)
        ]
        return cls(
            id=strawberry.ID(str(row.id)),
            number=row.number,
            side=Side(row.side),
            status=TermsStatus(row.status),
            rate=row.rate,
            currency=row.currency,
            hours_per_week=row.hours_per_week,
            starts_on=row.starts_on,
            weeks=row.weeks,
            notice_days=row.notice_days,
            note=row.note,
            answer=row.answer,
            created_at=row.created_at,
            expires_at=row.expires_at,
            changed=changed,
        )


@strawberry.type(name="Milestone", description="Something to deliver.")
class MilestoneType:
    """A milestone."""

    id: strawberry.ID
    kind: MilestoneKind
    title: str
    amount: int = strawberry.field(description="Minor units of the engagement's currency.")
    due_on: date | None
    status: MilestoneStatus
    report: str | None = strawberry.field(description="What it came to; for the handover pack, the pack itself.")
    answer: str | None = strawberry.field(description="Why the client asked for more.")

    @classmethod
    def of(cls, row: Milestone) -> "MilestoneType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=MilestoneKind(row.kind),
            title=row.title,
            amount=row.amount,
            due_on=row.due_on,
            status=MilestoneStatus(row.status),
            report=row.report,
            answer=row.answer,
        )


@strawberry.type(name="TimeSheet", description="What was worked in a week.")
class TimeSheetType:
    """A time sheet."""

    id: strawberry.ID
    week: date = strawberry.field(description="Its Monday.")
    minutes: int
    amount: int = strawberry.field(description="Minor units: the agreed rate for these minutes.")
    note: str
    status: TimeSheetStatus
    answer: str | None = strawberry.field(description="Why the client doubts it.")

    @classmethod
    def of(cls, row: TimeSheet) -> "TimeSheetType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            week=row.week,
            minutes=row.minutes,
            amount=row.amount,
            note=row.note,
            status=TimeSheetStatus(row.status),
            answer=row.answer,
        )


@strawberry.type(name="EngagementReview", description="What one side says about the other.")
class EngagementReviewType:
    """A review."""

    id: strawberry.ID
    side: Side = strawberry.field(description="Who wrote it.")
    rating: int
    body: str
    revealed: bool = strawberry.field(description="Whether the other side can read it.")

    @classmethod
    def of(cls, row: EngagementReview) -> "EngagementReviewType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            side=Side(row.side),
            rating=row.rating,
            body=row.body,
            revealed=row.revealed,
        )


@strawberry.type(name="EngagementStep", description="A step that was taken.")
class EngagementStepType:
    """An entry of the history."""

    row: strawberry.Private[EngagementStep]

    @strawberry.field
    def version(self) -> int:
        """The one that it led to."""
        return self.row.version

    @strawberry.field
    def action(self) -> Action:
        """What was done."""
        return Action(self.row.action)

    @strawberry.field
    def side(self) -> Side:
        """Whose step it was."""
        return Side(self.row.side)

    @strawberry.field
    async def actor(self, info: Info) -> str | None:
        """Who took it, null when a time had come."""
        if self.row.actor_id is None:
            return None
        return await info.context.load_found(names_of, self.row.actor_id)

    @strawberry.field
    def text(self) -> str:
        """What it was, after the name of who did it."""
        return BY_ACTION[Action(self.row.action)].text

    @strawberry.field
    def detail(self) -> str | None:
        """A title, a week or a reason."""
        words = {name: self.row.details[name] for name in ("title", "week", "reason") if name in self.row.details}
        if "week" in words:
            words["week"] = f"week of {date.fromisoformat(words['week']):%-d %b %Y}"
        return " · ".join(words.values()) or None

    @strawberry.field
    def created_at(self) -> datetime:
        """When."""
        return self.row.created_at


@strawberry.type(name="EngagementLimits", description="How long trials and proposals last.")
class EngagementLimitsType:
    """The tenant's settings."""

    trial_days: int
    trial_hours: int
    terms_days: int = strawberry.field(description="How long a proposal can be accepted.")

    @classmethod
    def of(cls, row: EngagementLimits) -> "EngagementLimitsType":
        """From its row."""
        return cls(trial_days=row.trial_days, trial_hours=row.trial_hours, terms_days=row.terms_days)
