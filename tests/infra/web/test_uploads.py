"""Forms with files, through the front door and by its ASGI interface."""

import asyncio
import tracemalloc
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import Marketplace, Person, form_token, sign_in
from tests.pictures import png

LIMIT = 5_000_000


@pytest.fixture
async def person(market: Marketplace) -> Person:
    return await market.join("client")


@pytest.fixture
async def browser(client: httpx.AsyncClient, person: Person) -> httpx.AsyncClient:
    await sign_in(client, person)
    return client


async def token_of(browser: httpx.AsyncClient) -> str:
    return form_token((await browser.get("/account")).text)


async def upload(browser: httpx.AsyncClient, content: bytes, **fields: str) -> httpx.Response:
    data = {"_csrf": await token_of(browser), **fields}
    return await browser.post("/account/avatar", data=data, files={"picture": ("me.png", content, "image/png")})


async def avatar(person: Person) -> str | None:
    return (await person.query("{ me { avatarUrl } }"))["me"]["avatarUrl"]


async def test_a_picture_is_taken(browser, person):
    answer = await upload(browser, png())
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await avatar(person) is not None


async def test_the_token_may_come_as_a_header(browser, person):
    token = await token_of(browser)
    files = {"picture": ("me.png", png(), "image/png")}
    answer = await browser.post("/account/avatar", files=files, headers={"x-csrf-token": token})
    assert answer.status_code == 303
    assert await avatar(person) is not None


@pytest.mark.parametrize("token", ["", "x" * 43, None])
async def test_without_the_pages_token_nothing_is_taken(browser, person, token):
    data = {} if token is None else {"_csrf": token}
    answer = await browser.post("/account/avatar", data=data, files={"picture": ("me.png", png(), "image/png")})
    assert answer.status_code == 403
    assert await avatar(person) is None


async def test_the_token_is_asked_for_without_a_file_too(browser):
    body = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n'
    answer = await browser.post(
        "/account/avatar", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 403


async def test_a_token_behind_the_file_comes_too_late(browser, person):
    token = (await token_of(browser)).encode()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n' + png() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n' + token + b"\r\n--b--\r\n"
    )
    answer = await browser.post(
        "/account/avatar", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 403
    assert await avatar(person) is None


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
async def test_from_another_site_nothing_is_taken(browser, person, origin):
    data = {"_csrf": await token_of(browser)}
    files = {"picture": ("me.png", png(), "image/png")}
    answer = await browser.post("/account/avatar", data=data, files=files, headers={"origin": origin})
    assert answer.status_code == 403
    assert await avatar(person) is None


async def test_the_token_of_another_tenant_is_not_taken(browser, person, other_market):
    stranger = await other_market.join("client")
    async with other_market.browser() as elsewhere:
        await sign_in(elsewhere, stranger)
        token = await token_of(elsewhere)
    files = {"picture": ("me.png", png(), "image/png")}
    answer = await browser.post("/account/avatar", data={"_csrf": token}, files=files)
    assert answer.status_code == 403
    assert await avatar(person) is None


async def test_a_form_without_files_is_not_understood(browser):
    answer = await browser.post("/account/avatar", data={"_csrf": await token_of(browser)})
    assert answer.status_code == 415


async def test_a_file_over_the_limit_is_refused_in_words(browser, person):
    for content in (b"x" * (LIMIT + 1), b"x" * (LIMIT + 200_000)):
        answer = await upload(browser, content)
        assert answer.status_code == 413
        assert "Use a file of at most 5 MB." in answer.text
    assert await avatar(person) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"--b\r\n",
        b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\nunfinished',
        b'--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n\xff\xfe\r\n--b--\r\n',
        b"no boundary at all",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"y" * 20_000 + b"\r\n--b--\r\n",
        b"".join(b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n' for _ in range(50)) + b"--b--\r\n",
    ],
)
async def test_a_broken_form_is_an_answer_not_an_error(browser, body):
    headers = {"content-type": "multipart/form-data; boundary=b", "x-csrf-token": await token_of(browser)}
    answer = await browser.post("/account/avatar", content=body, headers=headers)
    assert answer.status_code in {400, 413, 422}, answer.text[:500]


@given(body=st.binary(max_size=400), boundary=st.text(st.characters(codec="ascii"), max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_nonsense_is_refused(marketplaces, body, boundary):
    if not hasattr(test_nonsense_is_refused, "browser"):
        market = await marketplaces.open()
        browser = market.browser()
        await sign_in(browser, await market.join("client"))
        test_nonsense_is_refused.browser = browser, await token_of(browser)
    browser, token = test_nonsense_is_refused.browser
    head = f"--{boundary}\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary!r}", "x-csrf-token": token}
    try:
        answer = await browser.post("/account/avatar", content=head + body, headers=headers)
    except (httpx.LocalProtocolError, UnicodeError):
        return
    assert 400 <= answer.status_code < 500


class EndlessBody:
    """A body of two gigabytes that counts how much of itself was asked for."""

    def __init__(self, head: bytes) -> None:
        self.sent = 0
        self._head = head
        self._piece = b"x" * 65_536

    async def __call__(self) -> dict[str, Any]:
        piece = (self._head if self.sent == 0 else b"") or self._piece
        self.sent += len(piece)
        return {"type": "http.request", "body": piece, "more_body": self.sent < 2_000_000_000}


async def post_endless(
    market: Marketplace,
    browser: httpx.AsyncClient,
    announced: int | None,
    token: str | None = None,
    start: str = '--b\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n',
) -> tuple[int, int]:
    """The status of the answer, and how many bytes were read for it."""
    token = await token_of(browser) if token is None else token
    head = (f'--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{token}\r\n{start}').encode()
    body, messages = EndlessBody(head if start else b""), []

    async def send(message: Any) -> None:
        messages.append(message)

    headers = {
        "host": market.host,
        "origin": market.origin,
        "content-type": "multipart/form-data; boundary=b",
        "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
    } | ({} if announced is None else {"content-length": str(announced)})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/account/avatar",
        "raw_path": b"/account/avatar",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("198.51.100.7", 4711),
        "server": (market.host, 80),
    }
    async with asyncio.timeout(20):
        await market.marketplaces.site.app(scope, body, send)
    return messages[0]["status"], body.sent


async def test_two_gigabytes_that_are_announced_are_not_read_at_all(market, browser, person):
    assert await post_endless(market, browser, 2_000_000_000) == (413, 0)
    assert await avatar(person) is None


async def test_two_gigabytes_that_are_not_announced_are_read_to_the_limit_and_in_little_memory(market, browser, person):
    tracemalloc.start()
    try:
        status, read = await post_endless(market, browser, None)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert status == 413
    assert read < LIMIT + 300_000
    assert peak < 4 * LIMIT
    assert await avatar(person) is None


async def test_without_the_token_no_byte_of_the_file_is_kept(market, browser, person):
    status, read = await post_endless(market, browser, None, token="guessed")
    assert (status, read <= 2 * 65_536) == (403, True)
    assert await avatar(person) is None


@pytest.mark.parametrize(
    "start",
    [
        '--b\r\nContent-Disposition: form-data; name="a field"\r\n\r\n',
        "--b\r\nX-Endless: ",
        '--b\r\nContent-Disposition: form-data; name="',
        "--b",
        "--b--\r\n",
        "",
    ],
    ids=["field", "header", "name", "boundary", "epilogue", "preamble"],
)
async def test_nothing_of_a_form_is_endless(market, browser, start):
    status, read = await post_endless(market, browser, None, start=start)
    assert (status in {400, 413}, read < 300_000) == (True, True), (status, read)
