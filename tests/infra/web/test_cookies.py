"""Cookies, flash messages, and where a form may lead."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctorendang.asgi import create_app
from ctorendang.infra.web.pages import safe_path
from ctorendang.kit.crypto import keyed_digest
from ctorendang.settings import Settings
from tests.factories import PASSWORD, Marketplace, Person, form_token, sign_in, submit
from tests.serving import served

KEPT = ("device", "draft")
"""What knows the browser again, and what was typed into a form that signing in interrupts; signing out drops it."""
ATTRIBUTES = ("path", "domain", "httponly", "samesite", "secure")


@dataclass
class Recorder:
    """A browser that remembers each cookie as it was set."""

    browser: httpx.AsyncClient
    seen: list[tuple[str, dict[str, object]]]

    async def walk(self, person: Person) -> None:
        """Visit, fail to sign in, sign in, be told something, sign out."""
        await self.browser.get("/")
        await submit(self.browser, "/login", "/login", {"email": person.email, "password": "wrong"})
        signed_in = await submit(self.browser, "/login", "/login", {"email": person.email, "password": PASSWORD})
        assert signed_in.status_code == 303
        assert (await submit(self.browser, "/account", "/account", {"name": "Ada New"})).status_code == 303
        assert "Your profile is saved." in (await self.browser.get("/account")).text
        assert (await submit(self.browser, "/account", "/logout", {})).status_code == 303

    async def record(self, response: httpx.Response) -> None:
        for header in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                self.seen.append((name, {each: morsel[each] for each in ATTRIBUTES}))


@pytest.fixture
async def secure_site(settings: Settings) -> AsyncIterator[httpx.ASGITransport]:
    """The application as it is deployed, behind https."""
    secure = replace(settings, web=replace(settings.web, scheme="https", public_port=443))
    async with served(create_app(secure)) as site:
        yield httpx.ASGITransport(site.app)


async def test_every_cookie_is_out_of_reach_of_scripts_and_of_other_sites(market: Marketplace):
    person = await market.join("client")
    async with market.browser() as browser:
        recorder = Recorder(browser, [])
        browser.event_hooks = {"response": [recorder.record]}
        await recorder.walk(person)
    assert {name for name, _ in recorder.seen} == {"session", "visitor", "flash", *KEPT}
    for name, attributes in recorder.seen:
        assert attributes == {"path": "/", "domain": "", "httponly": True, "samesite": "lax", "secure": ""}, name


async def test_over_https_every_cookie_is_bound_to_its_host(market: Marketplace, secure_site: httpx.ASGITransport):
    person = await market.join("client")
    origin = f"https://{market.host}"
    headers = {"accept": "text/html", "origin": origin}
    async with httpx.AsyncClient(transport=secure_site, base_url=origin, headers=headers) as browser:
        recorder = Recorder(browser, [])
        browser.event_hooks = {"response": [recorder.record]}
        await recorder.walk(person)
    assert {name for name, _ in recorder.seen} == {f"__Host-{name}" for name in ("session", "visitor", "flash", *KEPT)}
    for name, attributes in recorder.seen:
        assert attributes == {"path": "/", "domain": "", "httponly": True, "samesite": "lax", "secure": True}, name


async def test_over_https_a_cookie_without_its_prefix_is_nobody(market: Marketplace, secure_site: httpx.ASGITransport):
    """A neighbour on a sibling host can set a plain cookie for both, but none with this prefix."""
    person = await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, person)
        cookie = browser.cookies["session"]
    for name, status in (("session", 401), ("__Host-session", 200)):
        headers = {"accept": "text/html", "cookie": f"{name}={cookie}"}
        base_url = f"https://{market.host}"
        async with httpx.AsyncClient(transport=secure_site, base_url=base_url, headers=headers) as browser:
            assert (await browser.get("/account")).status_code == status


async def shown(market: Marketplace, flash: str) -> httpx.Response:
    async with market.browser(cookie=f"flash={flash}") as browser:
        return await browser.get("/login")


MESSAGE = '{"kind":"success","message":"Your account is blocked, call us"}'


@pytest.mark.parametrize(
    "flash",
    [
        quote(MESSAGE, safe=""),
        "." + quote(MESSAGE, safe=""),
        "x" * 43 + "." + quote(MESSAGE, safe=""),
        keyed_digest("another key", "flash", MESSAGE) + "." + quote(MESSAGE, safe=""),
        "%FF.%FF",
        "....",
    ],
)
async def test_a_message_cannot_be_forged(market: Marketplace, flash: str):
    response = await shown(market, flash)
    assert response.status_code == 200
    assert "blocked" not in response.text


async def test_a_message_made_for_another_purpose_or_changed_is_none(market: Marketplace, settings: Settings):
    for purpose, text in (("flashes", MESSAGE), ("access token", MESSAGE), ("flash", MESSAGE + " ")):
        digest = keyed_digest(settings.secret_key, purpose, text)
        assert "blocked" not in (await shown(market, f"{digest}.{quote(MESSAGE, safe='')}")).text
    good = keyed_digest(settings.secret_key, "flash", MESSAGE)
    assert "blocked" in (await shown(market, f"{good}.{quote(MESSAGE, safe='')}")).text


async def test_a_message_is_shown_once(market: Marketplace):
    person = await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, person)
        await submit(browser, "/account", "/account", {"name": "Ada New"})
        assert "Your profile is saved." in (await browser.get("/account")).text
        assert "Your profile is saved." not in (await browser.get("/account")).text


ELSEWHERE = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", " //evil.example", "javascript:alert(1)", "evil.example", "///evil.example", "/\u2028/evil",
    "http:evil.example", "/a\r\nLocation: https://evil.example", "@evil.example", "/\x00//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("next_page", [*ELSEWHERE, "/\u2603", "/a%0d%0ab", "/ctos?search=a%20b"])
async def test_signing_in_leads_nowhere_else(market: Marketplace, next_page: str):
    person = await market.join("client")
    async with market.browser() as browser:
        token = form_token((await browser.get("/login")).text)
        fields = {"_csrf": token, "email": person.email, "password": PASSWORD, "next": next_page}
        location = (await browser.post("/login", data=fields)).headers["location"]
    assert urlsplit(urljoin(market.origin, location)).netloc == market.host
    assert "\n" not in location


@given(st.text(alphabet="/\\.:@?#%aé\t\r\n \x00\u2028", max_size=12) | st.text())
def test_no_text_at_all_leads_elsewhere(path: str):
    safe = safe_path(path)
    assert safe.startswith("/")
    # As browsers read it: backslashes are slashes, and tabs and line breaks are not there (WHATWG URL, section 4.4).
    read = safe.translate({9: None, 10: None, 13: None, ord("\\"): "/"})
    assert urlsplit(urljoin("https://home.example/", read)).netloc == "home.example"
    assert not read.startswith("//")


@given(
    st.from_regex(r"/[a-z0-9/-]{0,20}(\?[a-z]=[a-z0-9%]{0,5})?", fullmatch=True).filter(lambda path: path[1:2] != "/")
)
def test_a_path_of_the_site_is_kept(path: str):
    assert safe_path(path) == path
