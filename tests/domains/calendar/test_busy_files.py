"""Calendar files of others: what makes busy, and what is refused."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from ctorendang.domains.calendar.busy import busy_times
from ctorendang.domains.calendar.errors import CalendarNotReadable
from ctorendang.domains.calendar.slots import Span

SINCE = datetime(2026, 3, 23, tzinfo=UTC)
WITHIN = Span(SINCE, SINCE + timedelta(weeks=2))


def file(*events: str) -> bytes:
    """A calendar with these components."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *events, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"])


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def read(content: bytes, zone: str = "Europe/Berlin") -> list[Span]:
    return await busy_times(content, zone, WITHIN)


async def test_events_make_busy_and_what_is_free_or_cancelled_does_not():
    found = await read(
        file(
            event("DTSTART:20260324T100000Z", "DTEND:20260324T110000Z", uid="plain"),
            event("DTSTART:20260324T103000Z", "DURATION:PT1H", uid="overlapping"),
            event("DTSTART:20260325T100000Z", "DTEND:20260325T110000Z", "TRANSP:TRANSPARENT", uid="free"),
            event("DTSTART:20260325T120000Z", "DTEND:20260325T130000Z", "STATUS:CANCELLED", uid="cancelled"),
            event("DTSTART:20260326T090000", "DTEND:20260326T100000", uid="floating"),
            event(
                "DTSTART;TZID=America/New_York:20260327T090000", "DTEND;TZID=America/New_York:20260327T100000", uid="z"
            ),
            event("DTSTART;VALUE=DATE:20260402", uid="day"),
            event("DTSTART:20200101T100000Z", "DTEND:20200101T110000Z", uid="past"),
        )
    )
    assert found == [
        Span(at(24, 10), at(24, 11, 30)),
        Span(at(26, 8), at(26, 9)),
        Span(at(27, 13), at(27, 14)),
        Span(at(1, 22, month=4), at(2, 22, month=4)),
    ]


async def test_what_repeats_follows_the_clock_of_its_zone():
    found = await read(
        file(
            event(
                "DTSTART;TZID=Europe/Berlin:20260301T090000",
                "DTEND;TZID=Europe/Berlin:20260301T093000",
                "RRULE:FREQ=WEEKLY;BYDAY=MO",
                "EXDATE;TZID=Europe/Berlin:20260406T090000",
            )
        )
    )
    assert found == [Span(at(23, 8), at(23, 8, 30)), Span(at(30, 7), at(30, 7, 30))], "the clock changed on the 29th"


async def test_an_answer_that_tells_only_when_is_understood_too():
    busy = "\r\n".join(
        [
            "BEGIN:VFREEBUSY",
            "UID:1",
            "FREEBUSY;FBTYPE=BUSY:20260324T100000Z/20260324T110000Z,20260325T100000Z/PT2H",
            "FREEBUSY;FBTYPE=FREE:20260326T100000Z/PT2H",
            "END:VFREEBUSY",
        ]
    )
    assert await read(file(busy)) == [Span(at(24, 10), at(24, 11)), Span(at(25, 10), at(25, 12))]


SHORT = ("DTSTART:20260101T000000Z", "DTEND:20260101T000001Z")
BOMBS = {
    "every second": ([event(*SHORT, "RRULE:FREQ=SECONDLY")], "more often than every hour"),
    "every minute": ([event(*SHORT, "RRULE:FREQ=MINUTELY;INTERVAL=2")], "more often than every hour"),
    "every second of a day": (
        [event(*SHORT, f"RRULE:FREQ=DAILY;BYSECOND={','.join(map(str, range(60)))}")],
        "more often than every hour",
    ),
    "hours since long ago": (
        [event("DTSTART:00010101T000000Z", "DURATION:PT1M", "RRULE:FREQ=HOURLY", uid=str(each)) for each in range(20)],
        "too long to read",
    ),
    "days that never come": (
        [event(*SHORT, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=str(each)) for each in range(50)],
        "too long to read",
    ),
    "very many events": (
        [event("DTSTART:20260324T100000Z", "DTEND:20260324T110000Z", uid=str(each)) for each in range(5_001)],
        "more than 5,000 events",
    ),
    "very many components": (["BEGIN:VALARM\r\nEND:VALARM"] * 10_001, "more than 10,000 entries"),
    "a rule that is none": ([event(*SHORT, "RRULE:FREQ=OFTEN")], "cannot be understood"),
    "an event without a beginning": ([event("DTEND:20260324T110000Z")], "cannot be understood"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_in_little_time_and_in_words(name: str):
    events, message = BOMBS[name]
    started = time.perf_counter()
    with pytest.raises(CalendarNotReadable, match=message):
        await read(file(*events))
    assert time.perf_counter() - started < 25


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>Sign in</html>", "There is no calendar"),
        (b"", "There is no calendar"),
        (file(event("SUMMARY:Bes\u00e9gue")).decode().encode("latin-1"), "not written in UTF-8"),
        (file().decode().encode("utf-16"), "not written in UTF-8"),
        (file(event("DTSTART:20260324T100000Z"))[:-20], "breaks off"),
    ],
)
async def test_what_is_no_calendar_is_refused_in_words(content: bytes, message: str):
    with pytest.raises(CalendarNotReadable, match=message):
        await read(content)


async def test_a_byte_order_mark_does_no_harm():
    content = b"\xef\xbb\xbf" + file(event("DTSTART:20260324T100000Z", "DTEND:20260324T110000Z"))
    assert len(await read(content)) == 1
