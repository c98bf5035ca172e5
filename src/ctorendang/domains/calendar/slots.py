"""Recurring slots in local time, and what they are in UTC. Pure: no clock, no database.

A slot says what clocks on the wall show. It begins when the clock in its zone first shows its start, and ends when the
clock first shows its end; where the clock skips a time, the moment of the skip counts. So, on the two odd days a year:

- Spring, the clock skips from 02:00 to 03:00. A slot from 02:30 to 04:00 begins with the skip, at 03:00. A slot from
  02:00 to 03:00 does not take place that day.
- Autumn, the clock shows 02:00 to 03:00 twice. A slot from 02:00 to 02:30 takes place once, the first time; one from
  02:30 to 03:00, and one from 01:00 to 04:00, last an hour longer than written.

Slots that follow each other on the wall follow each other in UTC, and slots that do not overlap never do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 1_440
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one moment to a later one, both in UTC; the end does not belong to it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether they share any time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def length(self) -> timedelta:
        """Of real time."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True, order=True)
class WeeklySlot:
    """Every week on one day.

    Attributes:
        weekday: 0 is Monday.
        starts: minutes from midnight as the clock shows them.
        ends: the same, up to 1440, which is the next midnight.
    """

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True, order=True)
class DaySlot:
    """On one day only, besides the weekly ones; minutes as in ``WeeklySlot``."""

    day: date
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When somebody offers time.

    Attributes:
        days_off: first and last day of each absence; weekly slots do not take place then, extra ones do.
    """

    zone: ZoneInfo
    weekly: Sequence[WeeklySlot] = ()
    extra: Sequence[DaySlot] = ()
    days_off: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a clock in a zone shows from the beginning to the end of a span; ``day`` is that of the beginning."""

    day: date
    starts: str
    ends: str


def shown_in(span: Span, zone: str) -> Shown:
    """A span for people."""
    starts, ends = (each.astimezone(ZoneInfo(zone)) for each in (span.starts_at, span.ends_at))
    return Shown(starts.date(), f"{starts:%H:%M}", f"{ends:%H:%M}")


def first_shown(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, when a clock in the zone shows so many minutes of a day, or has skipped them."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        return before
    # A gap (PEP 495): the clock changed somewhere between the two readings of a time that it never showed.
    earlier, later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), before
    new_offset = later.astimezone(zone).utcoffset()
    while later - earlier > _SECOND:
        middle = earlier + timedelta(seconds=(later - earlier) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == new_offset:
            later = middle
        else:
            earlier = middle
    return later


def on_day(day: date, starts: int, ends: int, zone: ZoneInfo) -> Span | None:
    """A slot of one day in UTC; None where the clock skips all of it."""
    span = Span(first_shown(day, starts, zone), first_shown(day, ends, zone))
    return span if span.starts_at < span.ends_at else None


def expand(schedule: Schedule, within: Span) -> list[Span]:
    """The times that a schedule offers, in order, apart from each other, and cut to a stretch of time."""
    first = within.starts_at.astimezone(schedule.zone).date() - _DAY
    last = within.ends_at.astimezone(schedule.zone).date() + _DAY
    found = [*_weekly(schedule, first, last), *_extra(schedule, first, last)]
    cut = (Span(max(each.starts_at, within.starts_at), min(each.ends_at, within.ends_at)) for each in found)
    return merged(each for each in cut if each.starts_at < each.ends_at)


def _weekly(schedule: Schedule, first: date, last: date) -> Iterator[Span]:
    for day in (first + _DAY * number for number in range((last - first).days + 1)):
        if any(begin <= day <= end for begin, end in schedule.days_off):
            continue
        for slot in schedule.weekly:
            if slot.weekday == day.weekday() and (span := on_day(day, slot.starts, slot.ends, schedule.zone)):
                yield span


def _extra(schedule: Schedule, first: date, last: date) -> Iterator[Span]:
    for slot in schedule.extra:
        if first <= slot.day <= last and (span := on_day(slot.day, slot.starts, slot.ends, schedule.zone)):
            yield span


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, in order, with what touches or overlaps made one."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.starts_at <= whole[-1].ends_at:
            whole[-1] = Span(whole[-1].starts_at, max(whole[-1].ends_at, span.ends_at))
        else:
            whole.append(span)
    return whole


def common(left: Sequence[Span], right: Sequence[Span]) -> timedelta:
    """How much time two lists of ``merged`` spans share."""
    total, i, j = timedelta(), 0, 0
    while i < len(left) and j < len(right):
        starts = max(left[i].starts_at, right[j].starts_at)
        ends = min(left[i].ends_at, right[j].ends_at)
        total += max(ends - starts, timedelta())
        if left[i].ends_at < right[j].ends_at:
            i += 1
        else:
            j += 1
    return total


def meetings(offered: Iterable[Span], minutes: int) -> Iterator[Span]:
    """Cut what is offered into meetings of so many minutes; what is left at the end is too short for one."""
    length = timedelta(minutes=minutes)
    for span in offered:
        starts_at = span.starts_at
        while starts_at + length <= span.ends_at:
            yield Span(starts_at, starts_at + length)
            starts_at += length


def free(candidates: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """The candidates, in order, that share no time with anything busy."""
    taken = merged(busy)
    left, place = [], 0
    for each in sorted(candidates):
        while place < len(taken) and taken[place].ends_at <= each.starts_at:
            place += 1
        if place == len(taken) or not each.overlaps(taken[place]):
            left.append(each)
    return left


def overlapping(slots: Iterable[WeeklySlot]) -> tuple[WeeklySlot, WeeklySlot] | None:
    """Two slots that share time, if there are any."""
    previous: WeeklySlot | None = None
    for slot in sorted(slots):
        if previous and previous.weekday == slot.weekday and slot.starts < previous.ends:
            return previous, slot
        previous = slot
    return None
