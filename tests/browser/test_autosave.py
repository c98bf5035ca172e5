"""The wizard saves by itself in a real browser."""

import pytest
from tests.browser.test_client import sign_in
from tests.factories import Marketplace

pytestmark = pytest.mark.browser


async def test_what_is_typed_is_saved_by_itself_and_survives_reload_and_back(windows, live_market: Marketplace):
    window = await windows()
    page = await window.open("/login")
    await sign_in(page, await live_market.join("client"))
    await page.goto(window.base + "/projects/new")
    state = page.locator("[data-saved]")
    await page.fill("textarea[name=description]", "Our monolith hurts.")
    assert "Not saved yet" in await state.inner_text()
    await page.wait_for_url("**/edit?step=about")
    await page.locator("[data-saved][data-look=saved]").wait_for()
    await page.fill("input[name=title]", "Split it")
    await page.locator("[data-saved][data-look=saved]").wait_for()
    await page.reload()
    assert await page.input_value("input[name=title]") == "Split it"
    assert await page.input_value("textarea[name=description]") == "Our monolith hurts."
    await page.goto(page.url.replace("about", "terms"))
    await page.fill("input[name=hoursPerWeek]", "80")
    await page.locator("[data-saved][data-look=refused]").wait_for()
    assert "Use a number from 1 to 60" in await state.inner_text()
    await page.fill("input[name=hoursPerWeek]", "8")
    await page.locator("[data-saved][data-look=saved]").wait_for()
    await page.go_back()
    assert await page.input_value("input[name=title]") == "Split it"
    await page.go_forward()
    assert await page.input_value("input[name=hoursPerWeek]") == "8"
    assert ["422" in problem for problem in window.problems] == [True]  # as the browser notes what was refused
    window.problems.clear()
