"""Introductions as iCalendar (RFC 5545), for calendars elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True, slots=True)
class Entry:
    """An introduction as one of its two sides sees it.

    Attributes:
        uid: the same in every copy, as long as it lives.
        other: who the reader meets.
        revision: a copy with a higher one replaces those with lower ones.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    other: str
    note: str
    url: str
    cancelled: bool
    revision: int
    changed_at: datetime


def written(host: str, name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar of introductions.

    Args:
        host: the marketplace's; names the producer.
        name: what calendar programs call it.
        entries: what is in it.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//Introductions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", f"Introduction: {entry.other}")
    event.add("description", "\n\n".join(filter(None, (entry.note, entry.url))))
    event.add("url", entry.url)
    event.add("sequence", entry.revision)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event
