"""Which addresses the product may reach on behalf of somebody who named them."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# The special-purpose registries of IANA (RFC 6890), and multicast. Written down, since what Python's `is_global` says
# differs between its versions.
_NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# Everything public is in here: loopback, link-local, unique local, multicast and IPv4 in disguise (mapped, compatible,
# NAT64) are not.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Protocol assignments with Teredo, documentation, and 6to4, which holds an IPv4 address.
_NOT_GLOBAL = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large; what is no address is not."""
    match _read(address):
        case IPv4Address() as four:
            return not any(four in network for network in _NOT_PUBLIC)
        case IPv6Address() as six:
            return six in _GLOBAL_UNICAST and not any(six in network for network in _NOT_GLOBAL)
        case _:
            return False


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; not when it hides in an IPv6 address that maps IPv4."""
    read = _read(address)
    return read is not None and any(read in network for network in _LOOPBACK)


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
