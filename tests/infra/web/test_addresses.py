"""Whose address counts."""

import pytest

from ctorendang.infra.web.addresses import client_address, trusted_networks
from ctorendang.settings import InvalidSetting

OURS = trusted_networks(["10.0.0.0/8", "2001:db8::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["6.6.6.6"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("2001:db8::1", ["[2001:db8:9::7]:4711"], "2001:db8:9::7"),
        ("10.0.0.1", ["nonsense"], ""),
        ("10.0.0.1", [], "10.0.0.1"),
        ("", [], ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_counts(peer, forwarded, client):
    assert client_address(peer, forwarded, OURS) == client


def test_a_proxy_that_is_no_address_is_said():
    with pytest.raises(InvalidSetting, match="TRUSTED_PROXIES"):
        trusted_networks(["proxy.internal"])
