"""Taking a cancelling back is booking again: no more of a CTO's time, none that is not offered, not without an end."""

from datetime import date, datetime, timedelta

import pytest
from tests.domains.calendar.offering import BOOKING, EXCEPTION, book, booked, free_starts, offering
from tests.factories import ListedCto, Marketplace, Person


async def cancel(person: Person, booking_id: str) -> None:
    gone = await person.mutate("cancelBooking", BOOKING, {"bookingId": booking_id, "reason": "Ill"})
    assert gone["status"] == "CANCELLED", gone


async def restore(person: Person, booking_id: str) -> str:
    answer = await person.mutate("restoreBooking", BOOKING, {"bookingId": booking_id})
    return answer.get("code", answer.get("status"))


async def test_a_client_does_not_gather_a_ctos_time_by_cancelling_and_restoring(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    starts = await free_starts(client, cto)
    first = await book(client, cto, starts[0])
    await cancel(client, first["id"])
    for wished in starts[1:3]:
        assert (await book(client, cto, wished))["__typename"] == "Booking"
    assert await restore(client, first["id"]) == "too_many_bookings"


async def pause(_: Marketplace, cto: ListedCto, __: date) -> None:
    await cto.person.mutate("pauseCtoProfile", "... on Cto { status }")


async def leave(_: Marketplace, cto: ListedCto, day: date) -> None:
    days = {"firstDay": (day - timedelta(days=1)).isoformat(), "lastDay": (day + timedelta(days=4)).isoformat()}
    assert (await cto.person.mutate("takeDaysOff", EXCEPTION, days))["kind"] == "OFF"


@pytest.mark.parametrize("withdraw", [pause, leave])
async def test_what_is_not_offered_any_more_is_restored_by_the_cto_alone(market: Marketplace, withdraw):
    cto, client = await offering(market), await market.join("client")
    his, hers = await booked(client, cto, 30), await booked(client, cto, 40)
    await cancel(client, his["id"])
    await cancel(cto.person, hers["id"])
    await withdraw(market, cto, datetime.fromisoformat(his["startsAt"]).date())
    assert await restore(client, his["id"]) == "slot_not_offered"
    assert await restore(cto.person, hers["id"]) == "BOOKED"


async def test_a_short_notice_does_not_stand_in_the_way_of_taking_back(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    await market.fetch("update calendars set notice_hours = 336 where cto_id = $1", cto.id)
    await cancel(client, made["id"])
    assert await restore(client, made["id"]) == "BOOKED"


async def test_one_introduction_does_not_come_and_go_without_an_end(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    for _ in range(4):
        await cancel(cto.person, made["id"])
        assert await restore(cto.person, made["id"]) == "BOOKED"
    await cancel(cto.person, made["id"])
    assert await restore(cto.person, made["id"]) == "BOOKED"
    await cancel(cto.person, made["id"])
    assert await restore(cto.person, made["id"]) == "too_many_bookings"


async def test_a_client_has_only_so_many_mails_written_a_day(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = "insert into calendar_bookings (tenant_id, cto_id, client_id, starts_at, ends_at, status, created_at)"
    when = " values ($1, $2, $3, now() + interval '2 days', now() + interval '3 days', 'cancelled', $4)"
    (row,) = await market.fetch("select now() as now")
    for _ in range(20):
        await market.fetch(made + when, market.id, cto.id, client.id, row["now"] - timedelta(hours=25))
    assert (await book(client, cto, (await free_starts(client, cto))[0]))["__typename"] == "Booking"
    for _ in range(19):
        await market.fetch(made + when, market.id, cto.id, client.id, row["now"])
    assert (await book(client, cto, (await free_starts(client, cto))[0]))["code"] == "too_many_bookings"
