"""The applications that are told who somebody is: only those of this machine."""

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from lxml import etree

from ctorendang.infra.stack.idp.errors import Refused

NAMES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
}
_MOST_BYTES = 500_000
_SECONDS = 10


def require_own_machine(address: str) -> SplitResult:
    """The parts of an address of a tenant on this machine.

    Raises:
        Refused: it is any other.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Refused(f"{address!r} is no address.") from None
    local = (parts.hostname or "").endswith(".localhost") and parts.username is None and port != 0
    if parts.scheme != "http" or not local:
        raise Refused(
            f"This provider is for trying out: it answers to http://<tenant>.localhost alone, not {address!r}."
        )
    return parts


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A SAML application, as its metadata describes it.

    Attributes:
        certificates: Base64 of those that its messages are signed with.
    """

    entity_id: str
    consumers: Sequence[str]
    logout: str
    certificates: Sequence[str]


def read_service_provider(entity_id: str) -> ServiceProvider:
    """Ask an application for its metadata, which its name is the address of.

    Raises:
        Refused: it is not of this machine, or has none.
    """
    status, body = ask("GET", entity_id)
    if status != 200:
        raise Refused(f"The metadata of {entity_id} cannot be read: status {status}.")
    try:
        root = etree.fromstring(body, safe_parser())
    except etree.XMLSyntaxError:
        raise Refused(f"The metadata of {entity_id} is no XML.") from None
    role = "//md:EntityDescriptor[@entityID=$entity]/md:SPSSODescriptor"

    def values(path: str) -> list[str]:
        return [str(value).strip() for value in root.xpath(f"{role}/{path}", namespaces=NAMES, entity=entity_id)]

    logout = values("md:SingleLogoutService[@Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect']/@Location")
    return ServiceProvider(
        entity_id,
        values("md:AssertionConsumerService/@Location"),
        next(iter(logout), ""),
        [
            "".join(text.split())
            for text in values("md:KeyDescriptor[not(@use='encryption')]//ds:X509Certificate/text()")
        ],
    )


def ask(method: str, address: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Send a request to a tenant on this machine.

    Raises:
        Refused: it is elsewhere, or cannot be reached.
    """
    parts = require_own_machine(address)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=_SECONDS)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc} | ({"Content-Type": "application/x-www-form-urlencoded"} if form else {})
    try:
        connection.request(method, path or "/", urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException):
        raise Refused(f"{address} cannot be reached.") from None
    finally:
        connection.close()


def safe_parser() -> Any:
    """For XML that came from outside."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
