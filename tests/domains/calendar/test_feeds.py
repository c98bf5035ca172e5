"""Calendars that are followed, by the guarded client alone, and the secret calendar of one's own introductions."""

from datetime import datetime, timedelta
from uuid import uuid4

import icalendar
import pytest
from tests.domains.calendar.offering import BOOKING, booked, free_starts, offering
from tests.domains.calendar.test_busy_files import event, file
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person, sign_in, submit
from tests.infra.gateways.outgoing_servers import answering, serving

from ctorendang.domains.calendar import mutations, pages
from ctorendang.infra.auth.limits import Limit

FEED = "... on BusyFeed { id name host problem readAt }" + PROBLEMS
SECRET = "... on CreatedCalendarFeed { path }" + PROBLEMS
CHANGED = "... on CalendarChanged { message }" + PROBLEMS


async def follow(cto: ListedCto, url: str) -> dict:
    return await cto.person.mutate("addBusyFeed", FEED, {"name": "Work", "url": url})


async def let_rest(market: Marketplace) -> None:
    """A minute goes by."""
    await market.fetch_as("worker", "update calendar_busy_feeds set tried_at = tried_at - interval '1 minute'")


async def feeds(person: Person) -> list[dict]:
    return (await person.query("{ myCalendar { busyFeeds { id host problem readAt } } }"))["myCalendar"]["busyFeeds"]


def busy_at(starts_at: str) -> bytes:
    """A calendar with one event then."""
    starts = datetime.fromisoformat(starts_at)
    stamps = [f"{each:%Y%m%dT%H%M%SZ}" for each in (starts, starts + timedelta(minutes=30))]
    return file(event(f"DTSTART:{stamps[0]}", f"DTEND:{stamps[1]}", "SUMMARY:Very private"))


async def test_what_a_followed_calendar_says_is_not_offered_and_its_texts_are_not_kept(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    wished = (await free_starts(client, cto))[3]
    async with serving(answering(busy_at(wished))) as host:
        added = await follow(cto, f"http://127.0.0.1:{host.port}/secret-part/basic.ics")
        assert (added["problem"], added["readAt"]) == (None, None)
        assert await market.work_off() >= 1
        (feed,) = await feeds(cto.person)
        assert feed["problem"] is None
        assert feed["readAt"] is not None
        assert wished not in await free_starts(client, cto)
        kept = await market.fetch_as(
            "worker", "select b::text as feed, t::text as time from calendar_busy_feeds b, calendar_busy_times t"
        )
        assert all("private" not in row["time"] and "secret-part" not in row["feed"] for row in kept)
        asked = len(host.requests)
        soon = await cto.person.mutate("refreshBusyFeed", FEED, {"feedId": feed["id"]})
        assert soon["code"] == "calendar_just_read"
        await let_rest(market)
        await cto.person.mutate("refreshBusyFeed", FEED, {"feedId": feed["id"]})
        await market.work_off()
        assert len(host.requests) == asked + 1
        await let_rest(market)
        async with market.marketplaces.site.product.units.begin(cto.person.actor.as_service("worker")) as work:
            work.publish("calendar.round_due", {})
        await market.work_off()
        assert len(host.requests) == asked + 2, "every hour by itself"
    await cto.person.mutate("removeBusyFeed", CHANGED, {"feedId": feed["id"]})
    assert wished in await free_starts(client, cto)


async def test_a_calendar_that_breaks_later_leaves_what_was_read_and_says_so(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    wished = (await free_starts(client, cto))[3]
    pages = [answering(busy_at(wished)), answering(b"<html>Sign in</html>")]

    async def answer(writer) -> None:
        writer.write(pages.pop(0))

    async with serving(answer) as host:
        added = await follow(cto, f"http://127.0.0.1:{host.port}/basic.ics")
        await market.work_off()
        await let_rest(market)
        await cto.person.mutate("refreshBusyFeed", FEED, {"feedId": added["id"]})
        await market.work_off()
    (feed,) = await feeds(cto.person)
    assert "There is no calendar at this address" in feed["problem"]
    assert wished not in await free_starts(client, cto)


REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/calendar.ics\r\nContent-Length: 0\r\n\r\n"
LATIN = file(event("SUMMARY:Bes\u00e9gue")).decode().encode("latin-1")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (REDIRECT, "sends on to another address"),
        (answering(b"x" * 2_000_001), "longer than 2,000,000 bytes"),
        (answering(LATIN), "not written in UTF-8"),
        (answering(b"", status="404 Not Found"), "answered with 404"),
        (answering(file(event("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"))), "more often than every hour"),
    ],
)
async def test_what_a_hostile_calendar_answers_is_told_to_its_owner(market: Marketplace, answer: bytes, problem: str):
    cto = await offering(market)
    async with serving(answer) as host:
        await follow(cto, f"http://127.0.0.1:{host.port}/basic.ics")
        await market.work_off()
    (feed,) = await feeds(cto.person)
    assert problem in feed["problem"], feed
    assert await market.fetch("select 1 from calendar_busy_times") == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://10.0.0.1/basic.ics", "not reachable on the public internet"),
        ("https://169.254.169.254/latest/meta-data", "not reachable on the public internet"),
        ("webcal://192.168.1.1/basic.ics", "not reachable on the public internet"),
        ("http://93.184.215.14/basic.ics", "must start with https"),
        ("https://user:password@calendar.example/basic.ics", "no user name"),
        ("https://calendar.example:25/basic.ics", "port must be"),
    ],
)
async def test_an_address_that_nobody_should_ask_is_not_asked(market: Marketplace, url: str, problem: str):
    cto = await offering(market)
    await follow(cto, url)
    await market.work_off()
    (feed,) = await feeds(cto.person)
    assert problem in feed["problem"], feed


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calendar",
        "ftp://calendar.example/x",
        "javascript:alert(1)",
        "https://",
        "https://[::1/x",
        "file:///etc/passwd",
    ],
)
async def test_what_is_no_address_is_refused_at_once(market: Marketplace, url: str):
    cto = await offering(market)
    refused = await follow(cto, url)
    assert [each["field"] for each in refused["fields"]] == ["url"]
    assert await feeds(cto.person) == []


