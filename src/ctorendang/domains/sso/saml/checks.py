"""Checks that every SAML message must pass: it can be read, has its shape, and is the provider's."""

from ctorendang.domains.sso.saml.settings import SamlSettings
from ctorendang.domains.sso.saml.signatures import algorithms_of, problem_with, signature_in, strong, verifies
from ctorendang.domains.sso.saml.xml import (
    SAMLP,
    Element,
    NotReadable,
    decode,
    find,
    follows_schema,
    inflate,
    parse,
    require_unique_ids,
)
from ctorendang.domains.sso.trace import Trace


def read_message(trace: Trace, encoded: str, *, compressed: bool) -> Element:
    """The message in a form field, or in an address, where it is compressed.

    Raises:
        SignOnRefused: there is none, or it cannot be read without danger.
    """
    trace.require(
        "Message is there",
        bool(encoded),
        expected="one parameter SAMLResponse or SAMLRequest",
        got="" if encoded else "none, or several",
        hint="The identity provider must send answers to the ACS URL by HTTP-POST, and sign-outs to the SLO URL.",
    )
    root, problem = None, ""
    try:
        content = decode(encoded)
        root = parse(inflate(content) if compressed else content)
        require_unique_ids(root)
    except NotReadable as error:
        problem = str(error)
    hint = "No identity provider sends this by itself: if it happens again, somebody is trying to get in."
    trace.require("Message can be read", not problem, expected="Base64 of plain XML", got=problem, hint=hint)
    return root


def check_shape(trace: Trace, root: Element, name: str) -> None:
    """Check that a message is what its address takes, by name and by the schema of SAML.

    Raises:
        SignOnRefused: it is something else.
    """
    trace.require(
        f"Message is a SAML 2.0 {name}",
        root.tag == f"{{{SAMLP}}}{name}" and root.get("Version") == "2.0",
        expected=f"samlp:{name}, version 2.0",
        got=f"{root.tag}, version {root.get('Version')}",
        hint="Choose SAML 2.0 at the identity provider, and check which of our addresses it uses for what.",
    )
    trace.require(
        "Message follows the schema",
        follows_schema(root, "saml-schema-protocol-2.0.xsd"),
        expected="saml-schema-protocol-2.0.xsd",
        hint="Something in the message stands where it must not: ask the maker of the identity provider.",
    )


def check_signature_places(trace: Trace, root: Element, homes: list[Element]) -> None:
    """Check that signatures stand nowhere but in ``homes``, one each at most.

    Raises:
        SignOnRefused: there are others.
    """
    strays = [each for each in find(root, "//ds:Signature") if each.getparent() not in homes]
    trace.require(
        "Signatures stand where they belong",
        not strays and all(len(find(home, "./ds:Signature")) <= 1 for home in homes),
        expected="one signature at most in the message, and one in its assertion",
        got=f"{len(strays)} elsewhere",
        hint="Signatures elsewhere are how other content is smuggled in: somebody may be trying to get in.",
    )


def check_signature(trace: Trace, settings: SamlSettings, element: Element, what: str) -> bool:
    """Verify the signature that stands in an element; whether there is one.

    Raises:
        SignOnRefused: there is one, and it is not good.
    """
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
    check_strength(trace, what, strong(algorithms_of(signature)), ", ".join(algorithms_of(signature)))
    check_maker(trace, settings, what, verifies(element.getroottree().getroot(), signature, settings.certificates))
    return True


def check_strength(trace: Trace, what: str, passed: bool, algorithms: str) -> None:
    """Note whether a signature is made by algorithms that hold.

    Raises:
        SignOnRefused: it is not.
    """
    trace.require(
        f"Signature of the {what} is strong",
        passed,
        expected="RSA or ECDSA with SHA-256 or better",
        got=algorithms,
        hint="Choose SHA-256 for signatures and digests at the identity provider.",
    )


def check_maker(trace: Trace, settings: SamlSettings, what: str, passed: bool) -> None:
    """Note whether a signature is the provider's.

    Raises:
        SignOnRefused: it is not.
    """
    trace.require(
        f"Signature of the {what} is the provider's",
        passed,
        expected="made with the key of one of this connection's certificates",
        hint="The message was changed, or the provider has a new certificate: read its metadata again.",
    )
