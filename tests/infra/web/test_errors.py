"""How the product says that something is wrong: to people, to programs, and to whoever watches over it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from ctorendang.asgi import create_app
from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces, form_token, sign_in
from tests.serving import served

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
async def shared_market(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open(name="The Market of Errors")


@pytest.fixture
async def browser(shared_market: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_market.browser() as browser:
        yield browser


@pytest.fixture
async def without_database(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application while Postgres is away."""
    nowhere = "postgresql://ctorendang_app:secret-of-the-database@127.0.0.1:1/nothing"
    broken = replace(settings, database=replace(settings.database, url=nowhere, platform_url=nowhere))
    async with (
        served(create_app(broken)) as site,
        httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url="http://a.example") as browser,
    ):
        yield browser


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/ctos/nothing", 404), ("PUT", "/login", 405), ("GET", "/account", 401)],
)
async def test_people_get_a_page_of_the_tenant_with_a_reference(browser: httpx.AsyncClient, method, path, status):
    answer = await browser.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "The Market of Errors" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "Traceback" not in answer.text


async def test_the_page_of_a_missing_address_says_so_in_words(browser: httpx.AsyncClient):
    assert "<h1>There is no such page</h1>" in (await browser.get("/nothing")).text
    assert (await browser.get("/nothing", headers=JSON)).json()["title"] == "Not Found"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/login", 405, "method_not_allowed"),
        ("GET", "/account", 401, "sign_in_required"),
        ("POST", "/login", 403, "forbidden"),
    ],
)
async def test_programs_get_problem_details(browser: httpx.AsyncClient, method, path, status, code):
    answer = await browser.request(method, path, headers={**JSON, "origin": "http://evil.example"})
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem.keys() == {"type", "title", "status", "detail", "code", "instance"}
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["instance"] == f"urn:request:{answer.headers['x-request-id']}"


async def test_a_method_that_is_not_taken_is_told_which_are(browser: httpx.AsyncClient):
    answer = await browser.put("/login")
    assert {each.strip() for each in answer.headers["allow"].split(",")} >= {"GET", "POST"}


async def test_a_stranger_method_is_refused(browser: httpx.AsyncClient):
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        assert (await browser.request(method, "/login")).status_code in {400, 404, 405}


@pytest.mark.parametrize("path", ["/", "/ctos", "/login", "/nothing", "/account", "/health", "/ready", "/graphql"])
async def test_head_says_what_get_says_but_for_the_body(browser: httpx.AsyncClient, path: str):
    got, head = await browser.get(path), await browser.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("content-type", "cache-control", "content-security-policy"):
        assert head.headers.get(name) == got.headers.get(name)


async def test_health_touches_nothing(without_database: httpx.AsyncClient):
    answer = await without_database.get("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_not_ready_while_postgres_is_away(without_database: httpx.AsyncClient):
    answer = await without_database.get("/ready")
    assert (answer.status_code, answer.text) == (503, "Postgres does not answer.\n")


async def test_a_page_says_so_while_postgres_is_away(without_database: httpx.AsyncClient):
    for path in ("/", "/login", "/graphql"):
        answer = await without_database.get(path)
        assert answer.status_code == 503
        assert "secret-of-the-database" not in answer.text
        assert "127.0.0.1" not in answer.text
        assert answer.headers["content-security-policy"]


async def test_probes_answer_on_any_host(browser: httpx.AsyncClient):
    for path in ("/health", "/ready"):
        answer = await browser.get(path, headers={"host": "10.0.0.7:8000"})
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert "set-cookie" not in answer.headers


async def test_a_probe_is_no_way_around_the_gate(browser: httpx.AsyncClient):
    for path in ("/health/", "/health/x", "/ready/..", "//health", "/health%2f"):
        assert (await browser.get(path, headers={"host": "nowhere.example"})).status_code in {200, 404, 421}
        assert "The Market" not in (await browser.get(path, headers={"host": "nowhere.example"})).text


async def test_an_error_page_knows_who_is_signed_in_and_lets_them_sign_out(market: Marketplace):
    person = await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, person)
        page = await browser.get("/nowhere")
        assert page.status_code == 404
        assert 'href="/login"' not in page.text
        signed_out = await browser.post("/logout", data={"_csrf": form_token(page.text)})
        assert signed_out.status_code == 303
