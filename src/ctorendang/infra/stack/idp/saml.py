"""What a SAML 2.0 identity provider says (saml-core-2.0, saml-profiles-2.0 section 4)."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import xmlsec
from lxml import etree
from lxml.builder import ElementMaker
from xmlsec import constants

from ctorendang.infra.stack.idp.applications import NAMES, ServiceProvider, require_own_machine
from ctorendang.infra.stack.idp.errors import Refused
from ctorendang.infra.stack.idp.keys import SigningKey
from ctorendang.infra.stack.idp.people import Person

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_MINUTES = timedelta(minutes=5)

_MD = ElementMaker(namespace=NAMES["md"], nsmap={"md": NAMES["md"], "ds": NAMES["ds"]})
_DS = ElementMaker(namespace=NAMES["ds"], nsmap={"ds": NAMES["ds"]})
_SAML = ElementMaker(namespace=NAMES["saml"], nsmap={"saml": NAMES["saml"]})
_SAMLP = ElementMaker(namespace=NAMES["samlp"], nsmap={"samlp": NAMES["samlp"], "saml": NAMES["saml"]})


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid AuthnRequest.

    Attributes:
        force: the person shall show anew who they are.
    """

    id: str
    application: ServiceProvider
    consumer: str
    relay_state: str
    force: bool


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """One organisation's.

    Attributes:
        base: the address of everything it offers, and of its metadata.
    """

    base: str
    key: SigningKey

    @property
    def entity_id(self) -> str:
        """What it calls itself."""
        return f"{self.base}/metadata"

    def metadata(self) -> bytes:
        """Describe it (saml-metadata-2.0 section 2.4.3)."""
        certificate = _DS.X509Certificate(self.key.certificate_base64)
        role = _MD.IDPSSODescriptor(
            _MD.KeyDescriptor(_DS.KeyInfo(_DS.X509Data(certificate)), use="signing"),
            _MD.SingleLogoutService(Binding=REDIRECT, Location=f"{self.base}/slo"),
            _MD.NameIDFormat(PERSISTENT),
            _MD.SingleSignOnService(Binding=REDIRECT, Location=f"{self.base}/sso"),
            protocolSupportEnumeration=NAMES["samlp"],
            WantAuthnRequestsSigned="true",
        )
        descriptor = _MD.EntityDescriptor(role, entityID=self.entity_id)
        return bytes(etree.tostring(descriptor, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def read_request(self, request: Any, application: ServiceProvider, relay_state: str) -> Asked:
        """Understand an AuthnRequest (saml-core-2.0 section 3.4.1).

        Raises:
            Refused: it is none, or wants the answer where it does not belong.
        """
        if request.tag != f"{{{NAMES['samlp']}}}AuthnRequest" or request.get("Destination") != f"{self.base}/sso":
            raise Refused("This is no request for signing somebody on here.")
        consumer = request.get("AssertionConsumerServiceURL") or next(iter(application.consumers), "")
        if consumer not in application.consumers:
            raise Refused("The application's metadata does not name the address that the answer should go to.")
        require_own_machine(consumer)
        return Asked(request.get("ID", ""), application, consumer, relay_state, request.get("ForceAuthn") == "true")

    def response(self, asked: Asked, person: Person, session: str, since: datetime) -> str:
        """Say who somebody is; Base64, for a form."""
        now = datetime.now(UTC)
        assertion = self._assertion(asked, person, session, since, now)
        response = _SAMLP.Response(
            _SAML.Issuer(self.entity_id),
            _SAMLP.Status(_SAMLP.StatusCode(Value=_SUCCESS)),
            assertion,
            Destination=asked.consumer,
            InResponseTo=asked.id,
            **_head(now),
        )
        _sign(assertion, self.key)
        return base64.b64encode(etree.tostring(response)).decode()

    def _assertion(self, asked: Asked, person: Person, session: str, since: datetime, now: datetime) -> Any:
        until = _instant(now + _MINUTES)
        confirmation = _SAML.SubjectConfirmationData(
            InResponseTo=asked.id, Recipient=asked.consumer, NotOnOrAfter=until
        )
        context = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
        return _SAML.Assertion(
            _SAML.Issuer(self.entity_id),
            _SAML.Subject(
                _SAML.NameID(person.subject, Format=PERSISTENT),
                _SAML.SubjectConfirmation(confirmation, Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"),
            ),
            _SAML.Conditions(
                _SAML.AudienceRestriction(_SAML.Audience(asked.application.entity_id)),
                NotBefore=_instant(now - _MINUTES),
                NotOnOrAfter=until,
            ),
            _SAML.AuthnStatement(
                _SAML.AuthnContext(_SAML.AuthnContextClassRef(context)),
                AuthnInstant=_instant(since),
                SessionIndex=session,
            ),
            _SAML.AttributeStatement(
                _attribute("email", [person.email]),
                _attribute("name", [person.name]),
                _attribute("groups", person.groups),
            ),
            **_head(now),
        )

    def logout_request(self, application: ServiceProvider, person: Person, session: str) -> Any:
        """Ask an application to sign somebody out (saml-core-2.0 section 3.7.1)."""
        return _SAMLP.LogoutRequest(
            _SAML.Issuer(self.entity_id),
            _SAML.NameID(person.subject, Format=PERSISTENT),
            _SAMLP.SessionIndex(session),
            Destination=application.logout,
            NotOnOrAfter=_instant(datetime.now(UTC) + _MINUTES),
            **_head(datetime.now(UTC)),
        )

    def logout_response(self, application: ServiceProvider, request_id: str) -> Any:
        """Tell an application that somebody is signed out (saml-core-2.0 section 3.7.2)."""
        return _SAMLP.LogoutResponse(
            _SAML.Issuer(self.entity_id),
            _SAMLP.Status(_SAMLP.StatusCode(Value=_SUCCESS)),
            Destination=application.logout,
            InResponseTo=request_id,
            **_head(datetime.now(UTC)),
        )


def _head(now: datetime) -> dict[str, str]:
    return {"ID": f"_{secrets.token_hex(20)}", "Version": "2.0", "IssueInstant": _instant(now)}


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _attribute(name: str, values: Sequence[str]) -> Any:
    return _SAML.Attribute(*map(_SAML.AttributeValue, values), Name=name)


def _sign(element: Any, key: SigningKey) -> None:
    """Sign an element with RSA and SHA-256, inside itself after its Issuer (saml-core-2.0 section 5.4)."""
    signature = xmlsec.template.create(element, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds")
    element.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.tree.add_ids(element, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.private_key, constants.KeyDataFormatPem, None)
    context.key.load_cert_from_memory(key.certificate, constants.KeyDataFormatCertPem)
    context.sign(signature)
