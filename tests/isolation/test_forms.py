"""Every address that takes a POST takes it from the site's own pages only."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest

from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces, form_token, sign_in
from tests.isolation.snapshot import Onlooker
from tests.serving import Served
from tests.stack import SharedStack

SOMETHING = "019a2034-0000-7000-8000-000000000000"
FORM = "application/x-www-form-urlencoded"
# What an identity provider sends comes from its own site and is believed for its signature alone.
SIGNED = tuple(f"/sso/{SOMETHING}/{name}" for name in ("acs", "slo", "backchannel-logout"))

# What identity providers call: they prove who speaks by signatures, and nothing of the browser's counts there.
BY_SIGNATURE = {f"/sso/{SOMETHING}/{name}" for name in ("acs", "slo", "backchannel-logout")}


# They take a form with a file, which is another type than these requests have.
WITH_A_FILE = {
    "/account/avatar",
    f"/account/profile/portfolio/{SOMETHING}/files",
    f"/account/profile/portfolio/{SOMETHING}/images",
    "/admin/import",
    f"/admin/sso/{SOMETHING}/metadata/file",
    f"/projects/{SOMETHING}/attachments",
}


def refusals(path: str) -> set[int]:
    """How an address turns forged requests down."""
    if path in BY_SIGNATURE:
        return {404}
    if path.startswith("/scim/"):
        return {401, 429}
    return {403, 415} if path in WITH_A_FILE else {403}


def post_routes(site: Served) -> list[str]:
    """Every address that takes a POST, forms' and the API's."""
    routes = [route.path for route in site.app.litestar.routes if "POST" in route.methods]
    return sorted({re.sub(r"\{[^}]+\}", SOMETHING, path) for path in routes} - set(SIGNED))


class Browser:
    """Somebody signed in who has a page open."""

    def __init__(self, browser: httpx.AsyncClient, token: str) -> None:
        self.browser = browser
        self.token = token

    async def send(self, path: str, *, token: str, header_token: str = "", **headers: str | None) -> httpx.Response:
        """Send a form, or an operation to the API, as a script on some page could make the browser send it."""
        if path == "/graphql":
            body, kind = b'{"query": "mutation { sendVerification { __typename } }"}', "application/json"
            header_token = header_token or token
        else:
            body, kind = urlencode({"_csrf": token}).encode(), FORM
        request = self.browser.build_request("POST", path, content=body, headers={"content-type": kind})
        if header_token:
            request.headers["x-csrf-token"] = header_token
        for name, value in headers.items():
            if value is None:
                del request.headers[name]
            else:
                request.headers[name] = value
        return await self.browser.send(request)


@pytest.fixture(scope="module")
async def onlooker(
    shared_stack: SharedStack, settings: Settings, shared_market: Marketplace
) -> AsyncIterator[Onlooker]:
    onlooker = await Onlooker.of(shared_stack.superuser_url, settings.database.url, [shared_market.id])
    yield onlooker
    await onlooker.close()


@pytest.fixture(scope="module")
async def shared_market(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def signed_in(shared_market: Marketplace) -> AsyncIterator[Browser]:
    person = await shared_market.join("client", "cto", "admin")
    async with shared_market.browser() as browser:
        await sign_in(browser, person)
        yield Browser(browser, form_token((await browser.get("/account")).text))


def forgeries(market: Marketplace, token: str, stolen: str) -> dict[str, dict]:
    """What pages of other sites, and pages of this site in other hands, can make a browser send."""
    host, elsewhere = market.host, "http://evil.example"
    return {
        "without a token": {"token": ""},
        "with a made-up token": {"token": "x" * 43},
        "with a token from another browser": {"token": stolen},
        "with a token that has been cut short": {"token": token[:-1]},
        "from another site": {"token": token, "origin": elsewhere},
        "from another tenant": {"token": token, "origin": "http://another.example"},
        "from a site whose name begins alike": {"token": token, "origin": f"http://{host}.evil.example"},
        "from a site whose name ends alike": {"token": token, "origin": f"http://evil-{host}"},
        "from a subdomain": {"token": token, "origin": f"http://evil.{host}"},
        "from another port": {"token": token, "origin": f"http://{host}:8443"},
        "from another scheme": {"token": token, "origin": f"https://{host}"},
        "from behind a name and password": {"token": token, "origin": f"http://{host}@evil.example"},
        "from a page without an origin": {"token": token, "origin": "null"},
        "from an origin that is no address": {"token": token, "origin": "http://["},
        "from an origin in another alphabet": {"token": token, "origin": "http://ma\u00efl.example"},
        "without saying from where": {"token": token, "origin": None},
        "referred by another site": {"token": token, "origin": None, "referer": f"{elsewhere}/?{market.origin}"},
        "of another origin than its referrer": {"token": token, "origin": elsewhere, "referer": market.origin},
    }


async def test_no_address_takes_a_forged_request(
    site: Served, shared_market: Marketplace, signed_in: Browser, onlooker: Onlooker
):
    async with shared_market.browser() as another:
        stolen = form_token((await another.get("/login")).text)
    routes = post_routes(site)
    assert len(routes) >= 20
    before = await onlooker.take()
    answers = {
        (path, name): (await signed_in.send(path, **forged)).status_code
        for path in routes
        for name, forged in forgeries(shared_market, signed_in.token, stolen).items()
    }
    assert {case: status for case, status in answers.items() if status not in refusals(case[0])} == {}
    assert (await onlooker.take()).changed_since(before) == {}


async def test_a_page_about_nothing_is_not_found_whatever_its_form_says(signed_in: Browser):
    async def answer(path: str, fields: dict[str, str]) -> int:
        return (await signed_in.browser.post(path, data={"_csrf": signed_in.token, **fields})).status_code

    assert await answer(f"/ctos/{SOMETHING}/reviews", {"rating": "many"}) == 404
    assert await answer(f"/projects/{SOMETHING}/edit?step=terms", {"budget": "a lot"}) == 404


async def test_a_referrer_of_this_site_stands_in_for_an_origin(shared_market: Marketplace):
    async with shared_market.browser() as browser:
        token = form_token((await browser.get("/login")).text)
        answer = await Browser(browser, token).send(
            "/login", token=token, origin=None, referer=f"{shared_market.origin}/login?next=/"
        )
        assert answer.status_code == 401  # the form was read, and names nobody


async def test_a_token_may_come_as_a_header(shared_market: Marketplace):
    async with shared_market.browser() as browser:
        token = form_token((await browser.get("/login")).text)
        assert (await Browser(browser, token).send("/login", token="", header_token=token)).status_code == 401
        assert (await Browser(browser, token).send("/login", token=token, header_token="x")).status_code == 403


async def test_a_visitors_token_is_worth_nothing_once_signed_in(market: Marketplace):
    person = await market.join("client")
    async with market.browser() as browser:
        before = form_token((await browser.get("/login")).text)
        await sign_in(browser, person)
        assert (await Browser(browser, before).send("/account", token=before)).status_code == 403


async def test_a_token_of_one_tenant_is_worth_nothing_on_another(market: Marketplace, other_market: Marketplace):
    async with market.browser() as browser, other_market.browser() as other:
        token = form_token((await browser.get("/login")).text)
        other.cookies.set("visitor", browser.cookies["visitor"], domain=other_market.host)
        assert (await Browser(other, token).send("/login", token=token)).status_code == 403


@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_the_console_takes_no_forged_request(console: Marketplace, path: str):
    async with console.browser() as browser:
        token = form_token((await browser.get("/login")).text)
        answers = {
            name: (await Browser(browser, token).send(path, **forged)).status_code
            for name, forged in forgeries(console, token, "x" * 43).items()
        }
        assert {name: status for name, status in answers.items() if status != 403} == {}
        assert (await Browser(browser, token).send(path, token=token)).status_code in {303, 401}


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
async def test_a_form_is_only_taken_as_a_form(shared_market: Marketplace, kind: str):
    async with shared_market.browser() as browser:
        token = form_token((await browser.get("/login")).text)
        answer = await browser.post("/login", content=f"_csrf={token}", headers={"content-type": kind})
        assert answer.status_code == 415


async def test_only_a_program_with_a_token_of_its_own_needs_no_page(shared_market: Marketplace, signed_in: Browser):
    """A page of another site can send cookies along, but no Authorization header."""
    person = await shared_market.join("client")
    async with shared_market.browser(authorization=f"Bearer {person.access_token}") as program:
        request = program.build_request("POST", "/graphql", json={"query": "{ me { id } }"})
        del request.headers["origin"]
        answer = await program.send(request)
    assert answer.json() == {"data": {"me": {"id": str(person.id)}}}


async def test_what_the_sites_own_pages_send_gets_through(site: Served, signed_in: Browser, shared_market: Marketplace):
    routes = sorted(post_routes(site), key="/logout".__eq__)
    answers = {path: (await signed_in.send(path, token=signed_in.token)).status_code for path in routes}
    assert {path: status for path, status in answers.items() if status == 403 or status >= 500} == {}
