"""TXT records, asked of a real name server on this machine."""

import asyncio
from collections.abc import AsyncIterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from ctorendang.infra.gateways.dns import DnsUnavailable, SystemResolver

RECORDS = {
    "_check.acme.example.": ['"v=spf1 -all"', '"verify=" "abc" "def"', '"caf\\195\\169"'],
}
FAILING = "failing.example."
SILENT = "silent.example."
HOST_ONLY = "host.example."


class NameServer(asyncio.DatagramProtocol):
    """Knows ``RECORDS``; other names do not exist, or fail, or are not answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().lower()
        self.asked.append(name)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if name in RECORDS:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *RECORDS[name]))
        elif name == FAILING:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name != HOST_ONLY:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if name != SILENT:
            self.transport.sendto(response.to_wire(), address)


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    yield server
    transport.close()


@pytest.fixture
def resolver(server: NameServer) -> SystemResolver:
    return SystemResolver(["127.0.0.1"], port=server.transport.get_extra_info("sockname")[1], seconds=1)


async def test_every_text_is_read_its_strings_joined(resolver: SystemResolver):
    assert sorted(await resolver.txt("_check.acme.example")) == ["café", "v=spf1 -all", "verify=abcdef"]
    assert len(await resolver.txt("_CHECK.Acme.example.")) == 3


@pytest.mark.parametrize("name", ["nothing.example", "host.example"])
async def test_a_name_without_texts_has_none(resolver: SystemResolver, name: str):
    assert await resolver.txt(name) == []


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", ".".join(["a" * 60] * 5), "\udc80.example"])
async def test_a_name_that_cannot_be_has_none(resolver: SystemResolver, server: NameServer, name: str):
    assert await resolver.txt(name) == []
    assert server.asked == []


@pytest.mark.parametrize("name", [FAILING, SILENT])
async def test_no_answer_is_not_the_answer_none(resolver: SystemResolver, name: str):
    with pytest.raises(DnsUnavailable, match="could not be read just now"):
        await resolver.txt(name)


async def test_no_search_list_is_tried(resolver: SystemResolver, server: NameServer):
    await resolver.txt("nothing")
    assert set(server.asked) == {"nothing."}
