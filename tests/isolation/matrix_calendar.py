"""Who may do what about calendars and introductions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.domains.calendar.offering import BOOKING, CALENDAR, EXCEPTION, week
from tests.factories import PROBLEMS
from tests.isolation.matrix import A_CTO, ADMIN, CLIENTS, EVERYBODY, OTHER_CLIENT, OWNER, SIGNED_IN, Cast, Operation

FEED = "... on BusyFeed { id name }" + PROBLEMS
CHANGED = "... on CalendarChanged { message }" + PROBLEMS
BOTH_SIDES = OWNER | A_CTO


async def a_listed_cto(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    return {"id": str(cast.cto.id)}


async def a_week(cast: Cast) -> dict[str, Any]:
    await a_listed_cto(cast)
    return week()


async def days_off(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("delete from calendar_exceptions")
    return {"firstDay": (datetime.now(UTC).date() + timedelta(days=9)).isoformat()}


async def an_extra_slot(cast: Cast) -> dict[str, Any]:
    return {"day": (await days_off(cast))["firstDay"], "starts": "09:00", "ends": "10:00"}


async def an_exception(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("delete from calendar_exceptions")
    (made,) = await cast.market.fetch(
        "insert into calendar_exceptions (tenant_id, cto_id, kind, first_day, last_day)"
        " values ($1, $2, 'off', current_date, current_date) returning id",
        cast.market.id,
        cast.cto.id,
    )
    return {"exceptionId": str(made["id"])}


async def a_new_feed(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch_as("worker", "delete from calendar_busy_feeds")
    return {"name": "Work", "url": f"https://calendar.example/{uuid4()}.ics"}


async def the_feed(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch_as("worker", "delete from calendar_busy_feeds")
    (made,) = await cast.market.fetch_as(
        "worker",
        "insert into calendar_busy_feeds (tenant_id, cto_id, user_id, name, host, sealed_url)"
        " values ($1, $2, $3, 'Work', 'calendar.example', 'sealed') returning id",
        cast.market.id,
        cast.cto.id,
        cast.cto.person.id,
    )
    return {"feedId": str(made["id"])}


async def an_address_each(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch(
        "insert into calendar_feeds (tenant_id, user_id, token_hash)"
        " select tenant_id, id, sha256(id::text::bytea) from users on conflict do nothing"
    )
    return {}


async def a_free_slot(cast: Cast) -> dict[str, Any]:
    """Every half hour of every day is free."""
    await a_listed_cto(cast)
    for table in ("calendar_bookings", "calendar_exceptions", "calendar_weekly_slots", "calendars"):
        await cast.market.fetch(f"delete from {table}")
    mine = cast.market.id, cast.cto.id
    await cast.market.fetch(
        "insert into calendars (tenant_id, cto_id, weekly_hours, told_hours, notice_hours) values ($1, $2, 20, 20, 0)",
        *mine,
    )
    await cast.market.fetch(
        "insert into calendar_weekly_slots (tenant_id, cto_id, weekday, starts, ends)"
        " select $1, $2, day, 0, 1440 from generate_series(0, 6) day",
        *mine,
    )
    starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)
    return {"ctoId": str(cast.cto.id), "startsAt": starts_at.isoformat(), "note": "Our monolith"}


async def a_booking(cast: Cast, *, cancelled: bool = False) -> str:
    slot = await a_free_slot(cast)
    (made,) = await cast.market.fetch(
        "insert into calendar_bookings (tenant_id, cto_id, client_id, starts_at, ends_at, status, cancelled_by)"
        " values ($1, $2, $3, $4::timestamptz, $4::timestamptz + interval '30 minutes', $5, $6)"
        " returning id",
        cast.market.id,
        cast.cto.id,
        cast.client.id,
        datetime.fromisoformat(slot["startsAt"]),
        "cancelled" if cancelled else "booked",
        cast.client.id if cancelled else None,
    )
    return str(made["id"])


async def some_booking(cast: Cast) -> dict[str, Any]:
    await a_booking(cast)
    return {}


async def the_booking(cast: Cast) -> dict[str, Any]:
    return {"bookingId": await a_booking(cast), "reason": "Ill"}


async def the_cancelled_booking(cast: Cast) -> dict[str, Any]:
    return {"bookingId": await a_booking(cast, cancelled=True)}


QUERIES = [
    Operation("calendar", "calendar(ctoId: $id) { timeZone slots { startsAt } }", EVERYBODY, prepare=a_listed_cto),
    Operation("myCalendar", "myCalendar { weeklyHours busyFeeds { name } }", A_CTO),
    Operation("myCalendarFeed", "myCalendarFeed { createdAt }", SIGNED_IN, prepare=an_address_each),
    Operation(
        "myBookings",
        "myBookings { edges { node { id client { name } } } }",
        BOTH_SIDES,
        blind=OTHER_CLIENT | ADMIN,
        prepare=some_booking,
    ),
]
MUTATIONS = [
    Operation("saveCalendar", CALENDAR, A_CTO, prepare=a_week),
    Operation("takeDaysOff", EXCEPTION, A_CTO, prepare=days_off),
    Operation("addExtraSlot", EXCEPTION, A_CTO, prepare=an_extra_slot),
    Operation("removeCalendarException", CHANGED, A_CTO, prepare=an_exception),
    Operation("addBusyFeed", FEED, A_CTO, prepare=a_new_feed),
    Operation("refreshBusyFeed", FEED, A_CTO, prepare=the_feed),
    Operation("removeBusyFeed", CHANGED, A_CTO, prepare=the_feed),
    Operation("rotateCalendarFeed", "... on CreatedCalendarFeed { path }" + PROBLEMS, SIGNED_IN),
    Operation("revokeCalendarFeed", CHANGED, SIGNED_IN, prepare=an_address_each),
    Operation("bookIntroduction", BOOKING, CLIENTS, prepare=a_free_slot),
    Operation("cancelBooking", BOOKING, BOTH_SIDES, blind=OTHER_CLIENT | ADMIN, prepare=the_booking),
    # The other side is told that it is not for them; see CancelledByTheOther.
    Operation("restoreBooking", BOOKING, OWNER, blind=OTHER_CLIENT | ADMIN, prepare=the_cancelled_booking),
]