async def test_one_follows_only_so_many_calendars_and_nobody_elses(market: Marketplace):
    cto, other = await offering(market), await offering(market)
    added = [await follow(cto, f"https://calendar.example/{each}.ics") for each in range(5)]
    assert (await follow(cto, "https://calendar.example/6.ics"))["code"] == "too_many_entries"
    for mutation, selection in (("refreshBusyFeed", FEED), ("removeBusyFeed", CHANGED)):
        assert (await other.person.mutate(mutation, selection, {"feedId": added[0]["id"]}))["code"] == "not_found"


@pytest.mark.parametrize("by", ["graphql", "page"])
async def test_nobody_has_a_server_asked_without_an_end(market: Marketplace, monkeypatch: pytest.MonkeyPatch, by: str):
    for module in (mutations, pages):
        monkeypatch.setattr(module, "ADDED", Limit(f"feeds-in-test-{uuid4()}", attempts=1, seconds=3600))
    cto = await offering(market)
    if by == "graphql":
        added = await follow(cto, "https://calendar.example/1.ics")
        await cto.person.mutate("removeBusyFeed", CHANGED, {"feedId": added["id"]})
        assert (await follow(cto, "https://calendar.example/1.ics"))["code"] == "too_many_attempts"
        return
    form = {"name": "Work", "url": "https://calendar.example/1.ics"}
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        answers = [await submit(browser, "/account/calendar", "/account/calendar/feeds", form) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 429]


async def published(person: Person) -> str:
    return (await person.mutate("rotateCalendarFeed", SECRET))["path"]


async def test_a_secret_address_shows_ones_introductions_to_whoever_has_it(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    other = await booked(await market.join("client"), cto)
    await client.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "Ill"})
    async with market.browser() as program:
        answer = await program.get(await published(client))
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "no-store" in answer.headers["cache-control"]
        (event_,) = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
        assert event_["UID"] == f"{made['id']}@{market.host}"
        assert (event_["STATUS"], int(event_["SEQUENCE"])) == ("CANCELLED", 1)
        assert event_["DTSTART"].dt == datetime.fromisoformat(made["startsAt"])
        theirs = icalendar.Calendar.from_ical((await program.get(await published(cto.person))).text)
        uids = {str(each["UID"]).split("@")[0] for each in theirs.walk("VEVENT")}
        assert uids == {made["id"], other["id"]}
    assert "ctorendang" not in answer.text.lower()


async def test_a_note_cannot_break_out_of_its_line(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    starts = (await free_starts(client, cto))[0]
    note = "Hello\nEND:VEVENT\nBEGIN:VEVENT\nUID:forged;x,y\\z"
    await client.mutate("bookIntroduction", BOOKING, {"ctoId": str(cto.id), "startsAt": starts, "note": note})
    async with market.browser() as program:
        text = (await program.get(await published(client))).text
    (event_,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(event_["DESCRIPTION"]).startswith(note)


async def test_a_wrong_replaced_revoked_or_foreign_address_is_all_the_same_404(
    market: Marketplace, other_market: Marketplace
):
    client = await market.join("client")
    replaced, suspended = await published(client), await market.join("client")
    foreign, gone = await published(await other_market.join("client")), await published(suspended)
    good = await published(client)
    await market.fetch("update users set status = 'suspended' where id = $1", suspended.id)
    json = {"accept": "application/json"}
    async with market.browser(**json) as program, other_market.browser(**json) as elsewhere:
        assert (await program.get(good)).status_code == 200
        assert (await elsewhere.get(good)).status_code == 404
        paths = [
            replaced,
            foreign,
            gone,
            good[:-5] + "x.ics",
            good.removesuffix(".ics"),
            "/calendar/x.ics",
            f"/calendar/{uuid4()}.ics",
        ]
        answers = [await program.get(path) for path in paths]
        revoked = await client.mutate("revokeCalendarFeed", CHANGED)
        assert revoked["__typename"] == "CalendarChanged"
        answers.append(await program.get(good))
    assert {each.status_code for each in answers} == {404}
    said = [{name: value for name, value in each.json().items() if name != "instance"} for each in answers]
    assert said == said[:1] * len(answers)
    assert (await client.mutate("revokeCalendarFeed", CHANGED))["code"] == "not_found"


async def test_only_a_hash_of_the_secret_is_kept(market: Marketplace):
    client = await market.join("client")
    path = await published(client)
    (row,) = await market.fetch("select f::text as row from calendar_feeds f")
    assert path.split("/")[-1].removesuffix(".ics") not in row["row"]
    assert await market.fetch_as("visitor", "select 1 from calendar_feeds") == []
    assert await market.fetch_as("admin", "select 1 from calendar_feeds") == []
    assert await market.fetch_as("admin", "select 1 from calendar_busy_feeds") == []


async def test_the_page_shows_the_address_once(market: Marketplace):
    client = await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, client)
        made = await submit(browser, "/account/bookings", "/account/bookings/feed", {})
        assert f"{market.origin}/calendar/" in made.text
        assert "/calendar/" not in (await browser.get("/account/bookings")).text.replace("/account/calendar", "")
