"""Which addresses are asked, and how, against real servers."""

from collections.abc import AsyncIterator

import pytest
from tests.infra.gateways.outgoing_servers import DEVELOPMENT, Host, Names, answering, serving

from ctorendang.infra.gateways.outgoing import AddressNotAllowed, FetchFailed, GuardedClient


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with serving(answering(b"here", content_type="text/plain")) as host:
        yield host


async def test_it_fetches(host: Host):
    fetched = await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/a/b?c=%20d#e", headers={"Accept": "text/plain"})
    assert (fetched.status, fetched.body, fetched.headers["content-type"]) == (200, b"here", "text/plain")
    request = host.requests[0].decode().lower()
    assert request.startswith("get /a/b?c=%20d http/1.1\r\n")
    assert f"host: 127.0.0.1:{host.port}\r\n" in request
    assert "accept: text/plain\r\n" in request
    assert "accept-encoding: identity\r\n" in request


async def test_it_posts_forms(host: Host):
    fetched = await DEVELOPMENT.post(
        f"http://idp.localhost:{host.port}/token", form={"code": "a&b"}, headers={"Authorization": "Basic eDp5"}
    )
    assert fetched.body == b"here"
    head, _, body = host.requests[0].partition(b"\r\n\r\n")
    assert body == b"code=a%26b"
    assert b"application/x-www-form-urlencoded" in head
    assert b"Basic eDp5" in head


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "500 Oh No"])
async def test_an_answer_of_any_status_is_an_answer(status: str):
    async with serving(answering(b"{}", status)) as host:
        fetched = await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/")
    assert (fetched.status, fetched.body) == (int(status[:3]), b"{}")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed(host: Host, status: str):
    async with serving(answering(b"", status, location=f"http://127.0.0.1:{host.port}/")) as redirecting:
        with pytest.raises(FetchFailed, match="sends on to another address"):
            await DEVELOPMENT.get(f"http://127.0.0.1:{redirecting.port}/")
    assert host.requests == []


NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("named", [False, True], ids=["literal", "named"])
async def test_an_address_that_is_not_public_is_refused(address: str, named: bool):
    literal = f"[{address}]" if ":" in address else address
    client = GuardedClient(resolve=Names([address]))
    with pytest.raises(AddressNotAllowed) as refusal:
        await client.get("https://inside.example/" if named else f"https://{literal}/")
    assert not named or address not in refusal.value.detail


async def test_one_address_inside_spoils_all_of_a_name():
    client = GuardedClient(resolve=Names(["93.184.215.14", "10.0.0.1"]))
    with pytest.raises(AddressNotAllowed):
        await client.get("https://mixed.example/")


@pytest.mark.parametrize("client", [DEVELOPMENT, GuardedClient()], ids=["development", "production"])
@pytest.mark.parametrize(
    "spelling",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0X7F.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.0.0.01",
        "1.2.3",
        "0",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::1%25lo]",
        "exa mple.com",
        "example..com",
        "-example.com",
        "",
    ],
)
async def test_hosts_in_disguise_are_refused(host: Host, client: GuardedClient, spelling: str):
    with pytest.raises(AddressNotAllowed):
        await client.get(f"https://{spelling}:{host.port}/")
    assert host.requests == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://user@example.com/", "no user name"),
        ("https://user:password@example.com/", "no user name"),
        ("https://:password@example.com/", "no user name"),
        ("https://public.example\\@example.com/", "no user name"),
        ("https://example.com:25/", "port must be"),
        ("https://example.com:22/", "port must be"),
        ("https://example.com:80/", "port must be"),
        ("https://example.com:1023/", "port must be"),
        ("https://example.com:65536/", "port must be"),
        ("https://example.com:99999/", "port must be"),
        ("http://example.com/", "start with https"),
        ("ftp://example.com/", "start with https"),
        ("file:///etc/passwd", "start with https"),
        ("gopher://example.com/", "start with https"),
        ("//example.com/", "start with https"),
        ("example.com", "start with https"),
        ("/metadata", "start with https"),
        ("", "start with https"),
        ("https://", "does not name a host"),
        ("https://exam\nple.com/", "no address"),
        ("https://example.com/\r\nX: y", "no address"),
        ("https://example.com/" + "a" * 2_000, "too long"),
    ],
)
async def test_what_is_no_plain_https_address_is_refused_before_any_name_is_asked(url: str, problem: str):
    names = Names(["93.184.215.14"])
    with pytest.raises(AddressNotAllowed, match=problem):
        await GuardedClient(resolve=names).get(url)
    assert names.asked == []


async def test_production_refuses_this_machine_however_it_is_named(host: Host):
    client = GuardedClient()
    for name in ("127.0.0.1", "127。0。0。1", "localhost", "LocalHost", "idp.localhost", "[::1]"):
        for scheme in ("http", "https"):
            with pytest.raises(AddressNotAllowed):
                await client.get(f"{scheme}://{name}:{host.port}/")
    assert host.requests == []


async def test_development_asks_by_http_on_this_machine_alone():
    client = GuardedClient(loopback=True, resolve=Names(["93.184.215.14"]))
    with pytest.raises(AddressNotAllowed, match="https"):
        await client.get("http://example.com/")
    with pytest.raises(AddressNotAllowed):
        await GuardedClient(loopback=True).get("https://10.0.0.1/")
    for addresses in (["127.0.0.1", "10.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["93.184.215.14", "127.0.0.1"]):
        with pytest.raises(AddressNotAllowed):
            await GuardedClient(loopback=True, resolve=Names(addresses)).get("https://mixed.example/")


async def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(host: Host):
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    client = GuardedClient(loopback=True, resolve=names)
    await client.get(f"http://rebinding.example:{host.port}/")
    assert names.asked == ["rebinding.example"]
    assert f"host: rebinding.example:{host.port}".encode() in host.requests[0].lower()
    with pytest.raises(AddressNotAllowed):
        await client.get(f"http://rebinding.example:{host.port}/")
    assert len(host.requests) == 1


async def test_the_next_address_is_tried_where_one_does_not_answer(host: Host):
    client = GuardedClient(loopback=True, resolve=Names(["127.0.0.2", "127.0.0.1"]))
    assert (await client.get(f"http://two.example:{host.port}/")).body == b"here"


async def test_an_unknown_name_and_a_silent_port_say_so(unused_tcp_port: int):
    with pytest.raises(FetchFailed, match=r"The name nowhere\.example is not known"):
        await GuardedClient(resolve=Names([])).get("https://nowhere.example/")
    with pytest.raises(FetchFailed, match=f"cannot be reached on port {unused_tcp_port}"):
        await DEVELOPMENT.get(f"http://127.0.0.1:{unused_tcp_port}/")


@pytest.fixture
def unused_tcp_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def test_a_header_cannot_smuggle_another_or_another_host(host: Host):
    with pytest.raises(FetchFailed):
        await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/", headers={"x": "y\r\nz: w"})
    await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/", headers={"Host": "inside.example"})
    assert [request for request in host.requests if b"inside.example" in request] == []


async def test_proxies_of_the_environment_are_not_used(host: Host, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{host.port}")
    async with serving(answering(b"direct")) as direct:
        assert (await GuardedClient(loopback=True).get(f"http://127.0.0.1:{direct.port}/")).body == b"direct"
    assert host.requests == []
