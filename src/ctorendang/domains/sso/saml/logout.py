"""Judging what a provider sends about signing out (saml-profiles-2.0 section 4.4). All of it must be signed.

The rules are separate from those of answers to sign-ins: there a signed assertion will do, here all is message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from ctorendang.domains.sso.saml.assertion import SKEW
from ctorendang.domains.sso.saml.checks import (
    check_maker,
    check_shape,
    check_signature,
    check_signature_places,
    check_strength,
    read_message,
)
from ctorendang.domains.sso.saml.messages import SUCCESS
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml.signatures import query_verifies, strong_method
from ctorendang.domains.sso.saml.xml import Element, NotReadable, alone, decode, find, moment, text_of
from ctorendang.domains.sso.trace import Trace

_OLDEST = timedelta(minutes=10)
_MOST_SESSIONS = 100
_SIGNED = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")


@dataclass(frozen=True, slots=True)
class LogoutMessage:
    """What came to the address for signing out, by either binding.

    Attributes:
        request: it asks us; otherwise it answers us.
        encoded: the message.
        relay_state: goes back as it came.
        signed: what the signature in an address covers, as it was sent; None for a form, whose signature is inside.
    """

    request: bool
    encoded: str
    relay_state: str
    signed: str | None = None
    signature: str = ""
    algorithm: str = ""

    @classmethod
    def from_query(cls, query: str) -> "LogoutMessage":
        """Read the query of an address, each parameter once at most."""
        raw: dict[str, list[str]] = {}
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            raw.setdefault(name, []).append(value)
        once = {name: values[0] if len(values) == 1 else "" for name, values in raw.items()}
        plain = {name: unquote_plus(value) for name, value in once.items()}
        request = "SAMLRequest" in once
        name = "SAMLRequest" if request else "SAMLResponse"
        both = request and "SAMLResponse" in once
        signed = "&".join(f"{name}={once[name]}" for name in _SIGNED if name in once)
        return cls(
            request,
            "" if both else plain.get(name, ""),
            plain.get("RelayState", ""),
            signed,
            plain.get("Signature", ""),
            plain.get("SigAlg", ""),
        )


@dataclass(frozen=True, slots=True)
class LogoutAsked:
    """The provider wants somebody signed out.

    Attributes:
        message_id: must not have been seen before.
        session_indexes: which of their sessions; all when empty.
        valid_until: it would not be accepted any more after it.
    """

    message_id: str
    subject: str
    session_indexes: tuple[str, ...]
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class LogoutAnswered:
    """The provider's answer to our request.

    Attributes:
        answers: id of the request.
        complete: the person is signed out everywhere.
    """

    answers: str
    complete: bool


def accept_logout_request(
    trace: Trace, settings: SamlSettings, sp: ServiceProvider, message: LogoutMessage, at: datetime
) -> LogoutAsked:
    """Check a request to sign somebody out.

    Raises:
        SignOnRefused: a check failed; the trace says which.
    """
    root = _verified(trace, settings, sp, message, at, "LogoutRequest")
    said = root.get("NotOnOrAfter")
    end = moment(said)
    trace.require(
        "Request has not ended",
        said is None or (end is not None and end > at - SKEW),
        expected=f"NotOnOrAfter after {at:%Y-%m-%d %H:%M:%S} UTC",
        got=said or "no end",
        hint="Compare the clocks of the identity provider and of this site.",
    )
    names = find(root, "./saml:NameID")
    subject = text_of(names[0]) if len(names) == 1 and not len(names[0]) else ""
    trace.require(
        "Name identifier",
        bool(subject) and len(subject) <= 1000,
        expected="a NameID, not encrypted",
        got=f"NameIDs: {len(names)}",
        hint="Let the identity provider send sign-out requests with a plain NameID.",
    )
    indexes = tuple(text_of(node) for node in find(root, "./samlp:SessionIndex"))
    trace.require(
        "Sessions are named",
        len(indexes) <= _MOST_SESSIONS,
        expected=f"up to {_MOST_SESSIONS} SessionIndex",
        got=str(len(indexes)),
    )
    trace.facts |= {"subject": subject, "issuer": settings.entity_id}
    return LogoutAsked(str(root.get("ID")), subject, indexes, at + _OLDEST + SKEW)


def accept_logout_response(
    trace: Trace, settings: SamlSettings, sp: ServiceProvider, message: LogoutMessage, at: datetime
) -> LogoutAnswered:
    """Check an answer to our request to sign somebody out.

    Raises:
        SignOnRefused: a check failed; the trace says which.
    """
    root = _verified(trace, settings, sp, message, at, "LogoutResponse")
    codes = [node.get("Value", "") for node in find(root, "./samlp:Status//samlp:StatusCode")]
    return LogoutAnswered(root.get("InResponseTo", ""), codes == [SUCCESS])


def _verified(
    trace: Trace, settings: SamlSettings, sp: ServiceProvider, message: LogoutMessage, at: datetime, name: str
) -> Element:
    """The message as it was signed, from the provider to this address, and new."""
    root = read_message(trace, message.encoded, compressed=message.signed is not None)
    check_shape(trace, root, name)
    if message.signed is None:
        check_signature_places(trace, root, [root])
        signed = check_signature(trace, settings, root, "message")
        _require_signed(trace, signed)
    else:
        _require_signed(trace, bool(message.signature))
        _check_query(trace, settings, message)
    root = alone(root)
    issuers = [text_of(node) for node in find(root, "./saml:Issuer")]
    trace.require(
        "Issuer",
        issuers == [settings.entity_id],
        expected=settings.entity_id,
        got=", ".join(issuers) or "nothing",
        hint="Set the entity ID here to what the identity provider calls itself, or read its metadata again.",
    )
    trace.require(
        "Destination",
        root.get("Destination") == sp.slo_url,
        expected=sp.slo_url,
        got=root.get("Destination") or "nothing",
        hint="Set the SLO URL (single logout URL) at the identity provider to exactly this.",
    )
    issued = moment(root.get("IssueInstant"))
    trace.require(
        "Issue time",
        issued is not None and at - _OLDEST < issued < at + SKEW,
        expected=f"within ten minutes of {at:%Y-%m-%d %H:%M:%S} UTC",
        got=root.get("IssueInstant", "nothing"),
        hint="Compare the clocks of the identity provider and of this site.",
    )
    return root


def _require_signed(trace: Trace, passed: bool) -> None:
    trace.require(
        "Signature is there",
        passed,
        expected="a signed message",
        got="" if passed else "it is not signed",
        hint="Turn on signing of sign-out requests and responses at the identity provider.",
    )


def _check_query(trace: Trace, settings: SamlSettings, message: LogoutMessage) -> None:
    check_strength(trace, "message", strong_method(message.algorithm), message.algorithm)
    try:
        signature = decode(message.signature)
    except NotReadable:
        signature = b""
    passed = query_verifies(message.signed or "", signature, message.algorithm, settings.certificates)
    check_maker(trace, settings, "message", passed)
