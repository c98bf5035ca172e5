"""What CTOs offer, what is sold of it, and what others see."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from tests.domains.calendar.offering import CALENDAR, EXCEPTION, SLOTS, calendar_of, free_starts, offering, week
from tests.domains.ctos.test_import_files import json_file, record
from tests.factories import ListedCto, Marketplace, profile

from ctorendang.domains.calendar.availability import overlap
from ctorendang.domains.calendar.capacity import drop_commitment, put_commitment
from ctorendang.domains.calendar.slots import Schedule, WeeklySlot
from ctorendang.domains.ctos.importing.rows import check_file
from ctorendang.domains.ctos.importing.service import ImportService, ImportStatus
from ctorendang.infra.auth.actor import OPERATOR, Actor
from ctorendang.infra.errors import InvalidInput


async def own(cto: ListedCto) -> dict:
    return (await cto.person.query("{ myCalendar { weeklyHours soldHours openHours commitments { hoursPerWeek } } }"))[
        "myCalendar"
    ]


async def availability(market: Marketplace, cto: ListedCto) -> int:
    (row,) = await market.fetch("select availability from ctos where id = $1", cto.id)
    return row["availability"]


async def sell(market: Marketplace, cto: ListedCto, **changes) -> None:
    wanted = {"hours_per_week": 8, "starts_on": date(2020, 1, 1), "ends_on": None, "source": "engagement"}
    async with market.marketplaces.site.product.units.begin(cto.person.actor) as work:
        await put_commitment(work, cto.id, **{**wanted, "source_id": uuid4(), **changes})


@pytest.mark.parametrize(
    ("slots", "message"),
    [
        ([(0, "09:00", "12:00"), (0, "11:00", "13:00")], "Monday: 09:00 to 12:00 overlaps 11:00 to 13:00."),
        ([(1, "12:00", "09:00")], "Tuesday: 12:00 to 09:00 ends before it starts."),
        ([(1, "12:00", "12:00")], "ends before it starts"),
        ([(2, "9", "12:00")], "Wednesday: give a start and an end"),
        ([(2, "09:00", "25:00")], "Wednesday: give a start and an end"),
        ([(7, "09:00", "10:00")], "A weekday is a number from 0"),
        ([(0, "00:00", "00:10")] * 43, "at most 42"),
    ],
)
async def test_slots_that_make_no_sense_are_refused_and_nothing_changes(market: Marketplace, slots, message: str):
    cto = await offering(market)
    typed = [{"weekday": day, "starts": starts, "ends": ends} for day, starts, ends in slots]
    refused = await cto.person.mutate("saveCalendar", CALENDAR, week(slots=typed))
    assert refused["__typename"] == "InvalidInput", refused
    assert [each["field"] for each in refused["fields"]] == ["slots"]
    assert message in refused["fields"][0]["message"]
    assert len(await market.fetch("select 1 from calendar_weekly_slots where cto_id = $1", cto.id)) == 7


@pytest.mark.parametrize(
    "changes", [{"weeklyHours": -1}, {"weeklyHours": 61}, {"meetingMinutes": 0}, {"noticeHours": -5}]
)
async def test_hours_out_of_bounds_are_refused(market: Marketplace, changes):
    cto = await offering(market)
    refused = await cto.person.mutate("saveCalendar", CALENDAR, week(**changes))
    assert [each["field"] for each in refused["fields"]] == list(changes)


async def test_slots_that_touch_and_a_day_until_midnight_are_fine(market: Marketplace):
    slots = [{"weekday": 0, "starts": "20:00", "ends": "22:00"}, {"weekday": 0, "starts": "22:00", "ends": "00:00"}]
    cto = await offering(market, slots=slots)
    kept = await cto.person.query("{ myCalendar { slots { starts ends } } }")
    assert [each["ends"] for each in kept["myCalendar"]["slots"]] == ["22:00", "24:00"]


async def test_an_unknown_time_zone_is_refused(market: Marketplace):
    cto = await offering(market)
    refused = await cto.person.graphql(SLOTS, id=str(cto.id), zone="Mars/Olympus_Mons")
    assert refused["errors"][0]["extensions"]["code"] == "invalid_input"
    profile_refused = await cto.person.mutate(
        "updateCtoProfile", "... on InvalidInput { fields { field } }", profile(timeZone="Mars/Base")
    )
    assert profile_refused["fields"] == [{"field": "timeZone"}]


async def test_days_off_and_extra_slots_change_what_is_free(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    day = (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=3)).date().isoformat()
    off = await cto.person.mutate("takeDaysOff", EXCEPTION, {"firstDay": day})
    assert (off["kind"], off["lastDay"]) == ("OFF", day)
    assert day not in {each["ctoTime"]["day"] for each in (await calendar_of(client, cto))["slots"]}
    extra = await cto.person.mutate("addExtraSlot", EXCEPTION, {"day": day, "starts": "06:00", "ends": "07:00"})
    there = [
        each["ctoTime"]["starts"] for each in (await calendar_of(client, cto))["slots"] if each["ctoTime"]["day"] == day
    ]
    assert there == ["06:00", "06:30"]
    for exception in (off, extra):
        removed = await cto.person.mutate(
            "removeCalendarException", "... on CalendarChanged { message }", {"exceptionId": exception["id"]}
        )
        assert removed["__typename"] == "CalendarChanged"
    there = [
        each["ctoTime"]["starts"] for each in (await calendar_of(client, cto))["slots"] if each["ctoTime"]["day"] == day
    ]
    assert there[0] == "09:00"


@pytest.mark.parametrize(
    ("mutation", "value", "field"),
    [
        ("takeDaysOff", {"firstDay": "2026-12-24", "lastDay": "2026-12-20"}, "lastDay"),
        ("takeDaysOff", {"firstDay": "1999-12-24"}, "firstDay"),
        ("takeDaysOff", {"firstDay": "2031-12-24"}, "firstDay"),
        ("addExtraSlot", {"day": "2026-12-24", "starts": "12:00", "ends": "10:00"}, "starts"),
        ("addExtraSlot", {"day": "2026-12-24", "starts": "noon", "ends": "10:00"}, "starts"),
    ],
)
async def test_exceptions_that_make_no_sense_are_refused(market: Marketplace, mutation: str, value, field: str):
    refused = await (await offering(market)).person.mutate(mutation, EXCEPTION, value)
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await market.fetch("select 1 from calendar_exceptions") == []


async def test_an_extra_slot_that_the_clock_skips_is_refused(market: Marketplace):
    cto, today = await offering(market), datetime.now(ZoneInfo("Europe/Berlin")).date()
    march = [date(year, 3, 31) for year in (today.year, today.year + 1)]
    sunday = next(day for each in march if (day := each - timedelta(days=(each.weekday() + 1) % 7)) > today)
    skipped = {"day": sunday.isoformat(), "starts": "02:10", "ends": "02:50"}
    refused = await cto.person.mutate("addExtraSlot", EXCEPTION, skipped)
    assert [each["field"] for each in refused["fields"]] == ["starts"]
    assert await market.fetch("select 1 from calendar_exceptions") == []
    assert "id" in await cto.person.mutate("addExtraSlot", EXCEPTION, {**skipped, "ends": "03:30"})


async def test_exceptions_that_overlap_are_refused(market: Marketplace):
    cto = await offering(market)
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    later = {"firstDay": (day + timedelta(days=2)).isoformat(), "lastDay": (day + timedelta(days=9)).isoformat()}
    week_off = {"firstDay": day.isoformat(), "lastDay": (day + timedelta(days=6)).isoformat()}
    assert "id" in await cto.person.mutate("takeDaysOff", EXCEPTION, week_off)
    assert (await cto.person.mutate("takeDaysOff", EXCEPTION, later))["fields"][0]["field"] == "firstDay"
    slot = {"day": day.isoformat(), "starts": "10:00", "ends": "11:00"}
    assert "id" in await cto.person.mutate("addExtraSlot", EXCEPTION, slot)
    assert "fields" in await cto.person.mutate("addExtraSlot", EXCEPTION, {**slot, "starts": "10:30"})


async def test_anothers_exception_is_not_there(market: Marketplace):
    cto, other = await offering(market), await offering(market)
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    off = await cto.person.mutate("takeDaysOff", EXCEPTION, {"firstDay": day})
    refused = await other.person.mutate(
        "removeCalendarException",
        EXCEPTION.replace("CalendarException", "CalendarChanged").replace(
            "id kind firstDay lastDay starts ends", "message"
        ),
        {"exceptionId": off["id"]},
    )
    assert refused["code"] == "not_found"


async def test_open_hours_are_what_is_offered_less_what_is_sold(market: Marketplace):
    cto = await offering(market, weeklyHours=30)
    assert await availability(market, cto) == 30
    source = uuid4()
    await sell(market, cto, source_id=source)
    await sell(market, cto, hours_per_week=4, starts_on=date(2090, 1, 1))
    await sell(market, cto, hours_per_week=4, ends_on=date(2021, 1, 1))
    assert await availability(market, cto) == 22
    assert (await own(cto))["soldHours"] == 8
    await sell(market, cto, source_id=source, hours_per_week=10)
    assert await availability(market, cto) == 20
    await cto.person.mutate("saveCalendar", CALENDAR, week(weeklyHours=5))
    assert await availability(market, cto) == 0, "never below nothing"
    async with market.marketplaces.site.product.units.begin(cto.person.actor) as work:
        await drop_commitment(work, "engagement", source)
    assert await availability(market, cto) == 5
    found = await market.fetch(
        "select 1 from outbox where event = 'cto.saved' and payload ->> 'cto_id' = $1", str(cto.id)
    )
    assert len(found) >= 3


@pytest.mark.parametrize(
    "changes", [{"hours_per_week": -3}, {"hours_per_week": 0}, {"hours_per_week": 61}, {"ends_on": date(2019, 1, 1)}]
)
async def test_commitments_that_make_no_sense_are_refused(market: Marketplace, changes):
    cto = await offering(market)
    with pytest.raises(InvalidInput):
        await sell(market, cto, **changes)
    assert await market.fetch("select 1 from calendar_commitments") == []


async def test_free_hours_typed_into_the_profile_move_the_weekly_hours(market: Marketplace):
    cto = await offering(market, weeklyHours=30)
    await sell(market, cto)
    await market.work_off()
    assert await availability(market, cto) == 22
    await cto.person.mutate("updateCtoProfile", "... on Cto { id }", profile(availability=10))
    await market.work_off()
    assert await availability(market, cto) == 10
    assert (await own(cto))["weeklyHours"] == 18
    await cto.person.mutate("saveCalendar", CALENDAR, week(weeklyHours=40))
    await market.work_off()
    assert await availability(market, cto) == 32


async def test_free_hours_that_are_imported_count_as_typed_ones_do(market: Marketplace):
    cto = await offering(market, weeklyHours=30)
    await market.work_off()
    file = check_file(json_file(record(1, email=cto.person.email, availability=10)), "EUR")
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, OPERATOR)) as work:
        await ImportService(work).run(file, "EUR", ImportStatus.LISTED, keep=True)
    await market.work_off()
    await sell(market, cto)
    assert await availability(market, cto) == 2


async def test_what_begins_and_ends_by_itself_is_noticed_every_hour(market: Marketplace):
    cto = await offering(market, weeklyHours=30)
    await sell(market, cto)
    await market.fetch("update calendar_commitments set ends_on = '2021-01-01'")
    assert await availability(market, cto) == 22
    async with market.marketplaces.site.product.units.begin(cto.person.actor.as_service("worker")) as work:
        work.publish("calendar.round_due", {})
    await market.work_off()
    assert await availability(market, cto) == 30
    (planned,) = await market.fetch(
        "select count(*) as times from outbox where event = 'calendar.round_due' and done_at is null"
    )
    assert planned["times"] == 1


async def test_a_tenant_whose_first_hours_are_sold_has_its_hours_counted_from_then_on(market: Marketplace):
    cto = await offering(market)
    planned = "select 1 from outbox where event = 'calendar.round_due' and done_at is null"
    assert await market.fetch(planned) == []
    await sell(market, cto, starts_on=date(2090, 1, 1))
    await market.work_off()
    assert len(await market.fetch(planned)) == 1


async def test_selling_hours_makes_a_calendar_of_what_the_profile_says(market: Marketplace):
    cto = await market.listed_cto(availability=16)
    assert (await own(cto))["weeklyHours"] == 16
    await sell(market, cto)
    assert await availability(market, cto) == 8
    assert await free_starts(cto.person, cto) == []


def test_overlap_counts_the_hours_that_two_weeks_share():
    monday = datetime(2026, 6, 1, tzinfo=UTC)
    berlin = Schedule(ZoneInfo("Europe/Berlin"))
    hours = {
        zone: overlap(berlin, ZoneInfo(zone), monday) / timedelta(hours=1)
        for zone in ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata")
    }
    assert hours == {"Europe/Berlin": 40, "America/New_York": 10, "Asia/Tokyo": 5, "Asia/Kolkata": 22.5}
    mornings = Schedule(ZoneInfo("Europe/Berlin"), [WeeklySlot(day, 9 * 60, 12 * 60) for day in range(5)])
    assert overlap(mornings, ZoneInfo("Europe/London"), monday) == timedelta(hours=10)


def test_overlap_knows_that_zones_change_their_clocks_in_different_weeks():
    berlin, york = Schedule(ZoneInfo("Europe/Berlin")), ZoneInfo("America/New_York")
    assert overlap(berlin, york, datetime(2026, 3, 16, tzinfo=UTC)) == timedelta(hours=15)
    assert overlap(berlin, york, datetime(2026, 4, 6, tzinfo=UTC)) == timedelta(hours=10)


async def test_as_many_slots_are_told_as_are_asked_for(market: Marketplace):
    cto = await offering(market)
    some = "query($id: ID!, $first: Int) { calendar(ctoId: $id) { slots(first: $first) { startsAt } } }"
    told = (await cto.person.query(some, id=str(cto.id), first=3))["calendar"]["slots"]
    assert [each["startsAt"] for each in told] == (await free_starts(cto.person, cto))[:3]
    for first in (-1, 101):
        refused = await cto.person.graphql(some, id=str(cto.id), first=first)
        assert refused["errors"][0]["extensions"]["code"] == "invalid_input"
