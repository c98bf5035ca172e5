"""Every page, asked for with addresses and headers that nobody would type."""

import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.conftest import Playground, examples
from tests.fuzz.nonsense import HARDEST, MARKUP, values
from tests.fuzz.test_forms import assert_harmless

README = Path(__file__).parents[2] / "themes" / "base" / "README.md"
# What is named is not there for this reader, whatever else the address says.
GONE = {
    "/invitation": {401},
    "/password/reset": {401},
    "/admin/sso/{id}": {404},
    "/admin/sso/{id}/attempts": {404},
    "/sso/{id}/finish": {404},
    "/engagements/new": {404},  # the CTO that it is about is a parameter
}
ROLES = ["visitor", "client", "cto", "admin"]

raw = st.sampled_from(["%ff", "%ed%a0%80", "%", "%0", "+", "%00", "&&", "==", "a[]=1", ";", "#", "%E2%80%AE"])


def pages() -> dict[str, list[str]]:
    """Path and query parameters of every page that the base theme writes down."""
    found = {}
    for row in README.read_text().splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if row.startswith("| `") and len(cells) > 6 and cells[2].startswith("`/") and "/tenants" not in row:
            path = cells[2].split("`")[1]
            found[path] = [word.rstrip("*") for each in re.findall(r"`([^`]+)`", cells[4]) for word in each.split()]
    return found


PAGES = pages()


def escaped(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def address(playground: Playground, path: str) -> str:
    kind = {"projects": "project", "engagements": "engagement"}.get(path.split("/")[1], "cto")
    return re.sub(r"\{\w+\}", playground.ids[kind], path)


def test_every_page_of_the_application_is_among_them(site):
    known = {re.sub(r"\{\w+\}", "", path) for path in PAGES}
    gets = {
        re.sub(r"\{[^}]+\}", "", route.path)
        for route in site.app.litestar.routes
        if "GET" in getattr(route, "methods", ())
    }
    others = {"/admin", "/assets/", "/graphql", "/graphql/explorer", "/graphql/explorer/", "/health", "/ready"}
    # Where providers' messages arrive; tests/domains/sso attacks these.
    others |= {"/scim/v2", "/scim/v2/"}  # tests/domains/scim throws nonsense at these
    others |= {"/avatars//"}  # a file; tests/domains/accounts/test_avatars.py asks for what is not there
    # Calendar files; tests/domains/calendar asks for what is not there.
    others |= {"/calendar/", "/account/bookings//introduction.ics"}
    # Pictures and files; tests/domains/ctos asks for what is not there.
    others |= {"/ctos//portfolio/", "/ctos//portfolio//"}
    others |= {"/admin/import/sample.csv", "/admin/import/sample.jsonl"}  # files that are always the same
    others |= {"/projects//attachments/"}  # a file; tests/domains/projects asks for what is not there
    others |= {"/sso//login", "/sso/step-up"}  # they lead to a provider, and show no page
    others |= {"/sso//metadata", "/sso//slo", "/sso//callback", "/sso//logged-out", "/sso/logout"}
    assert {path.rstrip("/") for path in gets - others if "/tenants" not in path} == {
        path.rstrip("/") for path in known
    }


@pytest.mark.parametrize(("path", "names"), PAGES.items(), ids=PAGES)
@examples(20)
@given(data=st.data())
async def test_nonsense_in_an_address_is_left_out_or_refused(playground: Playground, path, names, data):
    name = st.sampled_from([*names, *names, "after", "x", "__class__"]) | values
    pairs = data.draw(st.lists(st.tuples(name, values | st.just(playground.ids["cto"])), max_size=5))
    query = "&".join(f"{escaped(key)}={escaped(value)}" for key, value in pairs) + data.draw(st.just("") | raw)
    async with playground.browser(data.draw(st.sampled_from(ROLES))) as browser:
        page = await browser.get(f"{address(playground, path)}?{query}")
    assert page.status_code < 500, query
    assert_harmless(page.text)


@pytest.mark.parametrize(("path", "names"), PAGES.items(), ids=PAGES)
async def test_nonsense_in_each_parameter_by_itself(playground: Playground, path, names):
    others = {"/login": "visitor", "/signup": "visitor", "/projects/open": "cto"}
    role = "admin" if path.startswith("/admin") else others.get(path, "client")
    async with playground.browser(role) as browser:
        for name in names:
            for value in HARDEST:
                page = await browser.get(f"{address(playground, path)}?{name}={escaped(value[:2_000])}&x={name}")
                assert page.status_code in {200, 422} | GONE.get(path, set()), (name, value, page.status_code)
                assert_harmless(page.text)


@examples(120)
@given(
    start=st.sampled_from(
        ["", "ctos/", "calendar/", "projects/", "projects/new/", "admin/", "account/", "assets/", "graphql/explorer/"]
    ),
    parts=st.lists(values | st.sampled_from(["..", ".", "edit", "0" * 36, "{" + "0" * 34 + "}"]), max_size=3),
    role=st.sampled_from(ROLES),
)
async def test_an_address_that_leads_nowhere_is_not_found(playground: Playground, start, parts, role):
    path = start + "/".join(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in parts)
    async with playground.browser(role) as browser:
        page = await browser.get(f"/{path}"[:8_000])
    assert page.status_code < 500, path
    assert_harmless(page.text)


HEADERS = [
    *("cookie", "accept", "accept-language", "authorization", "referer", "user-agent", "x-csrf-token", "content-type"),
    *("x-forwarded-for", "x-forwarded-host", "if-none-match", "range", "x-request-id"),
]
TELLING = [
    *(b"session=" + b"\xff" * 40, b"visitor=" + b"\xe9" * 43, b"flash=x.%ED%A0%80", b'session="\\777"', b"=;=;="),
    *(b"flash=" + b"." * 50, b"Bearer " + b"\x80" * 20, b"text/html;q=\xff", b"http://[", b"*/*", MARKUP.encode()),
]
bytes_of_headers = st.binary(max_size=60) | st.sampled_from(TELLING)


@examples(100)
@given(
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), bytes_of_headers), max_size=3),
    path=st.sampled_from(["/", "/login", "/account", "/ctos", "/graphql?query={me{id}}", "/nowhere", "/health"]),
)
async def test_headers_that_make_no_sense_are_passed_over(playground: Playground, headers, path):
    clean = [(name.encode(), re.sub(rb"[\x00-\x08\x0a-\x1f\x7f]", b"", value)) for name, value in headers]
    async with playground.browser("visitor") as browser:
        for method in ("GET", "POST"):
            page = await browser.request(method, path, headers=[*clean, (b"accept", b"text/html")])
            assert page.status_code < 500, headers
            assert_harmless(page.text)


HOSTS = [b"", b".", b"a" * 300, b"[::1]", b"a:b", b"a:99999999", b"x.example,y.example", b"\xff\xfe", b"xn--"]


@examples(60)
@given(host=st.sampled_from(HOSTS) | st.binary(max_size=30))
async def test_a_host_that_is_nobodys_is_misdirected(playground: Playground, host):
    async with playground.browser("visitor") as browser:
        page = await browser.get("/", headers={b"host": re.sub(rb"[\x00-\x1f\x7f]", b"", host)})
    assert page.status_code == 421
    assert page.text == "There is nothing at this address.\n"
