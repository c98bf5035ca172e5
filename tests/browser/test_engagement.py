"""From a need to reviews of both sides, in two real browsers: a client's and a CTO's."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from tests.browser.conftest import Window
from tests.browser.test_client import sign_in
from tests.domains.engagements.journeys import this_week
from tests.factories import ListedCto, Marketplace

from ctorendang.kit.clock import now

pytestmark = pytest.mark.browser


class Side:
    """One of the two, looking at the engagement."""

    def __init__(self, window: Window, page: Page, path: str) -> None:
        self.window, self.page, self.path = window, page, path

    async def press(self, step: str, told: str, *, opened: str = "", **fields: str) -> None:
        """Fill a step's form in, send it, and read what came of it."""
        await self.page.goto(self.path)
        form = self.page.locator(f'main form[action$="/{step}"]:visible').first
        if opened:
            await self.page.get_by_text(opened, exact=True).first.click()
        for name, value in fields.items():
            field = form.locator(f'[name="{name}"]')
            if await field.first.get_attribute("type") == "radio":
                await form.locator(f'[name="{name}"][value="{value}"]').check(force=True)
            else:
                await field.fill(value)
        await form.locator("button[type=submit]").click()
        await expect(self.page.locator(".flash")).to_contain_text(told)


def terms(rate: str) -> dict[str, str]:
    first = (now().date() + timedelta(days=7)).isoformat()
    return {"rate": rate, "hoursPerWeek": "8", "startsOn": first, "weeks": "12", "noticeDays": "14"}


async def need_to_shortlist(page: Page, base: str, market: Marketplace) -> str:
    """A project through the wizard, and the first match onto its shortlist; the engagement's path."""
    await page.goto(base + "/projects/new")
    await page.fill("input[name=title]", "Move our payments to Kubernetes")
    await page.fill("textarea[name=description]", "A monolith handles our payments. Somebody should lead the move.")
    for step in ("skills", "terms", "access", "review"):
        await page.get_by_role("button", name="Save and continue").click()
        await page.wait_for_url(f"**/edit?step={step}")
        if step == "skills":
            await page.locator("input[name=skills]").first.fill("Kubernetes")
            await page.keyboard.press("Escape")
    await market.work_off()
    await page.locator("main form[action$='/publish'] button").click()
    await page.locator("#matches").get_by_role("button", name="Shortlist", exact=True).first.click()
    await page.wait_for_url("**/engagements/*")
    return page.url


async def at_a_shortlist(windows, market: Marketplace) -> tuple[Side, Side, ListedCto]:
    """A client and the CTO on their project's shortlist, each in a browser of their own."""
    hired = await market.listed_cto(headline="Runs payment platforms")
    client_window, cto_window = await windows(), await windows()
    client_page, cto_page = await client_window.open("/login"), await cto_window.open("/login")
    await sign_in(client_page, await market.join("client"))
    await sign_in(cto_page, hired.person)
    path = await need_to_shortlist(client_page, client_window.base, market)
    return Side(client_window, client_page, path), Side(cto_window, cto_page, path), hired


async def test_a_need_becomes_an_engagement_and_ends_in_reviews_of_both_sides(windows, live_market: Marketplace):
    client, cto, hired = await at_a_shortlist(windows, live_market)
    await client.press("introduce", "on its way", message="Could we talk about how you would begin?")
    await cto.press("propose", "Your terms are proposed", **terms("180"))
    await client.press("propose", "Your terms are proposed", opened="Propose others", **terms("160"))
    await cto.page.goto(cto.path)
    await expect(cto.page.locator(".terms-card .changed del")).to_contain_text("180")
    await cto.press("accept-terms", "The trial has begun")
    await cto.press("submit-time-sheet", "handed in", week=this_week().isoformat(), hours="7.5")
    await client.press("approve-time-sheet", "approved")
    await client.press("start", "You go on together")
    await client.press("plan-milestone", "planned", title="Payments run on Kubernetes", amount="4000")
    await cto.press("submit-milestone", "handed in", report="They do; the runbook is in the wiki.")
    await client.press("approve-milestone", "approved")
    await cto.press("submit-milestone", "handed in", report="Where everything is, and who knows what.")
    await client.press("approve-milestone", "approved")
    await client.press("close", "closed")
    await client.press("review", "kept until both", rating="5", body="Calm and clear.")
    await cto.page.goto(cto.path)
    await expect(cto.page.get_by_text("Calm and clear.")).to_have_count(0)
    await cto.press("review", "kept until both", rating="4", body="They knew what they wanted.")
    await live_market.work_off()
    for side in (client, cto):
        await side.page.goto(side.path)
        await expect(side.page.locator(".review")).to_have_count(2)
        await expect(side.page.locator(".course-step.done")).to_have_count(6)
    await client.page.goto(f"{client.window.base}/ctos/{hired.id}")
    await expect(client.page.get_by_text("Calm and clear.", exact=True)).to_be_visible()


async def test_of_two_browsers_the_slower_reads_what_has_changed(windows, live_market: Marketplace):
    client, cto, _ = await at_a_shortlist(windows, live_market)
    await client.press("introduce", "on its way", message="Could we talk?")
    await cto.page.goto(cto.path)
    await client.press("cancel", "cancelled", opened="Cancel the engagement", reason="We wait a year.")
    form = cto.page.locator('main form[action$="/propose"]').first
    for name, value in terms("180").items():
        await form.locator(f'[name="{name}"]').fill(value)
    await form.locator("button[type=submit]").click()
    await expect(cto.page.locator(".flash-error").first).to_contain_text("cancelled the engagement")
    assert ["409" in problem for problem in cto.window.problems] == [True]  # as the browser notes what was refused
    cto.window.problems.clear()


async def test_a_cto_is_found_by_name_while_one_types_and_invited(windows, live_market: Marketplace):
    for name in ("Ingrid Halvorsen", "Tomás Rivera"):
        cto = await live_market.listed_cto()
        await live_market.fetch("update ctos set name = $1 where id = $2", name, cto.id)
    client = await live_market.join("client")
    value = {"title": "Payments", "description": "Lead the move of our payments."}
    posted = await client.mutate("createProject", "... on Project { id }", value)
    window = await windows()
    page = await window.open("/login")
    await sign_in(page, client)
    await page.goto(f"{window.base}/projects/{posted['id']}/edit?step=access")
    await page.locator("#find").press_sequentially("halvorsn")
    found = page.locator("#found .candidates li")
    await expect(found).to_have_count(1)
    await expect(page.locator("#found [role=status]")).to_have_text(re.compile("1 CTO found"))
    await found.get_by_role("button", name="Invite Ingrid Halvorsen").click()
    await expect(page.locator(".file-list").first).to_contain_text("Ingrid Halvorsen")
