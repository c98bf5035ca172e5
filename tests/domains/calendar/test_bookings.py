"""Introductions: one slot, one meeting, whoever asks and however fast."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.domains.calendar.offering import BOOKING, book, booked, calendar_of, free_starts, offering
from tests.factories import Marketplace


async def test_a_client_books_a_free_slot_and_both_see_it_in_both_zones(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    await client.mutate("updatePreferences", "... on Viewer { id }", {"timeZone": "America/New_York"})
    slot = (await calendar_of(client, cto))["slots"][3]
    assert (slot["ctoTime"]["timeZone"], slot["viewerTime"]["timeZone"]) == ("Europe/Berlin", "America/New_York")
    made = await book(client, cto, slot["startsAt"], "Our monolith")
    assert (made["status"], made["note"], made["asClient"]) == ("BOOKED", "Our monolith", True)
    assert made["ctoTime"] == slot["ctoTime"]
    assert made["clientTime"] == slot["viewerTime"]
    assert slot["startsAt"] not in await free_starts(client, cto)
    for person, as_client in ((client, True), (cto.person, False)):
        mine = (await person.query("{ myBookings { edges { node { id asClient } } } }"))["myBookings"]
        assert mine["edges"] == [{"node": {"id": made["id"], "asClient": as_client}}]
    stranger = await market.join("client")
    assert (await stranger.query("{ myBookings { totalCount } }"))["myBookings"]["totalCount"] == 0


async def test_of_two_who_want_the_same_slot_at_once_one_gets_it_and_the_other_is_told_what_is_near(
    market: Marketplace,
):
    cto = await offering(market)
    clients = [await market.join("client") for _ in range(6)]
    wished = (await free_starts(clients[0], cto))[5]
    answers = await asyncio.gather(*(book(client, cto, wished) for client in clients))
    winners = [answer for answer in answers if answer["__typename"] == "Booking"]
    losers = [answer for answer in answers if answer["__typename"] == "SlotTaken"]
    assert (len(winners), len(losers)) == (1, 5), answers
    free = await free_starts(clients[0], cto)
    for loser in losers:
        near = [each["startsAt"] for each in loser["alternatives"]]
        assert loser["code"] == "slot_already_taken"
        assert sorted(near) == sorted(sorted(free, key=lambda each: distance(each, wished))[:3])


def distance(one: str, other: str) -> timedelta:
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))


async def test_one_client_cannot_be_in_two_places_even_when_asking_at_once(market: Marketplace):
    ctos = [await offering(market), await offering(market)]
    client = await market.join("client")
    wished = (await free_starts(client, ctos[0]))[2]
    answers = await asyncio.gather(*(book(client, cto, wished) for cto in ctos))
    assert sorted(each["__typename"] for each in answers) == ["Booking", "Refusal"]
    assert {each["code"] for each in answers if "code" in each} == {"already_booked_then"}


@pytest.mark.parametrize(("column", "constraint"), [("cto_id", "_cto"), ("client_id", "_client")])
async def test_the_database_itself_lets_no_two_introductions_overlap(market: Marketplace, column: str, constraint: str):
    cto, client = await offering(market), await market.join("client")
    other_cto, other_client = await offering(market), await market.join("client")
    ids = {"cto_id": cto.id, "client_id": client.id}
    others = {"cto_id": other_cto.id, "client_id": other_client.id}
    starts = datetime(2030, 1, 1, 9, tzinfo=UTC)
    insert = (
        "insert into calendar_bookings (tenant_id, cto_id, client_id, starts_at, ends_at, status)"
        " values ($1, $2, $3, $4, $5, $6)"
    )

    async def add(shift: int, status: str = "booked", **who) -> None:
        at = starts + timedelta(minutes=shift)
        await market.fetch(insert, market.id, who["cto_id"], who["client_id"], at, at + timedelta(minutes=30), status)

    await add(0, **ids)
    mixed = {**others, column: ids[column]}
    with pytest.raises(asyncpg.ExclusionViolationError, match=constraint):
        await add(29, **mixed)
    await add(30, **mixed)
    await add(10, "cancelled", **mixed)


async def test_what_is_not_offered_cannot_be_booked(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    slot = (await free_starts(client, cto))[4]
    crooked = (datetime.fromisoformat(slot) + timedelta(minutes=7)).isoformat()
    far = (datetime.fromisoformat(slot) + timedelta(weeks=8)).isoformat()
    for wished in (crooked, far, "2020-01-01T09:00:00+00:00"):
        assert (await book(client, cto, wished))["code"] == "slot_not_offered"


async def test_a_slot_needs_its_notice(market: Marketplace):
    cto, client = await offering(market, noticeHours=72), await market.join("client")
    first = datetime.fromisoformat((await free_starts(client, cto))[0])
    assert first >= datetime.now(UTC) + timedelta(hours=71, minutes=59)


async def test_a_cto_who_is_not_listed_takes_no_introductions(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    wished = (await free_starts(client, cto))[0]
    await cto.person.mutate("pauseCtoProfile", "... on Cto { status }")
    assert (await client.query("query($id: ID!) { calendar(ctoId: $id) { timeZone } }", id=str(cto.id)))[
        "calendar"
    ] is None
    assert (await book(client, cto, wished))["code"] == "not_found"
    assert (await calendar_of(cto.person, cto))["slots"] == []


async def test_nobody_books_oneself(market: Marketplace):
    cto = await offering(market)
    await market.fetch("update users set roles = '{client,cto}' where id = $1", cto.person.id)
    assert (await book(cto.person, cto, (await free_starts(cto.person, cto))[0]))["code"] == "cannot_book_oneself"


async def test_a_client_takes_only_so_much_of_a_ctos_time(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    for _ in range(2):
        await booked(client, cto)
    assert (await book(client, cto, (await free_starts(client, cto))[0]))["code"] == "too_many_bookings"


@pytest.mark.parametrize("canceller", ["client", "cto"])
async def test_either_side_cancels_with_a_reason_and_may_take_it_back(market: Marketplace, canceller: str):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    one, other = (client, cto.person) if canceller == "client" else (cto.person, client)
    nothing = await one.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": " "})
    assert nothing["fields"][0]["field"] == "reason"
    gone = await one.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "Ill"})
    assert (gone["status"], gone["cancelReason"], gone["cancelledByMe"]) == ("CANCELLED", "Ill", True)
    again = await other.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "Too"})
    assert again["code"] == "booking_already_cancelled"
    assert made["startsAt"] in await free_starts(client, cto)
    assert (await other.mutate("restoreBooking", BOOKING, {"bookingId": made["id"]}))["code"] == "forbidden"
    back = await one.mutate("restoreBooking", BOOKING, {"bookingId": made["id"]})
    assert (back["status"], back["cancelReason"]) == ("BOOKED", None)
    assert (await one.mutate("restoreBooking", BOOKING, {"bookingId": made["id"]}))["code"] == "booking_not_cancelled"
    assert made["startsAt"] not in await free_starts(client, cto)


async def test_what_somebody_else_has_booked_meanwhile_is_not_restored(market: Marketplace):
    cto, client, faster = await offering(market), await market.join("client"), await market.join("client")
    made = await booked(client, cto)
    await client.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "Ill"})
    assert (await book(faster, cto, made["startsAt"]))["__typename"] == "Booking"
    refused = await client.mutate("restoreBooking", BOOKING, {"bookingId": made["id"]})
    assert refused["code"] == "slot_already_taken"
    (row,) = await market.fetch("select status, revision from calendar_bookings where client_id = $1", client.id)
    assert tuple(row) == ("cancelled", 1), "nothing of the refused change has stayed"


async def test_strangers_neither_cancel_nor_restore(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    for stranger in (await market.join("client"), await market.join("admin"), (await offering(market)).person):
        for mutation, value in (("cancelBooking", {"reason": "Mine"}), ("restoreBooking", {})):
            refused = await stranger.mutate(mutation, BOOKING, {"bookingId": made["id"], **value})
            assert refused["code"] == "not_found"


async def test_what_has_begun_is_not_changed(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    await market.fetch(
        "update calendar_bookings set starts_at = now() - interval '5 minutes', ends_at = now() + interval '1 minute'"
    )
    refused = await client.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "Late"})
    assert refused["code"] == "booking_is_over"
