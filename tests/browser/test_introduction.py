"""A CTO offers times, a client books one for a project, and both see it by both clocks; in two real browsers."""

import pytest
from playwright.async_api import Page, expect
from tests.browser.test_client import sign_in
from tests.domains.calendar.offering import book, offering
from tests.domains.engagements.journeys import new_project
from tests.factories import Marketplace

pytestmark = pytest.mark.browser


async def offer_times(page: Page, base: str) -> None:
    """Nine to five on every day, at no notice."""
    await page.goto(base + "/account/calendar")
    await page.fill("input[name=weeklyHours]", "20")
    await page.fill("input[name=noticeHours]", "0")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        await page.get_by_label(f"{day}, slot 1, from").fill("09:00")
        await page.get_by_label(f"{day}, slot 1, to").fill("17:00")
    await page.locator("form[action='/account/calendar'] button[type=submit]").click()
    await expect(page.locator(".flash")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_booked_time_stands_in_both_browsers_by_both_clocks(windows, live_market: Marketplace, scripts: bool):
    cto, client = await live_market.listed_cto(timeZone="Asia/Tokyo"), await live_market.join("client")
    await client.mutate("updatePreferences", "... on Viewer { id }", {"timeZone": "Europe/Lisbon"})
    await new_project(client, title="Split the orders out")
    client_window = await windows(java_script_enabled=scripts)
    cto_window = await windows(java_script_enabled=scripts)
    client_page, cto_page = await client_window.open("/login"), await cto_window.open("/login")
    await sign_in(cto_page, cto.person)
    await offer_times(cto_page, cto_window.base)
    await sign_in(client_page, client)
    await client_page.goto(f"{client_window.base}/ctos/{cto.id}")
    await client_page.locator("#introductions a.slot").nth(3).click()
    await client_page.select_option("select[name=projectId]", label="Split the orders out")
    await client_page.fill("textarea[name=note]", "How would you begin?")
    await client_page.get_by_role("button", name="Book the introduction").click()
    await client_page.wait_for_url("**/engagements/*")
    await cto_page.goto(client_page.url)
    for page, mine, theirs in ((client_page, "Lisbon", "Tokyo"), (cto_page, "Tokyo", "Lisbon")):
        when = page.locator("#introductions time.when")
        await expect(when).to_contain_text(mine)
        await expect(when.locator("> .muted")).to_contain_text(theirs)
    await cto_page.get_by_role("link", name="Change or cancel").click()
    await cto_page.locator("details.cancel summary").click()
    await cto_page.locator("input[name=reason]").fill("A board meeting came in between.")
    await cto_page.get_by_role("button", name="Cancel it").click()
    await expect(cto_page.locator(".badge-danger")).to_be_visible()
    await client_page.reload()
    await expect(client_page.locator("#introductions")).to_contain_text("A board meeting came in between.")
    await expect(client_page.locator("main a.button.primary", has_text="Book a time")).to_be_visible()


async def test_who_books_a_moment_later_is_offered_what_is_near(windows, live_market: Marketplace):
    cto = await offering(live_market)
    fast, slow = await live_market.join("client"), await live_market.join("client")
    window = await windows()
    page = await window.open("/login")
    await sign_in(page, slow)
    await page.goto(f"{window.base}/ctos/{cto.id}/introduction")
    wished = page.locator("input[name=startsAt]").nth(4)
    starts_at = await wished.get_attribute("value")
    await wished.check(force=True)
    await page.fill("textarea[name=note]", "Our monolith")
    assert (await book(fast, cto, starts_at or ""))["__typename"] == "Booking"
    await page.get_by_role("button", name="Book the introduction").click()
    await expect(page.get_by_role("alert")).to_contain_text("has just been taken")
    await expect(page.locator("textarea[name=note]")).to_have_value("Our monolith")
    await page.locator(".nearest label.slot").first.click()
    await page.get_by_role("button", name="Book the introduction").click()
    await page.wait_for_url("**/account/bookings")
    await expect(page.locator(".booking")).to_have_count(1)
    assert ["409" in problem for problem in window.problems] == [True]  # as the browser notes what was refused
    window.problems.clear()
