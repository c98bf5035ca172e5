"""A newcomer signs on through the demo identity provider, and out again, on either side."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from playwright.async_api import Page
from tests.factories import Marketplace

from ctorendang.demo.sign_on import connect
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.settings import DemoSettings, Settings

pytestmark = pytest.mark.browser

ADMINS = {"acme": "Ada Lindqvist", "northwind": "Dana Whitfield"}
REALMS = {"acme": "Acme Identity", "northwind": "Northwind Identity"}


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(tmp_path_factory.mktemp("idp"), components={"idp"}, environ={}) as stack:
        yield stack


@pytest.fixture(params=sorted(REALMS))
async def realm(
    request: pytest.FixtureRequest, idp: EmbeddedStack, settings: Settings, live_market: Marketplace
) -> AsyncIterator[str]:
    """A tenant that is connected as the demo tenant of that name is."""
    variables = idp.variables()
    demo = DemoSettings(variables["CTORENDANG_IDP_URL"], variables["CTORENDANG_IDP_CLIENT_SECRET"])
    for _ in range(2):  # the second time changes nothing
        await connect(replace(settings, demo=demo), {request.param: live_market.id})
    return request.param


async def sign_on(page: Page, realm: str, person: str) -> None:
    """The two clicks."""
    await page.get_by_role("link", name=f"Sign in with {REALMS[realm]}").click()
    await page.get_by_role("button", name=f"Continue as {person}").click()


async def is_signed_in(page: Page, base: str) -> bool:
    await page.goto(base + "/how-it-works")
    return await page.locator("header a[href='/login']").count() == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_two_clicks_sign_a_newcomer_on_with_the_roles_of_their_groups(
    windows, live_market: Marketplace, realm: str, scripts: bool
):
    window = await windows(java_script_enabled=scripts)
    page = await window.open("/login")
    await sign_on(page, realm, ADMINS[realm])
    if not scripts and realm == "acme":
        await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(f"{window.base}/**")
    await page.goto(window.base + "/admin/members")
    assert await page.get_by_text(ADMINS[realm]).count() >= 1
    (person,) = await live_market.fetch("select roles, email from users where email like '%.example' limit 1")
    assert person["roles"] == ["admin"]
    assert person["email"].endswith(f"@{realm}.example")


async def test_signing_out_here_signs_out_at_the_provider(windows, realm: str, idp: EmbeddedStack):
    window = await windows()
    page = await window.open("/login")
    await sign_on(page, realm, ADMINS[realm])
    await page.wait_for_url(f"{window.base}/**")
    await page.goto(window.base + "/account")
    await page.locator("form[action='/logout'] button").first.evaluate("button => button.form.submit()")
    await page.wait_for_url(f"{window.base}/")
    assert not await is_signed_in(page, window.base)
    await page.goto(f"{idp.identity_provider_url}/{realm}")
    assert await page.get_by_text("Nobody is signed in").count() == 1


async def test_signing_out_at_the_provider_signs_out_here_at_once(windows, realm: str, idp: EmbeddedStack):
    window = await windows()
    page = await window.open("/login")
    await sign_on(page, realm, ADMINS[realm])
    await page.wait_for_url(f"{window.base}/**")
    assert await is_signed_in(page, window.base)
    other = await window.context.new_page()
    await other.goto(f"{idp.identity_provider_url}/{realm}")
    await other.get_by_role("button", name="Sign out everywhere").click()
    await other.get_by_text("You are signed out").wait_for()
    assert not await is_signed_in(page, window.base)


async def test_another_person_gets_what_their_groups_give(windows, live_market: Marketplace, realm: str):
    people = {"acme": ("Bruno Carvalho", "Chiara Okonkwo"), "northwind": ("Elif Demir", "Femi Adeyemi")}[realm]
    for person in people:
        window = await windows()
        page = await window.open("/login")
        await sign_on(page, realm, person)
        await page.wait_for_url(f"{window.base}/**")
    rows = await live_market.fetch("select name, roles from users")
    assert {row["name"]: row["roles"] for row in rows} == {people[0]: ["client"], people[1]: ["cto"]}


async def test_whoever_came_through_the_provider_confirms_a_late_form_there(
    windows, live_market: Marketplace, realm: str
):
    """Browsers hold what answers a form to ``form-action``, redirects to the provider too."""
    window = await windows()
    page = await window.open("/login")
    await sign_on(page, realm, ADMINS[realm])
    await page.wait_for_url(f"{window.base}/**")
    await page.goto(window.base + "/admin/security")
    await live_market.fetch("update sessions set authenticated_at = now() - interval '1 hour'")
    await page.get_by_label("Browsers at a time").fill("7")
    await page.get_by_role("button", name="Save policy").click()
    await page.get_by_role("button", name=f"Continue as {ADMINS[realm]}").click()
    await page.wait_for_url(f"{window.base}/admin/security")
    assert await page.get_by_label("Browsers at a time").input_value() == "7"
    await page.get_by_role("button", name="Save policy").click()
    await page.locator(".flash-success").wait_for()
