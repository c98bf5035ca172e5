"""What becomes of answers, from real servers that are honest or not."""

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.infra.gateways.outgoing_servers import DEVELOPMENT, Authority, Names, answering, serving

from ctorendang.infra.gateways.outgoing import FetchFailed, GuardedClient


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)


async def test_the_certificate_must_be_for_the_name(authority: Authority):
    client = GuardedClient(loopback=True, resolve=Names(["127.0.0.1"]), trust=authority.trust())
    async with serving(answering(b"safe"), authority.server("idp.example")) as host:
        assert (await client.get(f"https://idp.example:{host.port}/")).body == b"safe"
        assert host.names == ["idp.example"]
        with pytest.raises(FetchFailed, match=r"The certificate of other\.example is not valid for it"):
            await client.get(f"https://other.example:{host.port}/")
        with pytest.raises(FetchFailed, match="certificate"):
            await client.get(f"https://127.0.0.1:{host.port}/")
    assert len(host.requests) == 1


async def test_an_expired_or_unknown_certificate_is_refused(authority: Authority):
    async with serving(answering(b""), authority.server("old.example", days=-1)) as host:
        for trust in (authority.trust(), ssl.create_default_context()):
            client = GuardedClient(loopback=True, resolve=Names(["127.0.0.1"]), trust=trust)
            with pytest.raises(FetchFailed, match="certificate"):
                await client.get(f"https://old.example:{host.port}/")
    assert host.requests == []


async def test_no_tls_where_it_should_be():
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answering(b"", "400 Bad Request"))
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchFailed, match="does not offer a secure connection"):
            await DEVELOPMENT.get(f"https://127.0.0.1:{port}/")


@pytest.mark.parametrize("size", [1_000, 1_001])
async def test_an_answer_may_be_as_long_as_allowed_and_no_longer(size: int):
    async with serving(answering(b"x" * size)) as host:
        request = DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/", most_bytes=1_000)
        if size == 1_000:
            assert len((await request).body) == size
        else:
            with pytest.raises(FetchFailed, match="longer than 1,000 bytes"):
                await request


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100_000):
        writer.write(b"x" * 65_536)
        await writer.drain()


async def test_an_endless_answer_is_cut_off():
    async with serving(_endless) as host:
        with pytest.raises(FetchFailed, match="longer than"):
            await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/")


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000):
        writer.write(f"x-{number}: y\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("answer", [_drip, _drip_headers])
async def test_a_slow_drip_ends_with_the_time_for_the_whole_request(answer):
    async with serving(answer) as host:
        with pytest.raises(FetchFailed, match="did not answer within"):
            await GuardedClient(loopback=True, seconds=0.4).get(f"http://127.0.0.1:{host.port}/")


async def test_a_slow_name_server_counts_as_well():
    async def slow(_: str) -> Sequence[str]:
        await asyncio.sleep(10)
        return ["93.184.215.14"]

    with pytest.raises(FetchFailed, match="did not answer within"):
        await GuardedClient(resolve=slow, seconds=0.1).get("https://slow.example/")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_what_comes_packed_is_unpacked_within_bounds(encoding: str):
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    async with serving(answering(pack(b"y" * 1_000), content_encoding=encoding)) as host:
        assert (await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/")).body == b"y" * 1_000
        with pytest.raises(FetchFailed, match="longer than"):
            await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/", most_bytes=999)


async def test_a_bomb_does_not_go_off():
    bomb = gzip.compress(b"\0" * 300_000_000, compresslevel=9)
    assert len(bomb) < 400_000
    async with serving(answering(bomb, content_encoding="gzip")) as host:
        tracemalloc.start()
        with pytest.raises(FetchFailed, match="longer than 1,000,000 bytes"):
            await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        answering(gzip.compress(b"half of this")[:-6], content_encoding="gzip"),
        answering(b"not packed", content_encoding="gzip"),
        answering(b"unknown", content_encoding="br"),
        answering(gzip.compress(gzip.compress(b"twice")), content_encoding="gzip, gzip"),
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"no HTTP at all\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 300_000 + b"\r\n\r\n",
    ],
    ids=["cut", "not packed", "unknown packing", "packed twice", "short", "no HTTP", "nothing", "endless header"],
)
async def test_damaged_answers_are_failures_that_say_so(answer: bytes):
    async with serving(answer) as host:
        with pytest.raises(FetchFailed):
            await DEVELOPMENT.get(f"http://127.0.0.1:{host.port}/")
