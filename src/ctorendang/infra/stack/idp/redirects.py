"""Messages in addresses (saml-bindings-2.0 section 3.4): deflated, and signed beside themselves."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from ctorendang.infra.stack.idp.applications import safe_parser
from ctorendang.infra.stack.idp.errors import Refused
from ctorendang.infra.stack.idp.keys import SigningKey

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_MOST_BYTES = 100_000


def read_message(query: str, parameter: str) -> Any:
    """The message in a query.

    Raises:
        Refused: there is none, or it cannot be read.
    """
    values = parse_qs(query).get(parameter, [])
    if len(values) != 1:
        raise Refused(f"The address lacks its {parameter}.")
    try:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflater.decompress(base64.b64decode(values[0], validate=True), _MOST_BYTES)
        root = etree.fromstring(content, safe_parser())
    except (binascii.Error, zlib.error, etree.XMLSyntaxError, ValueError):
        raise Refused(f"{parameter} cannot be read.") from None
    if not inflater.eof or root.getroottree().docinfo.doctype:
        raise Refused(f"{parameter} is not as a message should be.")
    return root


def require_signature(query: str, parameter: str, certificates: Sequence[str]) -> None:
    """Let pass what was signed with the key of one of the certificates.

    Raises:
        Refused: it was not.
    """
    raw = dict(part.partition("=")[::2] for part in query.split("&"))
    given = parse_qs(query)
    if given.get("SigAlg") != [_RSA_SHA256]:
        raise Refused("The message must be signed with RSA and SHA-256.")
    signed = "&".join(f"{name}={raw[name]}" for name in (parameter, "RelayState", "SigAlg") if name in raw)
    try:
        signature = base64.b64decode(given.get("Signature", [""])[0], validate=True)
    except (binascii.Error, ValueError):
        raise Refused("The signature cannot be read.") from None
    if not any(_verifies(signed.encode(), signature, certificate) for certificate in certificates):
        raise Refused("The signature is not by any key of the application's metadata.")


def _verifies(signed: bytes, signature: bytes, certificate: str) -> bool:
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_address(address: str, parameter: str, message: Any, relay_state: str, key: SigningKey) -> str:
    """The address that brings a message to where it goes."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    content = deflater.compress(etree.tostring(message)) + deflater.flush()
    values = {parameter: base64.b64encode(content).decode(), "RelayState": relay_state, "SigAlg": _RSA_SHA256}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items() if value)
    private_key = serialization.load_pem_private_key(key.private_key, None)
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError("The signing key is an RSA key.")
    signature = base64.b64encode(private_key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return f"{address}{'&' if '?' in address else '?'}{query}&Signature={quote(signature, safe='')}"
