"""Signing out in step with a real OpenID provider: here first, there as well, and here when it says so."""

import httpx
import pytest
from tests.domains.sso.oidc_visit import at_provider, connect, opens_account, provider, query_of, somebody
from tests.factories import form_token

from ctorendang.kit.crypto import keyed_digest


@pytest.fixture
def op():
    with provider() as op:
        yield op


async def signs_out(browser: httpx.AsyncClient) -> httpx.Response:
    page = await browser.get("/account")
    return await browser.post("/logout", data={"_csrf": form_token(page.text)})


async def test_signing_out_here_goes_on_to_the_provider_and_comes_back(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    left = await signs_out(client)
    assert left.headers["location"] == "/sso/logout"
    assert not await opens_account(client)
    page = await client.get("/sso/logout")
    # Browsers hold a redirect after a form to form-action, which names this site alone: a page leads on instead.
    assert page.status_code == 200
    url = page.text.split('href="' + op.issuer)[1].split('"')[0].replace("&amp;", "&")
    asked = query_of(url)
    assert asked["client_id"] == "marketplace"
    assert asked["id_token_hint"].count(".") == 2
    assert asked["post_logout_redirect_uri"] == f"http://{market.host}:8000/sso/{connected.id}/logged-out"
    back = await client.get(await at_provider(op.issuer + url))
    assert back.headers["location"] == "/"
    assert "flash" in client.cookies


async def test_coming_back_signed_out_says_so_only_to_the_browser_that_went(market, op, client):
    connected = await connect(market, op)
    back = await client.get(f"/sso/{connected.id}/logged-out?state=made-up")
    assert back.headers["location"] == "/"
    assert "flash" not in client.cookies


@pytest.mark.parametrize("change", [{"end_session_endpoint": ""}, {"_status": "disabled"}, {"client_id": 7}])
async def test_the_session_ends_here_though_the_provider_cannot_be_told(change, market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    await connected.change(**change)
    await signs_out(client)
    assert (await client.get("/sso/logout")).headers["location"] == "/"
    assert not await opens_account(client)


async def led_on(market, cookie: str) -> bool:
    """Whether a browser with this cookie is led to a provider."""
    async with market.browser(cookie=f"farewell={cookie}") as stranger:
        return (await stranger.get("/sso/logout")).headers.get("location") != "/"


async def test_nobody_is_led_to_the_provider_of_a_session_that_is_not_theirs_or_goes_on(market, op, client, settings):
    connected = await connect(market, op)
    await connected.sign_on(client)
    (row,) = await market.fetch("select session_id from sso_sessions")
    named = str(row["session_id"])
    signed = f"{keyed_digest(settings.secret_key, 'farewell', named)}.{named}"
    assert not await led_on(market, signed)
    await signs_out(client)
    for cookie in (
        "",
        named,
        f".{named}",
        f"x.{named}",
        f"{keyed_digest(settings.secret_key, 'flash', named)}.{named}",
    ):
        assert not await led_on(market, cookie)
    assert await led_on(market, signed)


async def test_the_provider_ends_one_session_at_once(market, op):
    connected = await connect(market, op)
    async with market.browser() as first, market.browser() as second:
        await connected.sign_on(first)
        named = op.newest
        await connected.sign_on(second)
        told = await connected.tell(op.logout_token(named))
        assert (told.status_code, told.headers["cache-control"], told.content) == (200, "no-store", b"")
        assert not await opens_account(first)
        assert await opens_account(second)


async def test_the_provider_ends_all_sessions_of_a_person_and_of_nobody_else(market, op):
    connected = await connect(market, op)
    async with market.browser() as first, market.browser() as second, market.browser() as other:
        await connected.sign_on(first)
        await connected.sign_on(second)
        named = op.newest
        op.person = somebody()
        await connected.sign_on(other)
        assert (await connected.tell(op.logout_token(named, sid=None))).status_code == 200
        assert [await opens_account(browser) for browser in (first, second, other)] == [False, False, True]


async def test_the_provider_names_a_session_alone(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    assert (await connected.tell(op.logout_token(op.newest, sub=None))).status_code == 200
    assert not await opens_account(client)
    events = await market.fetch("select details from audit_events where action = 'sso.provider.signed_out'")
    assert '"sessions": 1' in events[0]["details"]
