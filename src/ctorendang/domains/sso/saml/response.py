"""Judging a provider's answer (saml-profiles-2.0 section 4.1.4.3): every check is noted, the first that fails ends it.

The order matters: shape, then signature, then what the signed part says. Nothing outside of it is believed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.saml.assertion import Expected, Reader
from ctorendang.domains.sso.saml.checks import check_shape, check_signature, check_signature_places, read_message
from ctorendang.domains.sso.saml.encryption import decrypt_assertion
from ctorendang.domains.sso.saml.messages import SUCCESS
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml.xml import (
    Element,
    NotReadable,
    alone,
    find,
    follows_schema,
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
    root = read_message(trace, encoded, compressed=False)
    check_shape(trace, root, "Response")
    _check_status(trace, root)
    check_signature_places(trace, root, [root, *find(root, _ASSERTION)])
    response_signed = check_signature(trace, settings, root, "response")
    found = _assertion(trace, settings, sp, root)
    assertion_signed = check_signature(trace, settings, found, "assertion")
    signed = [name for name, is_signed in (("response", response_signed), ("assertion", assertion_signed)) if is_signed]
    trace.require(
        "Signature is there",
        bool(signed),
        expected="a signed assertion, or a signed response around it",
        got=f"signed: {', '.join(signed) or 'neither'}",
        hint="Turn on signing of assertions at the identity provider.",
    )
    reader = Reader(trace, settings, sp, alone(found), expected)
    reader.check_response(root)
    return Accepted(reader.identity(), reader.assertion_id, reader.valid_until(_REMEMBERED))


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
        got=f"plain: {len(plain)}, encrypted: {len(encrypted)}, of them directly in the response: {at_home}",
        hint="Let the identity provider send one assertion. Several of them are how signatures are tricked.",
    )


def _assertion(trace: Trace, settings: SamlSettings, sp: ServiceProvider, root: Element) -> Element:
    """The one assertion, opened where it is encrypted."""
    encrypted = bool(find(root, _ENCRYPTED))
    trace.require(
        "Assertion is encrypted",
        encrypted or not settings.want_encrypted,
        expected="an encrypted assertion" if settings.want_encrypted else "encryption is not required",
        got="encrypted" if encrypted else "not encrypted",
        hint="Turn on encryption at the identity provider with our certificate, or stop requiring it here.",
    )
    if not encrypted:
        return find(root, _ASSERTION)[0]
    opened, problem = root, ""
    try:
        opened = decrypt_assertion(root, sp.keys)
        require_unique_ids(opened)
    except NotReadable as error:
        problem = str(error)
    hint = "Give the identity provider our current certificate (metadata), and RSA-OAEP with AES for encryption."
    trace.require("Assertion can be decrypted", not problem, got=problem, hint=hint)
    trace.require(
        "Decrypted answer has one assertion",
        len(find(opened, "//saml:Assertion | //saml:EncryptedAssertion")) == 1
        and follows_schema(opened, "saml-schema-assertion-2.0.xsd"),
        expected="one assertion as the schema wants it",
        hint="What was encrypted is not one assertion: ask the maker of the identity provider.",
    )
    check_signature_places(trace, opened, [opened])
    return opened
