"""From the page one starts on to people side by side, in a real browser."""

import pytest
from tests.browser.test_client import SIZES, has_no_sideways_scroll, sign_in
from tests.factories import PROBLEMS, Marketplace, project

pytestmark = pytest.mark.browser


async def posted(owner, **changes) -> str:
    created = await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project(**changes))
    await owner.mutate("publishProject", "__typename", {"projectId": created["id"]})
    return created["id"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_people_are_ticked_compared_and_shortlisted(windows, live_market: Marketplace, scripts):
    for _ in range(5):
        await live_market.listed_cto()
    client = await live_market.join("client")
    project_id = await posted(client, skills=["Kubernetes"])
    await live_market.work_off()
    window = await windows(java_script_enabled=scripts, viewport=SIZES["desktop"])
    page = await window.open("/login")
    await sign_in(page, client)
    await page.locator(".digest a").click()
    await page.wait_for_url(f"**/projects/{project_id}#matches")
    boxes = page.locator(".match .compare-box input")
    if scripts:
        for index in range(5):
            await boxes.nth(index).click()
        assert await boxes.nth(4).is_checked() is False
        assert await page.locator("[data-compare-said]").inner_text() == "Four at most. Take somebody out first."
        await page.locator("[data-uncompare]").first.click()
        assert await boxes.nth(0).is_checked() is False
    else:
        for index in (1, 2, 3):
            await boxes.nth(index).check()
    await page.locator("#compare button[type=submit]").click()
    await page.wait_for_url("**/compare?**")
    assert await page.locator(".compare thead th").count() == 3
    await page.get_by_role("link", name="Remove").first.click()
    assert await page.locator(".compare thead th").count() == 2
    await page.go_back()
    assert await page.locator(".compare thead th").count() == 3
    await page.get_by_role("button", name="Shortlist").first.click()
    await page.wait_for_url("**/engagements/*")


async def test_ticks_outlive_paging_and_searching(windows, live_market: Marketplace):
    await live_market.listed_cto(headline="Writes engines in Rust", skills=[{"name": "Rust", "level": 4}])
    await live_market.listed_cto()
    await live_market.work_off()
    window = await windows(viewport=SIZES["desktop"])
    page = await window.open("/ctos?skills=Rust")
    await page.locator(".compare-box input").first.check()
    await page.goto(window.base + "/ctos?skills=Kubernetes")
    await page.locator(".compare-box input").first.check()
    await page.locator("#compare button[type=submit]").click()
    await page.wait_for_url("**/compare?**")
    assert await page.locator(".compare thead th").count() == 2


@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_fit_every_window_and_the_hint_comes_by_itself(windows, live_market: Marketplace, size):
    cto = await live_market.listed_cto(skills=[{"name": "Python", "level": 3}])
    other = await live_market.listed_cto()
    client = await live_market.join("client")
    await posted(client, skills=["Kubernetes", "Rust"])
    await live_market.work_off()
    window = await windows(viewport=SIZES[size])
    page = await window.open("/login")
    await sign_in(page, cto.person)
    await page.locator(".hint b").wait_for()
    assert "place 1" in await page.locator(".hint").inner_text()
    assert await has_no_sideways_scroll(page)
    await page.goto(f"{window.base}/compare?cto={cto.id}&cto={other.id}")
    assert await has_no_sideways_scroll(page)
    assert await page.locator("main h1").count() == 1
