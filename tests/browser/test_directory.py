"""The directory in a real browser: its filters stand in the address, and Back takes them off again."""

import re

import pytest
from playwright.async_api import expect
from tests.factories import Marketplace

pytestmark = pytest.mark.browser


async def people(live_market: Marketplace) -> None:
    await live_market.listed_cto(headline="Keeps clusters up")
    await live_market.listed_cto(headline="Writes compilers", skills=[{"name": "Rust", "level": 4}])


async def test_back_takes_filters_off_again_and_forward_puts_them_on(windows, live_market: Marketplace):
    await people(live_market)
    page = await (await windows()).open("/ctos")
    count, rust = page.locator(".results-count b"), page.get_by_role("checkbox", name="Rust")
    await expect(count).to_have_text("2")
    await rust.check()
    await expect(page).to_have_url(re.compile(r"skills=Rust"))
    await expect(count).to_have_text("1")
    await page.fill("#f-search", "compilers")
    await expect(page).to_have_url(re.compile(r"search=compilers"))
    await expect(page.locator("mark").first).to_have_text("compilers")
    await page.go_back()
    await expect(page).not_to_have_url(re.compile(r"search="))
    await expect(page.locator("#f-search")).to_have_value("")
    await expect(rust).to_be_checked()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/ctos$"))
    await expect(count).to_have_text("2")
    await expect(rust).not_to_be_checked()
    await page.go_forward()
    await expect(count).to_have_text("1")
    await expect(rust).to_be_checked()


async def test_without_scripts_the_same_filters_work(windows, live_market: Marketplace):
    await people(live_market)
    page = await (await windows(java_script_enabled=False)).open("/ctos")
    await page.get_by_role("checkbox", name="Rust").check()
    await page.locator("#filters button[type=submit]").click()
    await expect(page).to_have_url(re.compile(r"skills=Rust"))
    await expect(page.locator(".results-count b")).to_have_text("1")
    await page.go_back()
    await expect(page.locator(".results-count b")).to_have_text("2")
