"""What people type about an engagement, checked."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ctorendang.domains.ctos.draft import MOST_RATE
from ctorendang.infra.validation import Fields
from ctorendang.kit.clock import now

MOST_AMOUNT = 2_000_000_000
"""20 million, in minor units: what GraphQL's Int of 32 bits carries, in a round figure."""
MOST_WEEKLY_MINUTES = 80 * 60


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """Terms as they are proposed.

    Attributes:
        rate: minor units of ``currency`` an hour.
        weeks: how long.
        notice_days: how long before it either side says that it ends.
        valid_days: how long it can be accepted; the tenant's usual time when None.
    """

    rate: int | None
    currency: str
    hours_per_week: int | None
    starts_on: date | None
    weeks: int | None
    notice_days: int | None
    note: str = ""
    valid_days: int | None = None

    def check(self, fields: Fields, currency: str) -> "TermsDraft":
        """The same, normalised; problems are noted in ``fields``, another currency than the engagement's too."""
        today = now().date()
        if self.currency != currency:
            fields.refuse("currency", f"This engagement is in {currency}. Use amounts in {currency}.")
        if self.starts_on is None:
            fields.refuse("startsOn", "Fill this in.")
        return replace(
            self,
            rate=fields.amount("rate", self.rate, most=MOST_RATE),
            hours_per_week=fields.number("hoursPerWeek", self.hours_per_week, least=1, most=60),
            starts_on=fields.day("startsOn", self.starts_on, least=today, most=today + timedelta(days=366)),
            weeks=fields.number("weeks", self.weeks, least=1, most=260),
            notice_days=fields.number("noticeDays", self.notice_days, least=0, most=365),
            note=fields.text("note", self.note, least=0, most=2_000, lines=True),
            valid_days=fields.optional_number("validDays", self.valid_days, least=1, most=60),
        )


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    """A milestone as it is planned; ``amount`` is in minor units of the engagement's currency, 0 for paid hours."""

    title: str
    amount: int | None = 0
    due_on: date | None = None

    def check(self, fields: Fields) -> "MilestoneDraft":
        """The same, normalised; problems are noted in ``fields``."""
        today = now().date()
        return MilestoneDraft(
            title=fields.text("title", self.title, most=140),
            amount=fields.amount("amount", self.amount or 0, most=MOST_AMOUNT),
            due_on=fields.day("dueOn", self.due_on, least=today, most=today + timedelta(days=366 * 5)),
        )


@dataclass(frozen=True, slots=True)
class TimeSheetDraft:
    """A week's work as it is handed in; ``week`` is any day of it."""

    week: date | None
    minutes: int | None
    note: str = ""

    def check(self, fields: Fields, first_day: date) -> "TimeSheetDraft":
        """The same with the week's Monday; problems are noted in ``fields``.

        Args:
            fields: where.
            first_day: when the work began.
        """
        if self.week is None:
            fields.refuse("week", "Fill this in.")
        if self.minutes is not None and not 1 <= self.minutes <= MOST_WEEKLY_MINUTES:
            fields.refuse("minutes", f"Use more than none and at most {MOST_WEEKLY_MINUTES // 60} hours a week.")
        week = fields.day("week", self.week, least=monday_of(first_day), most=now().date())
        return TimeSheetDraft(
            week=monday_of(week or first_day),
            minutes=fields.number("minutes", self.minutes, least=1, most=MOST_WEEKLY_MINUTES),
            note=fields.text("note", self.note, least=0, most=2_000, lines=True),
        )


def monday_of(day: date) -> date:
    """The day on which its week began."""
    return day - timedelta(days=day.weekday())


def checked_reason(reason: str) -> str:
    """Why, in words for the other side.

    Raises:
        InvalidInput: nothing is said, or too much.
    """
    fields = Fields()
    checked = fields.text("reason", reason, most=1_000, lines=True)
    fields.done()
    return checked


def worth(rate: int, minutes: int) -> int:
    """What minutes cost at a rate an hour, in minor units, rounded half up."""
    return (rate * minutes + 30) // 60
