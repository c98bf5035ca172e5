"""Judging a provider's answer (saml-profiles-2.0 section 4.1.4.3): every check is noted, the first that fails ends it.

The order matters: shape, then signature, then what the signed part says. Nothing outside of it is believed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.saml_assertion import Expected, Reader
from ctorendang.domains.sso.saml_encryption import decrypt_assertion
from ctorendang.domains.sso.saml_messages import SUCCESS
from ctorendang.domains.sso.saml_settings import SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml_signatures import algorithms_of, problem_with, signature_in, strong, verifies
from ctorendang.domains.sso.saml_xml import (
    SAMLP,
    Element,
    NotReadable,
    alone,
    decode,
    find,
    follows_schema,
    parse,
    require_unique_ids,
    text_of,
)
from ctorendang.domains.sso.trace import Trace

_RESPONSE = "/samlp:Response"
_ASSERTION = "/samlp:Response/saml:Assertion"
_ENCRYPTED = "/samlp:Response/saml:EncryptedAssertion"
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that passed every check but those that need a memory.

    Attributes:
        assertion_id: must not have been seen before.
        valid_until: the answer would not be accepted any more after it.
    """

    identity: VerifiedIdentity
    assertion_id: str
    valid_until: datetime


def accept_response(
    trace: Trace, settings: SamlSettings, sp: ServiceProvider, encoded: str, expected: Expected
) -> Accepted:
    """Check an answer that came by POST.

    Args:
        trace: where every check is noted.
        settings: of the connection that the address names.
        sp: what we are to its provider.
        encoded: the form field ``SAMLResponse``.
        expected: what an answer must fit.

    Raises:
        SignOnRefused: a check failed; the trace says which.
    """
    root = _read(trace, encoded)
    _check_shape(trace, root)
    _check_status(trace, root)
    _check_places(trace, root)
    response_signed = _check_signature(trace, settings, root, "response")
    root = _decrypted(trace, settings, sp, root)
    found = find(root, _ASSERTION)[0]
    assertion_signed = _check_signature(trace, settings, found, "assertion")
    trace.require(
        "Signature is there",
        response_signed or assertion_signed,
        expected="a signed assertion, or a signed response around it",
        got="neither is signed",
        hint="Turn on signing of assertions at the identity provider.",
    )
    reader = Reader(trace, settings, sp, alone(found), expected)
    reader.check_response(root)
    return Accepted(reader.identity(), reader.assertion_id, reader.valid_until(_REMEMBERED))


def _read(trace: Trace, encoded: str) -> Element:
    trace.require(
        "Answer is there",
        bool(encoded),
        expected="the form field SAMLResponse",
        got="" if encoded else "nothing",
        hint="The provider must send its answer to this address by HTTP-POST.",
    )
    root, problem = None, ""
    try:
        root = parse(decode(encoded))
        require_unique_ids(root)
    except NotReadable as error:
        problem = str(error)
    hint = "No identity provider sends this by itself: if it happens again, somebody is trying to get in."
    trace.require("Answer can be read", not problem, expected="Base64 of plain XML", got=problem, hint=hint)
    return root


def _check_shape(trace: Trace, root: Element) -> None:
    trace.require(
        "Answer is a SAML 2.0 response",
        root.tag == f"{{{SAMLP}}}Response" and root.get("Version") == "2.0",
        expected="samlp:Response, version 2.0",
        got=f"{root.tag}, version {root.get('Version')}",
        hint="Choose SAML 2.0 at the identity provider, and this address for its responses.",
    )
    trace.require(
        "Answer follows the schema",
        follows_schema(root, "saml-schema-protocol-2.0.xsd"),
        expected="saml-schema-protocol-2.0.xsd",
        hint="Something in the answer stands where it must not: ask the maker of the identity provider.",
    )


