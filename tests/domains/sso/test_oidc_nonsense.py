"""Nonsense at the addresses that providers and their people's browsers call: refused with a 4xx, never a 5xx."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domains.sso.oidc_visit import connect, provider
from tests.factories import Marketplaces

NAMES = ["state", "code", "iss", "error", "error_description", "id_token", "logout_token", "ticket", "x"]
VALUES = st.text(max_size=40) | st.sampled_from(
    ["\0", "\ud800", "🙂" * 100, "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%", "&="]
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)
PATHS = st.sampled_from(["callback", "logged-out", "login", "finish", "../logout"])
SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
async def connected(marketplaces: Marketplaces):
    with provider() as op:
        yield await connect(await marketplaces.open(), op)


def encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}" for name, value in pairs)


@SOME
@given(path=PATHS, pairs=PAIRS, cookie=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60))
async def test_a_browser_that_makes_no_sense_is_refused(connected, path, pairs, cookie):
    headers = [(b"cookie", f"farewell={cookie}; sso={cookie}; session={cookie}".encode("latin-1"))]
    async with connected.market.browser() as browser:
        answer = await browser.get(f"/sso/{connected.id}/{path}?{encoded(pairs)}", headers=headers)
    assert answer.status_code < 500
    assert answer.status_code in {303, 400, 401, 404, 429}


@SOME
@given(body=st.binary(max_size=200) | PAIRS.map(lambda pairs: encoded(pairs).encode()))
async def test_a_report_that_makes_no_sense_is_refused(connected, body):
    async with connected.market.browser() as caller:
        answer = await caller.post(f"/sso/{connected.id}/backchannel-logout", content=body)
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
