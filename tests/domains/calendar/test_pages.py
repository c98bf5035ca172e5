"""Calendars and introductions as people see them, without a script; and the mails about them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import icalendar
from tests.domains.calendar.offering import BOOKING, book, booked, free_starts, offering
from tests.factories import Marketplace, sign_in, submit
from tests.inbox import Inbox, text_of


async def test_a_visitor_sees_free_times_and_is_asked_to_sign_in_to_book(market: Marketplace):
    cto = await offering(market)
    async with market.browser() as browser:
        page = await browser.get(f"/ctos/{cto.id}")
        links = re.findall(r'class="slot" href="([^"]+)"', page.text)
        assert len(links) > 20
        assert "in Berlin" in page.text
        assert "working hours a week" in page.text
        answer = await browser.get(unescape(links[0]))
        assert answer.status_code == 401
        assert 'href="/login?next=' in answer.text


async def test_a_client_books_from_the_profile_without_a_script(market: Marketplace, inbox: Inbox):
    cto, client = await offering(market, zone="Asia/Tokyo"), await market.join("client")
    await client.mutate("updatePreferences", "... on Viewer { id }", {"timeZone": "Europe/Lisbon"})
    async with market.browser() as browser:
        await sign_in(browser, client)
        profile = await browser.get(f"/ctos/{cto.id}")
        link = unescape(re.findall(r'class="slot" href="([^"]+)"', profile.text)[4])
        chosen = await browser.get(link)
        starts_at = re.search(r'value="([^"]+)" required checked', chosen.text)
        assert starts_at, "the time of the link is chosen"
        form = {"startsAt": starts_at[1], "note": "Our monolith <b>"}
        done = await submit(browser, link, f"/ctos/{cto.id}/introduction", form)
        assert done.headers["location"] == "/account/bookings"
        mine = (await browser.get("/account/bookings")).text
        assert "Lisbon" in mine
        assert "Tokyo" in mine
        assert "Our monolith &lt;b&gt;" in mine
        file = await browser.get(re.search(r'href="(/account/bookings/[^"]+\.ics)"', mine)[1])
        assert len(icalendar.Calendar.from_ical(file.text).walk("VEVENT")) == 1
    await market.work_off()
    for person, words in ((client, "You have booked an introduction"), (cto.person, "has booked an introduction")):
        (mail,) = [each for each in inbox.of(person.email) if "introduction" in each["Subject"]]
        assert words in text_of(mail)
        assert "Asia/Tokyo" in text_of(mail)
        assert "Europe/Lisbon" in text_of(mail)
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "text/calendar"
        content = attached.get_content()
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert event["DTSTART"].dt == datetime.fromisoformat(starts_at[1])


async def test_who_comes_second_is_shown_what_is_free_nearby_and_loses_no_words(market: Marketplace):
    cto, fast, slow = await offering(market), await market.join("client"), await market.join("client")
    wished = (await free_starts(slow, cto))[6]
    async with market.browser() as browser:
        await sign_in(browser, slow)
        page = f"/ctos/{cto.id}/introduction"
        await book(fast, cto, wished)
        answer = await submit(browser, page, page, {"startsAt": wished, "note": "Our monolith"})
        assert answer.status_code == 409
        assert "has just been taken" in answer.text
        assert "Free nearby" in answer.text
        assert "Our monolith</textarea>" in answer.text
        nonsense = await submit(browser, page, page, {"startsAt": "tomorrow"})
        assert nonsense.status_code == 422
        assert "Choose one of the free times." in nonsense.text


async def test_a_cto_edits_the_week_and_is_told_what_is_wrong_with_it(market: Marketplace):
    cto = await market.listed_cto()
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        assert "Offer times above" in (await browser.get("/account/calendar")).text
        week = {"weeklyHours": "20", "meetingMinutes": "30", "noticeHours": "0"}
        rows = {"weekday": ["0", "0", "1"], "starts": ["09:00", "11:00", ""], "ends": ["12:00", "13:00", ""]}
        refused = await submit(browser, "/account/calendar", "/account/calendar", {**week, **rows})
        assert refused.status_code == 422
        assert "Monday: 09:00 to 12:00 overlaps 11:00 to 13:00." in refused.text
        assert 'value="11:00"' in refused.text, "what was typed is still there"
        rows["starts"][1] = "12:00"
        saved = await submit(browser, "/account/calendar", "/account/calendar", {**week, **rows})
        assert saved.headers["location"] == "/account/calendar"
        negative = await submit(
            browser, "/account/calendar", "/account/calendar", {**week, **rows, "weeklyHours": "-3"}
        )
        assert "Use a number from 0 to 60." in negative.text
        day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
        off = {"kind": "off", "firstDay": day, "lastDay": ""}
        assert (await submit(browser, "/account/calendar", "/account/calendar/exceptions", off)).status_code == 303
        page = (await browser.get("/account/calendar")).text
        assert "<b>Away</b>" in page
        removal = re.search(r'action="(/account/calendar/exceptions/[^"]+/remove)"', page)[1]
        assert (await submit(browser, "/account/calendar", removal, {})).status_code == 303
        assert "<b>Away</b>" not in (await browser.get("/account/calendar")).text
        feed = {"name": "Work", "url": "nonsense"}
        wrong = await submit(browser, "/account/calendar", "/account/calendar/feeds", feed)
        assert "secret address" in wrong.text


async def test_either_side_cancels_on_the_page_and_both_are_told(market: Marketplace, inbox: Inbox):
    cto, client = await offering(market), await market.join("client")
    made = await booked(client, cto)
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        path = f"/account/bookings/{made['id']}"
        empty = await submit(browser, "/account/bookings", f"{path}/cancel", {"reason": ""})
        assert empty.status_code == 303
        assert "Add to calendar" in (await browser.get("/account/bookings")).text
        await submit(browser, "/account/bookings", f"{path}/cancel", {"reason": "On site"})
        page = (await browser.get("/account/bookings")).text
        assert "“On site”" in page
        assert "Put it back" in page
        await market.work_off()
        await submit(browser, "/account/bookings", f"{path}/restore", {})
    await market.work_off()
    for person in (client, cto.person):
        subjects = [mail["Subject"] for mail in inbox.of(person.email)]
        assert sum("Cancelled" in each for each in subjects) == 1
        assert sum("It stands again" in each for each in subjects) == 1


async def test_both_are_reminded_the_day_before_of_what_still_stands(market: Marketplace, inbox: Inbox):
    cto, client, other = await offering(market), await market.join("client"), await market.join("client")
    stands, falls = await booked(client, cto, place=-1), await booked(other, cto, place=-1)
    await market.work_off()
    await other.mutate("cancelBooking", BOOKING, {"bookingId": falls["id"], "reason": "Ill"})
    planned = await market.fetch("select payload, run_at from outbox where event = 'booking.reminder_due'")
    assert {each["run_at"] for each in planned} == {
        datetime.fromisoformat(each["startsAt"]) - timedelta(days=1) for each in (stands, falls)
    }
    await market.fetch("update outbox set run_at = now() where event = 'booking.reminder_due'")
    await market.work_off()
    reminded = [mail["To"] for mail in inbox.mails if mail["Subject"].startswith("Tomorrow:")]
    assert sorted(each for each in reminded if each in {client.email, other.email, cto.person.email}) == sorted(
        [client.email, cto.person.email]
    )


async def test_pages_are_for_those_whom_they_concern(market: Marketplace):
    cto, client, admin = await offering(market), await market.join("client"), await market.join("admin")
    made = await booked(client, cto)
    async with market.browser() as browser:
        await sign_in(browser, client)
        assert (await browser.get("/account/calendar")).status_code == 403
    async with market.browser() as browser:
        await sign_in(browser, admin)
        assert (await browser.get(f"/account/bookings/{made['id']}/introduction.ics")).status_code == 404
        assert (await browser.get(f"/ctos/{cto.id}/introduction")).status_code == 403
    async with market.browser() as visitor:
        assert (await visitor.get("/account/bookings")).status_code == 401


async def test_who_turned_mails_off_gets_none(market: Marketplace, inbox: Inbox):
    cto, client = await offering(market), await market.join("client")
    wish = {"settings": [{"kind": "BOOKINGS", "channel": "EMAIL", "wanted": False}]}
    await client.mutate("updateNotifications", "... on NotificationSettings { settings { kind } }", wish)
    made = await booked(client, cto)
    await market.work_off()
    assert [mail for mail in inbox.of(client.email) if "introduction" in mail["Subject"]] == []
    assert [mail for mail in inbox.of(cto.person.email) if "introduction" in mail["Subject"]] != []
    assert (await client.mutate("cancelBooking", BOOKING, {"bookingId": made["id"], "reason": "x"}))[
        "status"
    ] == "CANCELLED"