def _check_status(trace: Trace, root: Element) -> None:
    codes = [node.get("Value", "") for node in find(root, f"{_RESPONSE}/samlp:Status//samlp:StatusCode")]
    said = [text_of(node) for node in find(root, f"{_RESPONSE}/samlp:Status/samlp:StatusMessage")]
    trace.require(
        "Provider reports success",
        codes[:1] == [SUCCESS],
        expected=SUCCESS,
        got=" ".join([*codes, *said]),
        hint="The identity provider has refused: its own log says why. Often the person is not assigned to the app.",
    )
    plain, encrypted = find(root, "//saml:Assertion"), find(root, "//saml:EncryptedAssertion")
    at_home = len(find(root, _ASSERTION)) + len(find(root, _ENCRYPTED))
    trace.require(
        "Answer has one assertion",
        len(plain) + len(encrypted) == at_home == 1,
        expected="one assertion, directly in the response",
        got=f"{len(plain)} assertions and {len(encrypted)} encrypted ones, {at_home} of them directly in the response",
        hint="Let the identity provider send one assertion. Several of them are how signatures are tricked.",
    )


def _decrypted(trace: Trace, settings: SamlSettings, sp: ServiceProvider, root: Element) -> Element:
    encrypted = bool(find(root, _ENCRYPTED))
    trace.require(
        "Assertion is encrypted",
        encrypted or not settings.want_encrypted,
        expected="an encrypted assertion" if settings.want_encrypted else "encryption is not required",
        got="encrypted" if encrypted else "not encrypted",
        hint="Turn on encryption at the identity provider with our certificate, or stop requiring it here.",
    )
    if not encrypted:
        return root
    problem = ""
    try:
        root = decrypt_assertion(root, sp.keys)
        require_unique_ids(root)
    except NotReadable as error:
        problem = str(error)
    hint = "Give the identity provider our current certificate (metadata), and RSA-OAEP with AES for encryption."
    trace.require("Assertion can be decrypted", not problem, got=problem, hint=hint)
    trace.require(
        "Decrypted answer has one assertion",
        len(find(root, "//saml:Assertion")) == len(find(root, _ASSERTION)) == 1
        and follows_schema(root, "saml-schema-protocol-2.0.xsd"),
        expected="one assertion as the schema wants it",
        hint="What was encrypted is not one assertion: ask the maker of the identity provider.",
    )
    _check_places(trace, root)
    return root


def _check_places(trace: Trace, root: Element) -> None:
    homes = [root, *find(root, _ASSERTION)]
    strays = [each for each in find(root, "//ds:Signature") if each.getparent() not in homes]
    trace.require(
        "Signatures stand where they belong",
        not strays and all(len(find(home, "./ds:Signature")) <= 1 for home in homes),
        expected="one signature at most in the response, and one in the assertion",
        got=f"{len(strays)} elsewhere",
        hint="Signatures elsewhere are how other content is smuggled in: somebody may be trying to get in.",
    )


def _check_signature(trace: Trace, settings: SamlSettings, element: Element, what: str) -> bool:
    """Verify the signature that stands in an element; whether there is one."""
    signature = signature_in(element)
    if signature is None:
        return False
    problem = problem_with(signature)
    trace.require(
        f"Signature covers the {what}",
        not problem,
        expected=f"one reference to the {what}, enveloped, with exclusive canonicalization",
        got=problem,
        hint="No identity provider signs like this by itself: somebody may be trying to get in.",
    )
    algorithms = algorithms_of(signature)
    trace.require(
        f"Signature of the {what} is strong",
        strong(algorithms),
        expected="RSA or ECDSA with SHA-256 or better",
        got=", ".join(algorithms),
        hint="Choose SHA-256 for signatures and digests at the identity provider.",
    )
    trace.require(
        f"Signature of the {what} is the provider's",
        verifies(element.getroottree().getroot(), signature, settings.certificates),
        expected=f"made with the key of one of the {len(settings.certificates)} certificates of this connection",
        hint="The answer was changed, or the provider has a new certificate: read its metadata again.",
    )
    return True
