"""The wizard's forms and buttons, as a browser without scripts sends them."""

import httpx
from tests.factories import form_token


async def fill(browser: httpx.AsyncClient, page: str, action: str, **fields: str | list[str]) -> httpx.Response:
    """Fill in one of a page's forms and send it."""
    shown = await browser.get(page)
    assert shown.status_code == 200, shown.text
    assert f'action="{action}"' in shown.text, f"no form for {action}"
    return await browser.post(action, data={"_csrf": form_token(shown.text), **fields})


async def press(browser: httpx.AsyncClient, page: str, action: str, **fields: str) -> str:
    """Press a button; what the page after it says."""
    answer = await fill(browser, page, action, **fields)
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


async def begin(browser: httpx.AsyncClient) -> str:
    """Choose a provider; where the wizard of the new connection is."""
    assert "Connect your identity provider in five steps" in (await browser.get("/admin/sso")).text
    made = await fill(browser, "/admin/sso/new", "/admin/sso", choice="OKTA SAML", name="Acme account")
    assert made.status_code == 303, made.text
    guide = await browser.get(made.headers["location"])
    home = made.headers["location"].split("?")[0]
    assert f"/sso/{home.rsplit('/', 1)[1]}/acs" in guide.text
    return home
