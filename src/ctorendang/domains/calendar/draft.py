"""What CTOs type about their time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ctorendang.domains.calendar.slots import DAY_MINUTES, DaySlot, WeeklySlot, overlapping
from ctorendang.infra.validation import Fields

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL_MEETING_MINUTES = 30
USUAL_NOTICE_HOURS = 24
MOST_SLOTS = 42
MOST_HOURS = 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:00)?")


def clock_minutes(text: str) -> int | None:
    """Minutes from midnight of a time such as 09:30; None for what is none."""
    found = _CLOCK.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock_text(minutes: int) -> str:
    """A time such as 09:30; midnight at the end of a day is 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


@dataclass(frozen=True, slots=True)
class TypedSlot:
    """From one time to another, as typed; an end of 00:00 or 24:00 is the day's last midnight."""

    starts: str
    ends: str

    def check(self, fields: Fields, name: str, about: str) -> tuple[int, int]:
        """Minutes from midnight; a problem is noted under a field's name, and says what it is about."""
        starts = clock_minutes(self.starts)
        ends = DAY_MINUTES if self.ends.strip() == "24:00" else clock_minutes(self.ends)
        if starts is None or ends is None:
            fields.refuse(name, f"{about}: give a start and an end, such as 09:00 and 12:30.")
            return 0, 1
        ends = ends or DAY_MINUTES
        if ends <= starts:
            fields.refuse(
                name,
                f"{about}: {clock_text(starts)} to {clock_text(ends)} ends before it starts. "
                "Past midnight, add a second slot on the next day.",
            )
            return 0, 1
        return starts, ends


@dataclass(frozen=True, slots=True)
class TypedWeeklySlot:
    """A recurring slot as typed; weekday 0 is Monday."""

    weekday: int
    slot: TypedSlot


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """What a CTO offers every week, as typed.

    Attributes:
        weekly_hours: in all, before what is sold.
        meeting_minutes: how long an introduction is.
        notice_hours: how long before it must be booked.
    """

    weekly_hours: int | None
    meeting_minutes: int | None
    notice_hours: int | None
    slots: Sequence[TypedWeeklySlot]

    def check(self, fields: Fields) -> "tuple[CalendarDraft, list[WeeklySlot]]":
        """The same, and its slots; problems are noted in ``fields``."""
        checked = CalendarDraft(
            fields.number("weeklyHours", self.weekly_hours, least=0, most=MOST_HOURS),
            fields.number("meetingMinutes", self.meeting_minutes, least=15, most=120),
            fields.number("noticeHours", self.notice_hours, least=0, most=336),
            self.slots[:MOST_SLOTS],
        )
        if len(self.slots) > MOST_SLOTS:
            fields.refuse("slots", f"Use at most {MOST_SLOTS} slots.")
        slots = [_weekly(fields, each) for each in checked.slots]
        if "slots" not in fields.problems and (found := overlapping(slots)):
            one, other = (f"{clock_text(each.starts)} to {clock_text(each.ends)}" for each in found)
            fields.refuse("slots", f"{WEEKDAYS[found[0].weekday]}: {one} overlaps {other}.")
        return checked, sorted(slots)


def _weekly(fields: Fields, typed: TypedWeeklySlot) -> WeeklySlot:
    if typed.weekday not in range(7):
        fields.refuse("slots", "A weekday is a number from 0, Monday, to 6, Sunday.")
        return WeeklySlot(0, 0, 1)
    starts, ends = typed.slot.check(fields, "slots", WEEKDAYS[typed.weekday])
    return WeeklySlot(typed.weekday, starts, ends)


@dataclass(frozen=True, slots=True)
class DaysOffDraft:
    """An absence as typed; a single day has no last one of its own."""

    first_day: date | None
    last_day: date | None

    def check(self, fields: Fields, today: date) -> tuple[date, date]:
        """First and last day; problems are noted in ``fields``."""
        first = _day(fields, "firstDay", self.first_day, today)
        last = first if self.last_day is None else _day(fields, "lastDay", self.last_day, today)
        if last < first:
            fields.refuse("lastDay", "The last day is before the first one.")
        return first, last


@dataclass(frozen=True, slots=True)
class ExtraSlotDraft:
    """A slot on one day as typed."""

    day: date | None
    slot: TypedSlot

    def check(self, fields: Fields, today: date) -> DaySlot:
        """The slot; problems are noted in ``fields``."""
        day = _day(fields, "day", self.day, today)
        return DaySlot(day, *self.slot.check(fields, "starts", "The extra slot"))


def _day(fields: Fields, name: str, value: date | None, today: date) -> date:
    if value is None:
        fields.refuse(name, "Choose a day.")
    # Where the CTO is, it may still be yesterday.
    return fields.day(name, value, least=today - timedelta(days=1), most=today + timedelta(days=730)) or today
