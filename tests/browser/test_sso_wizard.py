"""An IT administrator connects a provider from beginning to end, in a real browser, with a real sign-in there."""

import pytest
from tests.domains.sso.real_op import RealOp, serving
from tests.domains.sso.setting_up import create
from tests.factories import PASSWORD, Marketplace, Person

pytestmark = pytest.mark.browser


async def sign_in(page, admin: Person) -> None:
    await page.fill("input[name=email]", admin.email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main form[action='/login'] button[type=submit]")
    await page.wait_for_url("**/admin/members")


async def choose(page, base: str) -> None:
    """Begin a connection, and read what to do at the provider."""
    await page.goto(base + "/admin/sso")
    await page.get_by_role("link", name="Connect a provider").first.click()
    await page.locator(".provider-card", has_text="Keycloak").get_by_label("OpenID Connect").check()
    await page.get_by_label("Name on the sign-in button").fill("Acme account")
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url("**?step=provider")
    await page.get_by_role("button", name="Copy Valid redirect URIs").wait_for()
    connection_id = page.url.split("/")[-1].split("?")[0]
    assert await page.get_by_text(f"/sso/{connection_id}/callback").count() >= 1
    await page.get_by_role("link", name="Done, continue").click()


async def connect(page, op: RealOp) -> None:
    """Tell what the provider gave, and who becomes what."""
    await page.get_by_label("Issuer").fill(op.issuer)
    await page.get_by_label("Client ID").fill("marketplace")
    await page.get_by_label("Client secret").fill(op.clients["marketplace"])
    await page.get_by_role("button", name="Ask the provider and continue").click()
    await page.wait_for_url("**?step=mapping")
    await page.get_by_role("textbox", name="Group 1").fill("leads")
    await page.get_by_label("Role of group 1").select_option("CTO")
    await page.get_by_role("button", name="Save and continue").click()


async def try_out(page) -> None:
    """Sign in in a new window; the wizard notices by itself."""
    await page.wait_for_url("**?step=test")
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Test sign-in").click()
    popup = await opened.value
    await popup.wait_for_url("**/attempts/*")
    assert "It works" in await popup.inner_text("h1")
    assert await popup.locator(".trace-check.passed").count() >= 5
    await popup.close()
    await page.get_by_text("It works as it is set up now").wait_for()


async def test_a_provider_is_connected_tested_and_turned_on(windows, live_market: Marketplace):
    admin = await live_market.join("admin")
    op = RealOp()
    op.person = {"sub": "ada", "email": admin.email, "email_verified": True, "name": "Ada", "groups": ["leads"]}
    window = await windows(viewport={"width": 1280, "height": 900})
    with serving(op):
        page = await window.open("/login")
        await sign_in(page, admin)
        await choose(page, window.base)
        await connect(page, op)
        await try_out(page)
        await page.get_by_role("link", name="Continue").click()
        await page.get_by_role("button", name="Turn it on").click()
        await page.get_by_text("People can sign in through it from now on").wait_for()

        stranger = await windows(viewport={"width": 390, "height": 844})
        op.person |= {"sub": "grace", "email": "grace@people.example", "name": "Grace"}
        login = await stranger.open("/login")
        await login.get_by_role("link", name="Sign in with Acme account").click()
        await login.wait_for_url("**/dashboard")
    (row,) = await live_market.fetch("select roles from users where email = 'grace@people.example'")
    assert row["roles"] == ["cto"]


async def test_what_is_too_large_is_said_in_the_wizard(windows, live_market: Marketplace):
    admin = await live_market.join("admin")
    window = await windows(viewport={"width": 390, "height": 844})
    page = await window.open("/login")
    await sign_in(page, admin)
    connection_id = await create(admin)
    await page.goto(f"{window.base}/admin/sso/{connection_id}?step=metadata")
    for size in (2_500_000, 12_000_000):
        await page.get_by_text("Metadata file").click()
        file = {"name": "metadata.xml", "mimeType": "text/xml", "buffer": b" " * size}
        await page.get_by_label("File", exact=True).set_input_files(files=[file])
        await page.get_by_role("button", name="Upload and continue").click()
        await page.get_by_text("Choose a file of at most 2 MB.").wait_for()
        await page.goto(f"{window.base}/admin/sso/{connection_id}?step=metadata")
    await page.get_by_text("Metadata file").click()
    await page.get_by_text("Paste it instead").click()
    # As by a paste, in lines: typing that much, or laying out one line of it, takes Chromium long.
    pasted = "'<x>' + ('x'.repeat(99) + '\\n').repeat(11_000)"
    await page.get_by_label("Metadata (XML)").evaluate(f"field => {{ field.value = {pasted} }}")
    await page.get_by_role("button", name="Use this text").click()
    await page.get_by_text("This is too long to paste.").wait_for()
    refused = [problem for problem in window.problems if "413" in problem]
    assert len(refused) == 3
    window.problems = [problem for problem in window.problems if problem not in refused]
