"""An identity provider of the tests' own that says whatever it is told to, and signs it: on lxml and xmlsec alone."""

import base64
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zlib import compressobj

import xmlsec
from lxml import etree

from ctorendang.domains.sso.saml.certificates import make_key_pair
from ctorendang.domains.sso.saml.settings import KeyPair

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"samlp": SAMLP, "saml": SAML, "ds": DS, "xenc": "http://www.w3.org/2001/04/xmlenc#"}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

Element = Any


@dataclass(frozen=True)
class Claims:
    """What an answer says; None leaves a part out."""

    issuer: str
    destination: str | None
    recipient: str | None
    audiences: tuple[tuple[str, ...], ...]
    in_response_to: str | None
    response_in_response_to: str | None
    response_issuer: str | None = None
    subject: str | None = "ada"
    subject_format: str = PERSISTENT
    attributes: tuple[tuple[str, str], ...] = (("email", "ada@corp.example"), ("name", "Ada Corp"))
    version: str = "2.0"
    status: tuple[str, ...] = (SUCCESS,)
    method: str = BEARER
    issued: timedelta = timedelta()
    begins: timedelta | None = timedelta(minutes=-1)
    ends: timedelta | None = timedelta(minutes=5)
    confirmation_begins: timedelta | None = None
    confirmation_ends: timedelta | None = timedelta(minutes=5)
    authenticated: timedelta = timedelta()
    session_ends: timedelta | None = None
    session_index: str = "session-1"
    conditions: bool = True
    statements: int = 1
    assertion_id: str = field(default_factory=lambda: f"_{uuid4().hex}")


def at(offset: timedelta) -> str:
    return (datetime.now(UTC) + offset).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(namespace: str, name: str, text: str | None = None, /, **attributes: str | None) -> Element:
    prefix = next(prefix for prefix, known in NAMES.items() if known == namespace)
    given = {key: value for key, value in attributes.items() if value is not None}
    element = etree.Element(f"{{{namespace}}}{name}", given, nsmap={prefix: namespace})
    element.text = text
    return element


def assertion(claims: Claims) -> Element:
    """An assertion, not signed."""
    root = make(SAML, "Assertion", ID=claims.assertion_id, Version="2.0", IssueInstant=at(claims.issued))
    root.append(make(SAML, "Issuer", claims.issuer))
    root.append(_subject(claims))
    if claims.conditions:
        begins = None if claims.begins is None else at(claims.begins)
        ends = None if claims.ends is None else at(claims.ends)
        conditions = make(SAML, "Conditions", NotBefore=begins, NotOnOrAfter=ends)
        for audiences in claims.audiences:
            restriction = make(SAML, "AudienceRestriction")
            restriction.extend(make(SAML, "Audience", audience) for audience in audiences)
            conditions.append(restriction)
        root.append(conditions)
    for _ in range(claims.statements):
        session_ends = None if claims.session_ends is None else at(claims.session_ends)
        statement = make(
            SAML, "AuthnStatement", AuthnInstant=at(claims.authenticated), SessionIndex=claims.session_index,
            SessionNotOnOrAfter=session_ends,
        )  # fmt: skip
        context = make(SAML, "AuthnContext")
        context.append(make(SAML, "AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"))
        statement.append(context)
        root.append(statement)
    attributes = make(SAML, "AttributeStatement")
    for name, value in claims.attributes:
        attribute = make(SAML, "Attribute", Name=name)
        attribute.append(make(SAML, "AttributeValue", value))
        attributes.append(attribute)
    if claims.attributes:
        root.append(attributes)
    return root


def _subject(claims: Claims) -> Element:
    subject = make(SAML, "Subject")
    if claims.subject is not None:
        subject.append(make(SAML, "NameID", claims.subject, Format=claims.subject_format))
    confirmation = make(SAML, "SubjectConfirmation", Method=claims.method)
    confirmation.append(
        make(
            SAML, "SubjectConfirmationData", Recipient=claims.recipient, InResponseTo=claims.in_response_to,
            NotBefore=None if claims.confirmation_begins is None else at(claims.confirmation_begins),
            NotOnOrAfter=None if claims.confirmation_ends is None else at(claims.confirmation_ends),
        )
    )  # fmt: skip
    subject.append(confirmation)
    return subject


def response(claims: Claims, *assertions: Element) -> Element:
    """A response around assertions, not signed."""
    root = make(
        SAMLP, "Response", ID=f"_{uuid4().hex}", Version=claims.version, IssueInstant=at(claims.issued),
        Destination=claims.destination, InResponseTo=claims.response_in_response_to,
    )  # fmt: skip
    root.append(make(SAML, "Issuer", claims.response_issuer or claims.issuer))
    status = make(SAMLP, "Status")
    holder = status
    for value in claims.status:
        code = make(SAMLP, "StatusCode", Value=value)
        holder.append(code)
        holder = code
    root.append(status)
    root.extend(assertions)
    return root


