"""Where a request comes from."""

import ipaddress
from collections.abc import Iterable, Sequence

from ctorendang.settings import InvalidSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def trusted_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """The networks of the proxies in front of this product.

    Raises:
        InvalidSetting: a word is neither an address nor a network.
    """
    try:
        return tuple(ipaddress.ip_network(word, strict=False) for word in words)
    except ValueError as error:
        raise InvalidSetting(f"CTORENDANG_TRUSTED_PROXIES must hold addresses or networks: {error}.") from None


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest address on the way that is not one of our proxies; empty when there is none to be had.

    Each proxy adds the address that it was reached from on the right of X-Forwarded-For, in the same line or in one of
    its own. What stands left of the first address that we do not trust could be anybody's invention.

    Args:
        peer: who has connected.
        forwarded: every X-Forwarded-For line, in order.
        trusted: the networks of our proxies.
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    found = _parse(peer)
    while found is not None and hops and any(found in network for network in trusted):
        found = _parse(hops.pop())
    return str(found) if found is not None else ""


def _parse(text: str) -> Address | None:
    """An address, without the port that some proxies write beside it."""
    host = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
