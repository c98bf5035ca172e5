"""Which tenant a request is for, over a real connection to a real server: exactly the one that its Host names."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.factories import Marketplace, Marketplaces
from tests.serving import serving

QUERY = "/graphql?query=%7Btenant%7Bslug%7D%7D"


@pytest.fixture(scope="module")
async def port(variables: dict[str, str]) -> AsyncIterator[int]:
    """A web process as it is deployed, on the same database."""
    async with serving(variables) as port:
        yield port


async def exchange(port: int, request: bytes) -> bytes:
    """Send bytes, read bytes until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except TimeoutError:
        return b""
    finally:
        writer.close()


async def get(port: int, *headers: bytes, target: str = QUERY, version: str = "1.1") -> bytes:
    lines = [f"GET {target} HTTP/{version}".encode(), *headers, b"Connection: close", b"", b""]
    return await exchange(port, b"\r\n".join(lines))


def tenant_in(answer: bytes) -> str | None:
    """Whose tenant answered, None for a refusal."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return json.loads(body)["data"]["tenant"]["slug"] if head.startswith(b"HTTP/1.1 200 ") else None


@pytest.fixture(scope="module")
async def ours(marketplaces: Marketplaces) -> Marketplace:
    name = uuid4().hex[:8]
    return await marketplaces.open(domains=[f"{name}.example", f"xn--{name}-mnchen-q9b.example"])


@pytest.fixture(scope="module")
async def other(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open()


async def test_a_host_leads_to_its_tenant_however_it_is_written(port: int, ours: Marketplace):
    host = ours.host.encode()
    for header in (host, host.upper(), host + b".", host + b":80", host + b":65535", host.upper() + b".:8000"):
        assert tenant_in(await get(port, b"Host: " + header)) == ours.slug, header
    assert tenant_in(await get(port, b"hOsT:\t " + host + b" ")) == ours.slug


async def test_what_is_nearly_a_host_leads_nowhere(port: int, ours: Marketplace, other: Marketplace):
    host, another = ours.host.encode(), other.host.encode()
    near = [
        b"", b".", b"*", b"localhost", b"127.0.0.1", b"[::1]", host + b"..", b"." + host, b"www." + host, host[1:],
        host + b".example", host + b":", host + b":x", host + b":80:80", host + b"/", host + b"?", host + b"#",
        host + b"@" + another, another + b"@" + host, host + b"," + another, host + b" " + another,
        host + b"%2e", host + b"%00", b"http://" + host, b"a" * 300 + b"." + host, "münchen.example".encode(),
    ]  # fmt: skip
    for header in near:
        answer = await get(port, b"Host: " + header)
        assert tenant_in(answer) is None, header
        assert answer == b"" or answer.split(b" ")[1] in {b"400", b"421"}, (header, answer)
        assert ours.slug.encode() not in answer


async def test_no_other_header_names_a_tenant(port: int, ours: Marketplace, other: Marketplace):
    another = other.host.encode()
    for name in (b"X-Forwarded-Host", b"X-Host", b"X-Original-Host", b"X-HTTP-Host-Override", b"X-Forwarded-Server"):
        assert tenant_in(await get(port, b"Host: " + ours.host.encode(), name + b": " + another)) == ours.slug
        assert tenant_in(await get(port, b"Host: nowhere.example", name + b": " + another)) is None
    forwarded = b"Forwarded: host=" + another + b";for=127.0.0.1"
    assert tenant_in(await get(port, b"Host: " + ours.host.encode(), forwarded)) == ours.slug


async def test_two_hosts_are_none(port: int, ours: Marketplace, other: Marketplace):
    for first, second in ((ours, other), (other, ours), (ours, ours)):
        answer = await get(port, b"Host: " + first.host.encode(), b"Host: " + second.host.encode())
        assert tenant_in(answer) is None
        assert answer.split(b" ")[1] in {b"400", b"421"}


async def test_no_host_is_none(port: int):
    for version in ("1.0", "1.1"):
        answer = await get(port, version=version)
        assert answer.split(b" ")[1] in {b"400", b"421"}


async def test_an_absolute_address_is_served_for_the_host_header_alone(
    port: int, ours: Marketplace, other: Marketplace
):
    for target_host in (other.host, "nowhere.example"):
        answer = await get(port, b"Host: " + ours.host.encode(), target=f"http://{target_host}{QUERY}")
        assert tenant_in(answer) in {ours.slug, None}
    answer = await get(port, b"Host: nowhere.example", target=f"http://{ours.host}{QUERY}")
    assert tenant_in(answer) is None


async def test_a_name_in_another_alphabet_is_found_by_its_ascii_form(port: int, ours: Marketplace):
    (ascii_form,) = [row["host"] for row in await ours.fetch("select host from tenant_domains where not is_primary")]
    assert tenant_in(await get(port, b"Host: " + ascii_form.upper().encode())) == ours.slug


async def test_an_unknown_host_gets_a_plain_421_without_any_tenants_content(
    port: int, ours: Marketplace, other: Marketplace
):
    for target in ("/", QUERY, "/login", "/assets/x.css", "/admin/members", "/nothing"):
        head, _, body = (await get(port, b"Host: nowhere.example", target=target)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 421 ")
        assert b"content-type: text/plain" in head.lower()
        assert b"set-cookie" not in head.lower()
        assert body == b"There is nothing at this address.\n"


async def test_one_connection_serves_each_request_for_its_own_host(port: int, ours: Marketplace, other: Marketplace):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for market in (ours, other, ours, other):
            writer.write(f"GET {QUERY} HTTP/1.1\r\nHost: {market.host}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length"))
            assert json.loads(await reader.readexactly(length))["data"]["tenant"]["slug"] == market.slug
    finally:
        writer.close()