class Signer:
    """Keys, and every way to sign with them."""

    def __init__(self, name: str = "idp.example") -> None:
        self.keys: KeyPair = make_key_pair(name, datetime.now(UTC))

    @property
    def certificate(self) -> str:
        return self.keys.certificate

    def sign(
        self,
        element: Element,
        *,
        method: Any = xmlsec.Transform.RSA_SHA256,
        digest: Any = xmlsec.Transform.SHA256,
        uri: str | None = None,
        transforms: tuple[Any, ...] = (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N),
        key: Any = None,
        canonical: Any = xmlsec.Transform.EXCL_C14N,
    ) -> Element:
        """Put a signature after the issuer; changes and returns the element."""
        element = renewed(element)
        signature = xmlsec.template.create(element, canonical, method, ns="ds")
        element.insert(1, signature)
        wanted = f"#{element.get('ID')}" if uri is None else uri
        reference = xmlsec.template.add_reference(signature, digest, uri=wanted)
        for transform in transforms:
            xmlsec.template.add_transform(reference, transform)
        if key is None:
            xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
        xmlsec.tree.add_ids(element, ["ID"])
        context = xmlsec.SignatureContext()
        if key is None:
            key = xmlsec.Key.from_memory(self.keys.private_key, xmlsec.KeyFormat.PEM, None)
            key.load_cert_from_memory(self.keys.certificate, xmlsec.KeyFormat.PEM)
        context.key = key
        context.sign(signature)
        return element

    def sign_text(self, text: str, method: Any = xmlsec.Transform.RSA_SHA256) -> bytes:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.keys.private_key, xmlsec.KeyFormat.PEM, None)
        return context.sign_binary(text.encode(), method)


def encrypted(
    element: Element,
    certificate: str,
    *,
    key_method: Any = xmlsec.Transform.RSA_OAEP,
    method: Any = xmlsec.Transform.AES256,
    name: str = "EncryptedAssertion",
) -> Element:
    """An element encrypted for whoever owns the certificate."""
    holder = make(SAML, name)
    holder.append(renewed(element))
    data = xmlsec.template.encrypted_data_create(holder, method, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    information = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(information, key_method)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM, None))
    context = xmlsec.EncryptionContext(manager)
    kind, bits = (xmlsec.KeyData.AES, 256) if method == xmlsec.Transform.AES256 else (xmlsec.KeyData.DES, 192)
    context.key = xmlsec.Key.generate(kind, bits, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(data, holder[0])
    return holder


def renewed(element: Element) -> Element:
    """A copy that is a document of its own."""
    return etree.fromstring(etree.tostring(deepcopy(element)))


def find(root: Element, path: str) -> Element:
    return root.xpath(path, namespaces=NAMES)[0]


def encode(content: Element | bytes) -> str:
    plain = content if isinstance(content, bytes) else etree.tostring(content)
    return base64.b64encode(plain).decode()


def deflated(content: bytes) -> str:
    deflater = compressobj(9, wbits=-15)
    return base64.b64encode(deflater.compress(content) + deflater.flush()).decode()


def logout_request(issuer: str, destination: str | None, subject: str = "ada", **changes: Any) -> Element:
    """A request to sign somebody out, not signed."""
    issued = changes.pop("issued", timedelta())
    root = make(
        SAMLP, "LogoutRequest", ID=f"_{uuid4().hex}", Version="2.0", IssueInstant=at(issued), Destination=destination,
        **changes,
    )  # fmt: skip
    root.append(make(SAML, "Issuer", issuer))
    root.append(make(SAML, "NameID", subject, Format=PERSISTENT))
    return root


def logout_response(issuer: str, destination: str, in_response_to: str | None, status: str = SUCCESS) -> Element:
    """An answer to our request to sign somebody out, not signed."""
    root = make(
        SAMLP, "LogoutResponse", ID=f"_{uuid4().hex}", Version="2.0", IssueInstant=at(timedelta()),
        Destination=destination, InResponseTo=in_response_to,
    )  # fmt: skip
    root.append(make(SAML, "Issuer", issuer))
    holder = make(SAMLP, "Status")
    holder.append(make(SAMLP, "StatusCode", Value=status))
    root.append(holder)
    return root


def signed_query(
    signer: Signer,
    message: Element | str,
    *,
    parameter: str = "SAMLRequest",
    relay_state: str | None = None,
    method: Any = xmlsec.Transform.RSA_SHA256,
    algorithm: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
) -> str:
    """A message as it stands in an address, signed."""
    encoded = message if isinstance(message, str) else deflated(etree.tostring(message))
    query = f"{parameter}={quote(encoded, safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    query += f"&SigAlg={quote(algorithm, safe='')}"
    signature = base64.b64encode(signer.sign_text(query, method)).decode()
    return f"{query}&Signature={quote(signature, safe='')}"


def changed(claims: Claims, **changes: Any) -> Claims:
    return replace(claims, **changes)
