"""Which addresses are public, for every address there is."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctorendang.infra.gateways.addresses import is_loopback, is_public

FOUR = st.integers(0, 2**32 - 1).map(IPv4Address) | st.ip_addresses(v=4)
SIX = st.integers(0, 2**128 - 1).map(IPv6Address) | st.ip_addresses(v=6)
INSIDE = ("10.0.0.0", "100.64.0.0", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.168.0.1", "0.0.0.0")


@given(FOUR | SIX)
@example(IPv4Address("100.127.255.255"))
@example(IPv4Address("192.88.99.1"))
@example(IPv6Address("2001:1ff:ffff::"))
def test_nothing_special_is_public(address: IPv4Address | IPv6Address):
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or not address.is_global
    )
    assert not (special and is_public(str(address)))


@given(FOUR)
def test_an_ordinary_address_is_public(address: IPv4Address):
    ordinary = address.is_global and not address.is_multicast and not address.is_reserved
    exempt = int(address) >> 8 == int(IPv4Address("192.88.99.0")) >> 8 or int(address) >> 8 == 0xC00000
    assert is_public(str(address)) or not ordinary or exempt


@given(FOUR)
def test_no_ipv6_address_that_holds_an_ipv4_address_is_public(address: IPv4Address):
    number = int(address)
    for holder in (
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x64FF9B0001 << 80 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF),
    ):
        assert not is_public(str(holder))
        assert not is_loopback(str(holder)) or holder == IPv6Address("::1")


@given(FOUR | SIX)
def test_loopback_is_never_public(address: IPv4Address | IPv6Address):
    assert is_loopback(str(address)) == address.is_loopback or address.version == 6
    assert not (is_loopback(str(address)) and is_public(str(address)))


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "01.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "8.8.8.8/8", "::g"])
def test_what_is_no_address_is_not_public(text: str):
    assert not is_public(text)
    assert not is_loopback(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:80b::200e"])
def test_public_addresses_are(text: str):
    assert is_public(text)
