"""Passkeys in Chromium, with its virtual authenticator: the script, the browser's rules, and the server together."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page
from tests.factories import PASSWORD, Marketplace, Person

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class VirtualDevice:
    """The authenticator of one tab, by Chromium's own protocol for testing."""

    def __init__(self, cdp, id_: str) -> None:
        self._cdp = cdp
        self._id = id_

    @classmethod
    async def of(cls, page: Page, **changes) -> "VirtualDevice":
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **changes}})
        return cls(cdp, made["authenticatorId"])

    async def credentials(self) -> list[dict]:
        return (await self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self._id}))["credentials"]

    async def add(self, credential: dict) -> None:
        await self._cdp.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    async def verifies(self, verified: bool) -> None:
        await self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})


def is_security(url: str) -> bool:
    """Not one that only leads there."""
    return urlsplit(url).path == "/account/security"


async def signed_in_page(window, person: Person) -> Page:
    page = await window.open("/login?next=/account/security")
    await page.fill("input[name=email]", person.email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("form[action='/login'] button")
    await page.wait_for_url(is_security)
    return page


async def make_passkey(page: Page) -> list[str]:
    await page.fill("#passkey-name", "Work laptop")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_text("Your recovery codes").wait_for()
    return await page.locator(".recovery-codes li code").all_inner_texts()


async def sign_out(page: Page) -> None:
    await page.locator("details.menu summary").first.click()
    await page.locator("details.menu form button").first.click()
    await page.wait_for_url(lambda url: "/account" not in url)


@pytest.mark.parametrize("way", ["offered where the name is typed", "by the button"])
async def test_a_passkey_is_made_and_signs_in_without_a_name(windows, live_market: Marketplace, way):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    device = await VirtualDevice.of(page)
    assert len(await make_passkey(page)) == 10
    (made,) = await device.credentials()
    assert made["rpId"] == live_market.host
    assert made["isResidentCredential"]
    assert await page.get_by_text("Work laptop").count() == 1
    await sign_out(page)
    if way == "by the button":
        # As in browsers that cannot offer it by themselves. Chromium's device needs no hand to accept what is offered.
        await page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    await page.goto(f"{window.base}/login?next=/account/security")
    if way == "by the button":
        await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url(is_security)
    sessions = await live_market.fetch("select strong from sessions where method = 'passkey'")
    assert [row["strong"] for row in sessions] == [True]


async def test_a_passkey_confirms_and_is_a_second_factor(windows, live_market: Marketplace):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    await VirtualDevice.of(page)
    await make_passkey(page)
    await live_market.fetch("update sessions set authenticated_at = now() - interval '1 hour'")
    await page.goto(f"{window.base}/account/security")
    await page.get_by_role("button", name="Set up an app").click()
    await page.wait_for_url("**/step-up?next=**")
    await page.get_by_role("button", name="Use your passkey").click()
    await page.wait_for_url(is_security)
    await page.get_by_role("button", name="Set up an app").click()
    await page.wait_for_url("**/account/security/app")
    assert await page.locator("img.qr").evaluate("image => image.naturalWidth > 100")


async def test_a_device_that_does_not_verify_its_user_is_no_use(windows, live_market: Marketplace):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    device = await VirtualDevice.of(page, hasUserVerification=False, isUserVerified=False)
    await page.get_by_role("button", name="Add a passkey").click()
    await page.locator("[data-passkey-problem]:visible").wait_for()
    assert await device.credentials() == []
    assert await live_market.fetch("select from passkeys") == []


async def test_a_device_takes_no_second_passkey_of_the_same_person(windows, live_market: Marketplace):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    device = await VirtualDevice.of(page)
    await make_passkey(page)
    await page.goto(f"{window.base}/account/security")
    await page.get_by_role("button", name="Add a passkey").click()
    problem = page.locator("[data-passkey-problem]:visible")
    await problem.wait_for()
    assert "has a passkey" in await problem.inner_text()
    assert len(await device.credentials()) == 1


async def test_a_passkey_of_another_host_is_not_offered_by_the_browser(windows, live_market: Marketplace):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    device = await VirtualDevice.of(page)
    await make_passkey(page)
    (made,) = await device.credentials()
    await sign_out(page)
    other = await window.context.new_page()
    elsewhere = await VirtualDevice.of(other)
    await elsewhere.add({**made, "rpId": f"elsewhere.{live_market.host}"})
    await other.goto(f"{window.base}/login")
    await other.get_by_role("button", name="Sign in with a passkey").click()
    await other.locator("[data-passkey-problem]:visible").wait_for()
    assert other.url.endswith("/login")


async def test_a_script_that_is_told_to_confirm_goes_there(windows, live_market: Marketplace):
    person = await live_market.join("client")
    window = await windows()
    page = await signed_in_page(window, person)
    await VirtualDevice.of(page)
    await live_market.fetch("update sessions set authenticated_at = now() - interval '1 hour'")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.wait_for_url("**/step-up?next=%2Faccount%2Fsecurity")
    # Chromium writes down that a fetch was answered with 403, which it was meant to be.
    assert [each for each in window.problems if "403" not in each] == []
    assert len(window.problems) == 1
    window.problems.clear()
