"""Host names as they are compared."""

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def normalise_host(header: str) -> str | None:
    """The host of a Host header: lower case, punycode, no port, no trailing dot; None when it is no host name.

    Names are compared exactly after this (RFC 9110 section 7.2, RFC 5890), so nothing else may decide about equality.
    """
    host = header.strip()
    name, separator, port = host.rpartition(":")
    if separator:
        if not port.isascii() or not port.isdigit():
            return None
        host = name
    host = host.lower().removesuffix(".")
    try:
        host = host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return None
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return None
    return host
