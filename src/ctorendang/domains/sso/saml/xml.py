"""Reading and writing XML of strangers (saml-core-2.0, xml-c14n): nothing is fetched, expanded or guessed."""

import base64
import binascii
import re
import zlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
NAMES = {"samlp": SAMLP, "saml": SAML, "md": MD, "ds": DS, "xenc": XENC}

LARGEST_MESSAGE = 500_000
"""Bytes of XML. Assertions with thousands of groups stay far below."""

Element = Any
"""An lxml element; the library comes without types."""

_WHITE = re.compile(r"\s+")
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class NotReadable(Exception):
    """What came is not what it should be; the message says why, in words for an administrator."""


def decode(text: str) -> bytes:
    """The bytes of a Base64 text, which may be broken into lines.

    Raises:
        NotReadable: it is none, or too long.
    """
    if len(text) > LARGEST_MESSAGE * 2:
        raise NotReadable("it is too large")
    try:
        return base64.b64decode(_WHITE.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        raise NotReadable("it is not Base64") from None


def encode(content: bytes) -> str:
    """Base64, in one line."""
    return base64.b64encode(content).decode()


def inflate(content: bytes) -> bytes:
    """Undo DEFLATE (RFC 1951), but never beyond ``LARGEST_MESSAGE``: a few bytes may stand for gigabytes.

    Raises:
        NotReadable: it is not compressed so, or too large.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(content, LARGEST_MESSAGE)
    except zlib.error:
        raise NotReadable("it is not compressed with DEFLATE") from None
    if not inflater.eof:
        raise NotReadable("it is too large, or cut off")
    return plain


def deflate(content: bytes) -> bytes:
    """Compress for an address (saml-bindings-2.0 section 3.4.4.1)."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()


def parse(content: bytes, *, comments: bool = False, largest: int = LARGEST_MESSAGE) -> Element:
    """The root of a document.

    Args:
        content: of a stranger.
        comments: let comments and processing instructions pass (and drop them), which metadata may have. In a message
            nobody needs them, and they have split names in two elsewhere.
        largest: the most bytes.

    Raises:
        NotReadable: it is no XML, too large, or has what only attacks have.
    """
    if len(content) > largest:
        raise NotReadable("it is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=comments,
        remove_pis=comments,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotReadable("it is not well-formed XML") from None
    if root.getroottree().docinfo.doctype:
        raise NotReadable("it has a document type definition, which messages never need")
    nodes = [*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()]
    if not all(isinstance(node.tag, str) for node in nodes):
        raise NotReadable("it has comments or processing instructions, which messages never need")
    return root


def require_unique_ids(root: Element) -> None:
    """Let pass what cannot make a signature point at something else than it seems to.

    Raises:
        NotReadable: two elements share an id, or one has an ``xml:id``, which no SAML element has.
    """
    ids: Counter[str] = Counter()
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == _XML_ID:
                raise NotReadable("an element has an xml:id")
            if name.lower() == "id":
                ids[value] += 1
    repeated = [value for value, count in ids.items() if count > 1]
    if repeated:
        raise NotReadable(f"several elements have the ID {repeated[0]}")


def follows_schema(root: Element, schema: str) -> bool:
    """Whether a document is as a schema of the library says (``saml-schema-protocol-2.0.xsd``)."""
    return not isinstance(OneLogin_Saml2_XML.validate_xml(serialise(root), schema), str)


def serialise(root: Element) -> bytes:
    """An element as a document, with what it inherits."""
    return bytes(etree.tostring(root, with_tail=False))


def alone(element: Element) -> Element:
    """An element as a document of its own, in the form in which it was signed: all else is out of reach."""
    canonical = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    return parse(canonical, largest=len(canonical))


def find(root: Element, path: str) -> list[Element]:
    """Elements by an XPath with the usual prefixes."""
    found: list[Element] = root.xpath(path, namespaces=NAMES)
    return found


def text_of(element: Element) -> str:
    """The whole text of an element without children."""
    return "".join(element.itertext()).strip()


def moment(text: str | None) -> datetime | None:
    """An ``xs:dateTime``, in UTC where it does not say; None when it is missing or none."""
    try:
        parsed = datetime.fromisoformat((text or "").strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def instant(when: datetime) -> str:
    """A moment as SAML writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_element(
    namespace: str, name: str, attributes: dict[str, str] | None = None, text: str | None = None
) -> Element:
    """An element to write."""
    prefix = next(prefix for prefix, known in NAMES.items() if known == namespace)
    element = etree.Element(f"{{{namespace}}}{name}", attributes or {}, nsmap={prefix: namespace})
    element.text = text
    return element
