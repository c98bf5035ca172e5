"""Signatures of SAML messages (saml-core-2.0 section 5, saml-bindings-2.0 section 3.4.4.1): made, and doubted.

The library verifies what a signature says. What a signature may say is decided here, since in XML it may say anything:
where it stands, that it covers the very element it stands in, by which algorithms, and that nothing is fetched for it.
"""

from typing import Any

import xmlsec
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from xmlsec import constants

from ctorendang.domains.sso.saml.settings import KeyPair
from ctorendang.domains.sso.saml.xml import DS, Element, find

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

_SIGNATURE_METHODS = {
    RSA_SHA256: constants.TransformRsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": constants.TransformRsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": constants.TransformRsaSha512,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": constants.TransformEcdsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": constants.TransformEcdsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": constants.TransformEcdsaSha512,
}
_DIGEST_METHODS = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICALIZATIONS = frozenset({_EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"})
_ENVELOPED = f"{DS}enveloped-signature"
_PARTS = ["SignedInfo", "SignatureValue", "KeyInfo"]


def signature_in(element: Element) -> Element | None:
    """The signature that stands directly in an element."""
    found = find(element, "./ds:Signature")
    return found[0] if len(found) == 1 else None


def problem_with(signature: Element) -> str:
    """What a signature says that no honest provider's says; empty when it is plain (saml-core-2.0 section 5.4)."""
    element = signature.getparent()
    parts = [child.tag for child in signature]
    if parts not in ([f"{{{DS}}}{name}" for name in _PARTS[:count]] for count in (2, 3)):
        return "it has other parts than SignedInfo, SignatureValue and KeyInfo"
    references = find(signature, "./ds:SignedInfo/ds:Reference")
    if len(references) != 1:
        return f"it covers {len(references)} things instead of one"
    if not element.get("ID") or references[0].get("URI") != f"#{element.get('ID')}":
        return "it does not cover the element that it stands in"
    if any(not node.get("URI", "#").startswith("#") for node in signature.iter()):
        return "it refers to another address"
    transforms = [node.get("Algorithm") for node in find(references[0], "./ds:Transforms/ds:Transform")]
    if len(find(signature, ".//ds:Transform")) != len(transforms) or transforms != [_ENVELOPED, _EXCLUSIVE]:
        return f"it transforms what it covers by {', '.join(map(str, transforms)) or 'nothing'}"
    return ""


def algorithms_of(signature: Element) -> list[str]:
    """The algorithms that a signature names: of canonicalization, signing and digesting."""
    paths = ("CanonicalizationMethod", "SignatureMethod", "Reference/ds:DigestMethod")
    return [node.get("Algorithm", "") for path in paths for node in find(signature, f"./ds:SignedInfo/ds:{path}")]


def strong(algorithms: list[str]) -> bool:
    """Whether they are the three that a signature has, and all beyond doubt: no SHA-1, no shared secrets."""
    if len(algorithms) != 3:
        return False
    canonicalization, method, digest = algorithms
    return canonicalization in _CANONICALIZATIONS and method in _SIGNATURE_METHODS and digest in _DIGEST_METHODS


def strong_method(method: str) -> bool:
    """Whether a way of signing is beyond doubt."""
    return method in _SIGNATURE_METHODS


def verifies(root: Element, signature: Element, certificates: tuple[str, ...]) -> bool:
    """Whether the key of one of the certificates made a signature; what the signature says of its key is ignored."""
    xmlsec.tree.add_ids(root, ["ID"])
    return any(
        OneLogin_Saml2_Utils.validate_node_sign(signature, root, cert=certificate, raise_exceptions=False)
        for certificate in certificates
    )


def query_verifies(signed: str, signature: bytes, algorithm: str, certificates: tuple[str, ...]) -> bool:
    """Whether a message in an address was signed by the key of one of the certificates.

    Args:
        signed: the parameters as they were sent, not decoded (saml-bindings-2.0 section 3.4.4.1).
        signature: decoded.
        algorithm: what ``SigAlg`` says; only strong ones are good.
        certificates: PEM.
    """
    method = _SIGNATURE_METHODS.get(algorithm)
    return method is not None and any(_one_verifies(signed, signature, method, each) for each in certificates)


def _one_verifies(signed: str, signature: bytes, method: Any, certificate: str) -> bool:
    context = xmlsec.SignatureContext()
    try:
        context.key = xmlsec.Key.from_memory(certificate, constants.KeyDataFormatCertPem, None)
        context.verify_binary(signed.encode(), method, signature)
    except xmlsec.Error:
        return False
    return True


def sign_query(text: str, keys: KeyPair) -> bytes:
    """Sign the parameters of an address with RSA and SHA-256."""
    return bytes(OneLogin_Saml2_Utils.sign_binary(text, keys.private_key))


def sign(message: bytes, keys: KeyPair) -> bytes:
    """A message with a signature inside, for a form."""
    return bytes(OneLogin_Saml2_Utils.add_sign(message, keys.private_key, keys.certificate))
