"""Tells from a calendar file when its owner is busy. A program: bytes in, moments out.

It runs as a process of its own, with little memory, little time and no secrets: a rule of one line repeats for ever,
and what reads calendars believes what they say.

Usage: ``python -I ical_reader.py ZONE SINCE UNTIL``; reads the file (RFC 5545) from standard input and writes the busy
ranges as JSON, pairs of seconds since 1970. On a file that it refuses it exits with 3 and a sentence for its owner.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

MOST_COMPONENTS = 10_000
MOST_BUSY = 5_000
REFUSED = 3
CPU_SECONDS = 8

_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
_WITHIN_THE_HOUR = ("BYSECOND", "BYMINUTE")


class Refused(Exception):
    """The file will not do; the message tells its owner why."""


def busy(content: bytes, zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[int, int]]:
    """The busy ranges between two moments, in no order; they may overlap.

    Raises:
        Refused: it is no calendar, or one that asks for too much.
    """
    text = _text(content)
    try:
        found = []
        for calendar in icalendar.Calendar.from_ical(text, multiple=True):
            _require_calm(calendar)
            for start, end in (*_events(calendar, since, until), *_periods(calendar)):
                starts, ends = max(_moment(start, zone), since), min(_moment(end, zone), until)
                if starts < ends:
                    found.append((int(starts.timestamp()), int(ends.timestamp())))
                if len(found) > MOST_BUSY:
                    raise Refused(
                        f"This calendar has more than {MOST_BUSY:,} events in the next weeks. Offer a smaller one."
                    )
    except Refused:
        raise
    except MemoryError:
        raise Refused("This calendar is too large to be read. Offer one with fewer events.") from None
    except Exception:  # noqa: BLE001 - parsers raise whatever they like, and all of it means the same
        raise Refused("This calendar holds an event that cannot be understood. Export it anew.") from None
    return found


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Refused(
            "This calendar is not written in UTF-8, as calendars must be (RFC 5545). Export it anew."
        ) from None
    if not text[:15].upper() == "BEGIN:VCALENDAR":
        raise Refused("There is no calendar at this address. Copy the address that ends in .ics, or is called iCal.")
    if not text[-13:].upper() == "END:VCALENDAR":
        raise Refused("This calendar breaks off before its end. Try again later.")
    if text.upper().count("BEGIN:") > MOST_COMPONENTS:
        raise Refused(
            f"This calendar has more than {MOST_COMPONENTS:,} entries. Offer a smaller one, of the future only."
        )
    return text


def _require_calm(calendar: Any) -> None:
    """Refuse rules that repeat within the hour: nobody's days are like that, and counting them out takes for ever."""
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if _TOO_OFTEN & {str(each).upper() for each in rule.get("FREQ", [])} or any(
                len(rule.get(part, [])) > 1 for part in _WITHIN_THE_HOUR
            ):
                raise Refused("An event of this calendar repeats more often than every hour. Remove it, and try again.")


def _events(calendar: Any, since: datetime, until: datetime) -> Iterator[tuple[date, date]]:
    for event in recurring_ical_events.of(calendar).between(since, until):
        cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
        if not cancelled and str(event.get("TRANSP", "")).upper() != "TRANSPARENT":
            yield event["DTSTART"].dt, event["DTEND"].dt


def _periods(calendar: Any) -> Iterator[tuple[date, date]]:
    """What calendars say that tell no more than when somebody is busy (RFC 5545 section 3.6.4)."""
    for answer in calendar.walk("VFREEBUSY"):
        said = answer.get("FREEBUSY", [])
        for line in said if isinstance(said, list) else [said]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield line.start, line.end


def _moment(value: date, zone: ZoneInfo) -> datetime:
    """Days, and times that name no zone, are meant where the owner is."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _limit() -> None:
    """Give this process little to misbehave with."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Run once."""
    _limit()
    zone, since, until = sys.argv[1:]
    try:
        found = busy(
            sys.stdin.buffer.read(), ZoneInfo(zone), datetime.fromisoformat(since), datetime.fromisoformat(until)
        )
    except Refused as refusal:
        sys.stdout.buffer.write(str(refusal).encode())
        sys.exit(REFUSED)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
