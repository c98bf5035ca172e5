"""Local slots in UTC: over every zone of the world and both directions of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctorendang.domains.calendar.slots import (
    DAY_MINUTES,
    DaySlot,
    Schedule,
    Span,
    WeeklySlot,
    common,
    expand,
    first_shown,
    free,
    meetings,
    merged,
    on_day,
    overlapping,
)

ZONES = sorted(available_timezones())
BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1971, 1, 1), date(2036, 12, 31))
boundaries = st.lists(st.integers(0, DAY_MINUTES), min_size=2, max_size=8, unique=True).map(sorted)


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def span_on(day: date, starts: str, ends: str) -> Span | None:
    return on_day(day, clock(starts), clock(ends), BERLIN)


def utc(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), UTC)


def changes(zone: ZoneInfo, year: int) -> list[date]:
    """The days of a year on which a zone's clock changes."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=12 * each) for each in range(2 * 366)]
    return [
        then.astimezone(zone).date()
        for here, then in pairwise(hours)
        if here.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset()
    ]


@pytest.mark.parametrize(
    ("day", "starts", "ends", "expected"),
    [
        (SPRING, "02:30", "04:00", ("01:00", "02:00")),
        (SPRING, "01:00", "02:30", ("00:00", "01:00")),
        (SPRING, "01:00", "04:00", ("00:00", "02:00")),
        (AUTUMN, "02:00", "02:30", ("00:00", "00:30")),
        (AUTUMN, "02:30", "03:00", ("00:30", "02:00")),
        (AUTUMN, "01:00", "04:00", ("23:00", "03:00")),
        (date(2026, 6, 1), "09:00", "17:00", ("07:00", "15:00")),
        (date(2026, 6, 1), "22:00", "24:00", ("20:00", "22:00")),
    ],
)
def test_a_slot_begins_and_ends_when_the_clock_first_shows_it(day, starts, ends, expected):
    span = span_on(day, starts, ends)
    assert span is not None
    assert (span.starts_at.strftime("%H:%M"), span.ends_at.strftime("%H:%M")) == expected


def test_a_slot_that_the_clock_skips_does_not_take_place():
    assert span_on(SPRING, "02:00", "03:00") is None
    assert span_on(SPRING, "02:10", "02:50") is None


def test_a_day_that_a_country_skipped_has_no_slots():
    apia = ZoneInfo("Pacific/Apia")
    assert on_day(date(2011, 12, 30), 540, 1020, apia) is None
    assert on_day(date(2011, 12, 29), 540, DAY_MINUTES, apia).ends_at == first_shown(date(2011, 12, 31), 0, apia)


@settings(max_examples=500, deadline=None)
@given(zones, days, boundaries)
def test_what_follows_on_the_wall_follows_in_utc(zone: ZoneInfo, day: date, boundaries: list[int]):
    follow_each_other(zone, day, boundaries)


@pytest.mark.parametrize("name", ZONES)
def test_so_it_does_on_every_day_that_a_clock_changes(name: str):
    zone = ZoneInfo(name)
    for day in {each for year in (2011, 2026) for each in changes(zone, year)}:
        for beside in (day - timedelta(days=1), day, day + timedelta(days=1)):
            follow_each_other(zone, beside, list(range(0, DAY_MINUTES + 1, 15)))


def follow_each_other(zone: ZoneInfo, day: date, boundaries: list[int]) -> None:
    """Slots between boundaries cover the stretch exactly, in order, as long as written unless the clock changed."""
    moments = [first_shown(day, each, zone) for each in boundaries]
    assert moments == sorted(moments)
    spans = [on_day(day, starts, ends, zone) for starts, ends in pairwise(boundaries)]
    there = [each for each in spans if each is not None]

    def shows(moment: datetime, minutes: int) -> bool:
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return moment.astimezone(zone).replace(tzinfo=None) == wall

    assert sum((each.length for each in there), timedelta()) == moments[-1] - moments[0]
    assert all(not left.overlaps(right) for left, right in pairwise(there))
    for (starts, ends), span in zip(pairwise(boundaries), spans, strict=True):
        written = timedelta(minutes=ends - starts)
        if span is None:
            assert skipped(day, starts, ends, zone)
            continue
        assert shows(span.starts_at, starts) or skipped(day, starts, starts + 1, zone)
        if unchanged(span, zone) and shows(span.starts_at, starts) and shows(span.ends_at, ends):
            assert span.length == written


