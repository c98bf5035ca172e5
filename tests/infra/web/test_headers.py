"""What every response says to browsers besides its content."""

import re
from dataclasses import replace

import httpx
import pytest

from ctorendang.asgi import create_app
from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces, form_token, sign_in
from tests.serving import served

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.fixture(scope="module")
async def shared_market(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open()


async def responses(market: Marketplace) -> dict[str, httpx.Response]:
    """One of every kind."""
    async with market.browser() as browser:
        home = await browser.get("/")
        token = form_token((await browser.get("/login")).text)
        asset = re.search(r'/assets/[^"]+\.css', home.text)
        assert asset
        return {
            "200 page": home,
            "200 asset": await browser.get(asset[0]),
            "404 asset": await browser.get("/assets/nothing.css"),
            "404 page": await browser.get("/nothing"),
            "404 problem": await browser.get("/nothing", headers={"accept": "application/json"}),
            "401 page": await browser.get("/account"),
            "405 page": await browser.delete("/login"),
            "303 redirect": await browser.post("/logout", data={"_csrf": token}),
            "401 form": await browser.post("/login", data={"_csrf": token, "email": "a@b.example", "password": "x"}),
            "403 form": await browser.post("/login", data={"email": "a@b.example"}),
            "413 form": await browser.post("/login", data={"email": "x" * 1_100_000}),
            "415 form": await browser.post("/login", json={}),
            "200 graphql": await browser.post("/graphql", json={"query": "{ tenant { id } }"}),
            "400 graphql": await browser.post("/graphql", json={"query": "{ nothing }"}),
            "204 options": await browser.options("/login"),
            "421 nobody": await browser.get("/", headers={"host": "nowhere.example"}),
            "414 address": await browser.get("/?" + "x" * 20_000),
        }


async def test_every_kind_of_response_carries_the_same_protection(shared_market: Marketplace):
    for name, response in (await responses(shared_market)).items():
        assert str(response.status_code) == name.split()[0], name
        directives = dict(each.strip().split(" ", 1) for each in response.headers["content-security-policy"].split(";"))
        assert directives == POLICY, name
        assert response.headers["x-content-type-options"] == "nosniff", name
        assert response.headers["referrer-policy"] == "same-origin", name
        assert response.headers["cross-origin-opener-policy"] == "same-origin", name
        assert "camera=()" in response.headers["permissions-policy"], name
        assert re.fullmatch(r"[0-9a-f-]{36}", response.headers["x-request-id"]), name
        assert "strict-transport-security" not in response.headers, "over plain http it would be ignored"


async def test_no_response_names_the_platform(shared_market: Marketplace):
    for name, response in (await responses(shared_market)).items():
        said = f"{response.headers} {response.text}".lower()
        assert "ctorendang" not in said, name


async def test_each_request_has_an_id_of_its_own(shared_market: Marketplace):
    ids = [each.headers["x-request-id"] for each in (await responses(shared_market)).values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", ["/", "/ctos", "/login", "/signup", "/apply", "/how-it-works", "/nothing"])
async def test_no_page_holds_what_the_policy_forbids(shared_market: Marketplace, path: str):
    async with shared_market.browser() as browser:
        html = (await browser.get(path)).text
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", html)
    assert not re.search(r"<style|javascript:", html, re.IGNORECASE)
    for tag in re.findall(r"<script[^>]*>[^<]*</script>", html):
        assert re.fullmatch(r'<script[^>]+src="/assets/[^"]+"[^>]*></script>', tag), tag
    assert not re.search(r'(src|href|action)="(https?:)?//', html)


async def test_pages_about_somebody_are_kept_by_no_cache(market: Marketplace):
    person = await market.join("client")
    async with market.browser() as browser:
        assert "private" in (await browser.get("/")).headers["cache-control"]
        await sign_in(browser, person)
        for path in ("/", "/account", "/projects", "/nothing", "/admin/members"):
            response = await browser.get(path)
            assert response.headers["cache-control"] == "private, no-store", path
            assert response.headers["vary"] == "Cookie", path


async def test_an_asset_is_kept_for_good(shared_market: Marketplace):
    asset = (await responses(shared_market))["200 asset"]
    assert "immutable" in asset.headers["cache-control"]
    assert "set-cookie" not in asset.headers


async def test_over_https_browsers_are_told_to_stay_there(settings: Settings, shared_market: Marketplace):
    secure = replace(settings, web=replace(settings.web, scheme="https", public_port=443))
    async with served(create_app(secure)) as site:
        transport = httpx.ASGITransport(site.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{shared_market.host}") as browser:
            for path in ("/", "/nothing", "/login"):
                assert (await browser.get(path)).headers["strict-transport-security"].startswith("max-age=31536000")
