"""An honest identity provider of somebody else's making (pysaml2), for a browser to talk to."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import get_pem_wrapped_unwrapped, make_temp, pre_encryption_part, verify_redirect_signature
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, SLO_URL, SSO_URL

SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
PASSWORD = {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "authn_auth": IDP}
BINDINGS = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST}


class _Server(Server):
    """Encrypts as providers do today: pysaml2 itself knows nothing newer than triple DES."""

    def _encrypt_assertion(self, encrypt_cert: str, sp_entity_id: str, response: Any, node_xpath: Any = None) -> Any:
        certificates = [encrypt_cert] if encrypt_cert else [
            each for _, each in self.metadata.certs(sp_entity_id, "any", "encryption")
        ]  # fmt: skip
        wrapped, plain = get_pem_wrapped_unwrapped(certificates[0])
        template = pre_encryption_part(msg_enc="http://www.w3.org/2001/04/xmlenc#aes256-cbc", encrypt_cert=plain)
        file = make_temp(wrapped.encode(), decode=False)
        return self.sec.encrypt_assertion(response, file.name, template, key_type="aes-256", node_xpath=node_xpath)


class Peer:
    """The provider; it believes what the product's metadata says."""

    def __init__(self, folder: Path, signer: Signer, metadata: str) -> None:
        self.folder = folder
        (folder / "idp.key").write_text(signer.keys.private_key)
        (folder / "idp.crt").write_text(signer.certificate)
        self.learn(metadata)

    def learn(self, metadata: str) -> None:
        """Read the product's metadata (again)."""
        services = {
            "single_sign_on_service": [(SSO_URL, BINDING_HTTP_REDIRECT), (SSO_URL, BINDING_HTTP_POST)],
            "single_logout_service": [(SLO_URL, BINDING_HTTP_REDIRECT), (SLO_URL, BINDING_HTTP_POST)],
        }
        config = {
            "entityid": IDP,
            "service": {
                "idp": {
                    "endpoints": services,
                    "want_authn_requests_signed": True,
                    "policy": {"default": {"name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"}},
                }
            },
            "key_file": str(self.folder / "idp.key"),
            "cert_file": str(self.folder / "idp.crt"),
            "encryption_keypairs": [],
            "metadata": {"inline": [metadata]},
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "signing_algorithm": SHA256,
            "digest_algorithm": DIGEST,
        }
        self.server = _Server(config=IdPConfig().load(config))

    def read_request(self, url: str, form: dict[str, str] | None = None) -> Any:
        """An AuthnRequest, its signature verified with the key of the product's metadata."""
        if form is not None:
            return self.server.parse_authn_request(form["SAMLRequest"], BINDING_HTTP_POST).message
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        parsed = self.server.parse_authn_request(
            query["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            relay_state=query["RelayState"],
            sigalg=query["SigAlg"],
            signature=query["Signature"],
        )
        return parsed.message

    def answer(
        self, acs: str, entity_id: str, request_id: str | None, attributes: dict[str, str], subject: str, **options: Any
    ) -> str:
        """A response for the form field."""
        name_id = NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject, sp_name_qualifier=entity_id)
        response = self.server.create_authn_response(
            attributes,
            request_id,
            acs,
            entity_id,
            name_id=name_id,
            authn=PASSWORD,
            sign_alg=SHA256,
            digest_alg=DIGEST,
            **({"sign_assertion": True} | options),
        )
        return base64.b64encode(str(response).encode()).decode()

    def verifies_query(self, query: dict[str, str], parameter: str) -> bool:
        """Whether a message in an address was signed with one of the keys of the product's metadata."""
        entity_id = self.server.metadata.keys()[0]
        certificates = [each for _, each in self.server.metadata.certs(entity_id, "any", "signing")]
        given = {name: query[name] for name in (parameter, "RelayState", "SigAlg", "Signature") if name in query}
        return any(
            verify_redirect_signature(given, self.server.sec.sec_backend, certificate) for certificate in certificates
        )