def unchanged(span: Span, zone: ZoneInfo) -> bool:
    """Whether the clock is as far from UTC in the end as in the beginning; it never changes twice within a day."""
    return span.starts_at.astimezone(zone).utcoffset() == span.ends_at.astimezone(zone).utcoffset()


def skipped(day: date, starts: int, ends: int, zone: ZoneInfo) -> bool:
    """Whether no moment shows any minute of the slot."""
    wall = [datetime.combine(day, time()) + timedelta(minutes=each) for each in range(starts, ends)]
    return all(each.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != each for each in wall)


weekly = st.builds(
    lambda weekday, pair: WeeklySlot(weekday, *pair),
    st.integers(0, 6),
    st.tuples(st.integers(0, 1_400), st.integers(1, 40)).map(lambda pair: (pair[0], pair[0] + pair[1])),
)


@settings(max_examples=150, deadline=None)
@given(zones, st.lists(weekly, max_size=12), st.integers(946_684_800, 2_051_222_400), st.integers(1, 30))
def test_an_expansion_is_in_order_apart_and_the_sum_of_its_days(zone, slots, start, length):
    since = datetime.fromtimestamp(start, UTC)
    within = Span(since, since + timedelta(days=length))
    found = expand(Schedule(zone, slots), within)
    assert all(left.ends_at < right.starts_at for left, right in pairwise(found))
    assert all(within.starts_at <= each.starts_at < each.ends_at <= within.ends_at for each in found)
    middle = within.starts_at + (within.ends_at - within.starts_at) / 2
    halves = [
        *expand(Schedule(zone, slots), Span(within.starts_at, middle)),
        *expand(Schedule(zone, slots), Span(middle, within.ends_at)),
    ]
    assert merged(halves) == found, "where one cuts does not matter"


def test_days_off_take_weekly_slots_away_and_leave_extra_ones():
    monday = date(2026, 6, 1)
    schedule = Schedule(
        BERLIN,
        weekly=[WeeklySlot(0, 540, 600), WeeklySlot(1, 540, 600)],
        extra=[DaySlot(monday, 900, 960)],
        days_off=[(monday, monday)],
    )
    found = expand(schedule, Span(utc(monday, "00:00"), utc(monday + timedelta(days=7), "00:00")))
    assert [each.starts_at for each in found] == [utc(monday, "13:00"), utc(monday + timedelta(days=1), "07:00")]


def test_an_extra_slot_over_a_weekly_one_is_offered_once():
    monday = date(2026, 6, 1)
    schedule = Schedule(BERLIN, [WeeklySlot(0, 540, 600)], [DaySlot(monday, 570, 660)])
    assert expand(schedule, Span(utc(monday, "00:00"), utc(monday, "23:00"))) == [
        Span(utc(monday, "07:00"), utc(monday, "09:00"))
    ]


spans = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 60)).map(
        lambda pair: Span(
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=pair[0]),
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=sum(pair)),
        )
    ),
    max_size=15,
)


def minutes_of(found: list[Span]) -> set[int]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        minute
        for each in found
        for minute in range(
            (each.starts_at - start) // timedelta(minutes=1), (each.ends_at - start) // timedelta(minutes=1)
        )
    }


@given(spans, spans, st.integers(5, 60))
def test_free_meetings_are_whole_and_touch_nothing_busy(offered, busy, length):
    found = free(meetings(merged(offered), length), busy)
    assert all(each.length == timedelta(minutes=length) for each in found)
    assert minutes_of(found) <= minutes_of(offered) - minutes_of(busy)
    assert all(not left.overlaps(right) for left, right in pairwise(found))
    for each in meetings(merged(offered), length):
        assert (each in found) == (not minutes_of([each]) & minutes_of(busy))


@given(spans, spans)
def test_what_two_people_have_in_common_is_counted_once(left, right):
    assert common(merged(left), merged(right)) == timedelta(minutes=len(minutes_of(left) & minutes_of(right)))


@given(st.lists(weekly, max_size=8))
def test_slots_that_overlap_are_found(slots):
    shared = any(
        one.weekday == other.weekday and one.starts < other.ends and other.starts < one.ends
        for place, one in enumerate(slots)
        for other in slots[place + 1 :]
    )
    assert (overlapping(slots) is not None) == shared
