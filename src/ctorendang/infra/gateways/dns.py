"""Records of the domain name system, by which a tenant shows that a domain is its own."""

from collections.abc import Sequence
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from ctorendang.infra.errors import AppError

_SECONDS = 5.0


class DnsUnavailable(AppError):
    """There was no answer, which says nothing about the record."""

    code = "dns_unavailable"


class Resolver(Protocol):
    """Reads records."""

    async def txt(self, name: str) -> list[str]:
        """The texts of a name's TXT records; none is empty.

        Raises:
            DnsUnavailable: there was no answer.
        """


class SystemResolver:
    """Asks the name servers that this machine uses.

    Args:
        nameservers: others to ask instead.
        port: of those.
        seconds: that a question may take.
    """

    def __init__(self, nameservers: Sequence[str] = (), *, port: int = 53, seconds: float = _SECONDS) -> None:
        self._nameservers = nameservers
        self._port = port
        self._seconds = seconds

    async def txt(self, name: str) -> list[str]:
        """The texts of a name's TXT records (RFC 1035 section 3.3.14), the strings of each joined; none is empty.

        Raises:
            DnsUnavailable: no name server gave an answer.
        """
        try:
            # Absolute, so that no search list is tried.
            absolute = dns.name.from_text(name, origin=dns.name.root)
            answer = await self._resolver().resolve(absolute, "TXT", lifetime=self._seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.NameTooLong, dns.name.LabelTooLong):
            return []
        except (dns.name.EmptyLabel, dns.name.BadEscape, dns.name.IDNAException, UnicodeError):
            return []
        except (dns.exception.DNSException, OSError):
            raise DnsUnavailable(f"The records of {name} could not be read just now. Try again in a minute.") from None
        return [b"".join(record.strings).decode(errors="replace") for record in answer]

    def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self._nameservers)
        if self._nameservers:
            resolver.nameservers = list(self._nameservers)
            resolver.port = self._port
        return resolver
