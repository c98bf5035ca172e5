"""What a client does, in a real browser."""

import pytest
from tests.factories import PASSWORD, Marketplace

pytestmark = pytest.mark.browser

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


async def sign_in(page, person) -> None:
    await page.fill("input[name=email]", person.email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/dashboard")


async def has_no_sideways_scroll(page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_project_goes_from_need_to_ten_matches_with_reasons(windows, live_market: Marketplace, scripts):
    for number in range(11):
        await live_market.listed_cto(headline=f"Runs payment platforms, number {number}")
    client = await live_market.join("client")
    window = await windows(java_script_enabled=scripts)
    page = await window.open("/login")
    await sign_in(page, client)

    await page.goto(window.base + "/projects/new")
    await page.fill("input[name=title]", "Move our payments to Kubernetes")
    await page.fill("textarea[name=description]", "A monolith handles our payments. Somebody should lead the move.")
    await page.click("main form button[type=submit]")
    await page.wait_for_url("**/edit?step=skills")
    project = page.url.split("/")[-2]
    await page.locator("input[name=skills]").first.fill("Kubernetes")
    await page.locator("main form button[type=submit]").filter(has_text="Continue").first.click()
    await page.wait_for_url("**/edit?step=terms")
    await page.fill("input[name=maxHourlyRate]", "180")
    await page.fill("input[name=hoursPerWeek]", "8")
    await page.locator("main form button[type=submit]").filter(has_text="Continue").first.click()
    await page.wait_for_url("**/edit?step=access")
    await page.locator("main form button[type=submit]").filter(has_text="Continue").first.click()
    await page.wait_for_url("**/edit?step=review")
    await live_market.work_off()
    await page.locator("main form[action$='/publish'] button").first.click()
    await page.wait_for_url(f"**/projects/{project}")
    matches = page.locator("#matches article, #matches li.match")
    assert await matches.count() == 10
    assert "Kubernetes" in await matches.first.inner_text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["light", "dark"])
async def test_public_pages_fit_every_window(windows, live_market: Marketplace, size, mode):
    cto = await live_market.listed_cto()
    window = await windows(viewport=SIZES[size], color_scheme=mode)
    for path in ("/", "/ctos", f"/ctos/{cto.id}", "/how-it-works", "/apply", "/login", "/signup", "/password/forgot"):
        page = await window.open(path)
        assert await has_no_sideways_scroll(page), path
        assert await page.locator("main h1").count() == 1, path
        await page.close()


async def test_the_directory_narrows_without_leaving_the_page_and_back_undoes_it(windows, live_market: Marketplace):
    await live_market.listed_cto()
    await live_market.listed_cto(skills=[{"name": "Rust", "level": 4}], headline="Writes engines in Rust")
    window = await windows(viewport=SIZES["desktop"])
    page = await window.open("/ctos")
    assert await page.get_by_text("Writes engines in Rust").count() >= 1
    await page.get_by_label("Kubernetes").first.check()
    await page.wait_for_url("**skills=Kubernetes**")
    await page.get_by_text("Writes engines in Rust").first.wait_for(state="detached")
    await page.go_back()
    await page.get_by_text("Writes engines in Rust").first.wait_for()
