"""The wizard, page by page, as an IT administrator walks through it without scripts."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import hosting, metadata_of, try_out
from tests.factories import Marketplace, Person, form_token, sign_in


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


@pytest.fixture
async def browser(market: Marketplace, admin: Person) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        yield browser


async def fill(browser: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    shown = await browser.get(page)
    assert shown.status_code == 200, shown.text
    assert f'action="{action}"' in shown.text, f"no form for {action}"
    return await browser.post(action, data={"_csrf": form_token(shown.text), **fields})


async def test_from_nothing_to_on_by_metadata_address(market, admin, browser, signer):
    empty = await browser.get("/admin/sso")
    assert "Connect your identity provider in five steps" in empty.text
    made = await fill(browser, "/admin/sso/new", "/admin/sso", choice="OKTA SAML", name="Acme account")
    assert made.status_code == 303, made.text
    home = made.headers["location"].split("?")[0]

    guide = await browser.get(made.headers["location"])
    connection_id = home.rsplit("/", 1)[1]
    assert f"{market.origin}:8000/sso/{connection_id}/acs" in guide.text or f"/sso/{connection_id}/acs" in guide.text

    with hosting() as host:
        host.content = metadata_of(signer)
        told = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", how="url", metadataUrl=host.url)
    assert (told.status_code, told.headers["location"]) == (303, f"{home}?step=mapping"), told.text

    mapped = await fill(
        browser,
        f"{home}?step=mapping",
        f"{home}/mapping",
        jit="yes",
        defaultRole="CLIENT",
        group="leads",
        role="CTO",
        go="next",
    )
    assert mapped.headers["location"] == f"{home}?step=test"
    waiting = await browser.get(f"{home}?step=test")
    assert "Waiting for your first test sign-in" in waiting.text
    assert "not yet" not in (await browser.get(f"{home}?step=enable")).text

    shown = await try_out(
        market, browser, signer, connection_id, attributes=(("email", admin.email), ("groups", "leads"))
    )
    assert shown.status_code == 303
    trace = await browser.get(shown.headers["location"])
    assert trace.status_code == 200, trace.text
    assert "It works" in trace.text
    on = await fill(browser, f"{home}?step=enable", f"{home}/enable")
    assert on.headers["location"] == home
    overview = await browser.get(home)
    assert "is on. People can sign in through it" in overview.text
    assert "Sign in with Acme account" in (await market.browser().get("/login")).text
    for page in ("", "/domains", "/enforcement", f"/{connection_id}/attempts"):
        answer = await browser.get(f"/admin/sso{page}")
        assert answer.status_code == 200, page
