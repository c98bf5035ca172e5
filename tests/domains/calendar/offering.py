"""CTOs who offer times, and clients who want them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories import PROBLEMS, ListedCto, Marketplace, Person

BOOKING = (
    """... on Booking { id status startsAt endsAt note cancelReason asClient cancelledByMe
    ctoTime { day starts ends timeZone } clientTime { day starts ends timeZone } }
    ... on SlotTaken { code message alternatives { startsAt } }"""
    + PROBLEMS
)
CALENDAR = "... on MyCalendar { weeklyHours soldHours openHours slots { weekday starts ends } }" + PROBLEMS
SLOTS = """query($id: ID!, $zone: String) { calendar(ctoId: $id, timeZone: $zone) {
    timeZone viewerTimeZone meetingMinutes openHours takesIntroductions overlapHours
    slots { startsAt endsAt ctoTime { day starts ends timeZone } viewerTime { day starts ends timeZone } } } }"""
EXCEPTION = "... on CalendarException { id kind firstDay lastDay starts ends }" + PROBLEMS


def week(*, starts: str = "09:00", ends: str = "17:00", days: int = 7, **changes: Any) -> dict[str, Any]:
    """What a CTO offers: by default nine to five every day, at no notice."""
    slots = [{"weekday": day, "starts": starts, "ends": ends} for day in range(days)]
    return {"weeklyHours": 20, "noticeHours": 0, "slots": slots, **changes}


async def offering(market: Marketplace, *, zone: str = "Europe/Berlin", **changes: Any) -> ListedCto:
    """A listed CTO with a calendar."""
    cto = await market.listed_cto(timeZone=zone)
    saved = await cto.person.mutate("saveCalendar", CALENDAR, week(**changes))
    assert saved["__typename"] == "MyCalendar", saved
    return cto


async def calendar_of(viewer: Person, cto: ListedCto, zone: str | None = None) -> dict[str, Any]:
    """What a viewer sees."""
    return (await viewer.query(SLOTS, id=str(cto.id), zone=zone))["calendar"]


async def free_starts(viewer: Person, cto: ListedCto) -> list[str]:
    """When the free slots begin."""
    return [each["startsAt"] for each in (await calendar_of(viewer, cto))["slots"]]


async def book(client: Person, cto: ListedCto, starts_at: str, note: str = "") -> dict[str, Any]:
    """What booking came to."""
    value = {"ctoId": str(cto.id), "startsAt": starts_at, "note": note}
    return await client.mutate("bookIntroduction", BOOKING, value)


async def booked(client: Person, cto: ListedCto, place: int = 0) -> dict[str, Any]:
    """A booking of one of the free slots."""
    made = await book(client, cto, (await free_starts(client, cto))[place], "Shall we talk about our monolith?")
    assert made["__typename"] == "Booking", made
    return made


async def a_meeting(market: Marketplace, cto_id: UUID, client_id: UUID, note: str) -> None:
    """A booking of tomorrow, as if it had been made."""
    starts_at = datetime.now(UTC) + timedelta(days=1)
    await market.fetch(
        "insert into calendar_bookings (tenant_id, cto_id, client_id, starts_at, ends_at, note)"
        " values ($1, $2, $3, $4, $5, $6)",
        *(market.id, cto_id, client_id, starts_at, starts_at + timedelta(hours=1), note),
    )
