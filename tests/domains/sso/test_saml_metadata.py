"""Reading what providers say of themselves: generous about form, strict about what signing in stands on."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from ctorendang.domains.sso.saml.certificates import (
    CertificateNotGood,
    expiry_warnings,
    facts_of,
    make_key_pair,
    read_certificate,
)
from ctorendang.domains.sso.saml.metadata import (
    MetadataNotUsable,
    SeveralProviders,
    read_metadata,
    service_metadata,
)
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider

NOW = datetime.now(UTC)
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"


def certificate(*, bits: int = 2048, days: int = 400, curve: bool = False) -> str:
    """Bare Base64, as it stands in metadata."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=900))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return "".join(made.public_bytes(serialization.Encoding.PEM).decode().splitlines()[1:-1])


ONE, TWO = certificate(), certificate(curve=True)


def key(content: str = ONE, use: str | None = "signing") -> str:
    said = f' use="{use}"' if use else ""
    return (
        f'<md:KeyDescriptor{said}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>\n{content}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def service(name: str, binding: str, location: str, more: str = "") -> str:
    return f'<md:{name} Binding="{binding}" Location="{location}" {more}/>'


SSO = service("SingleSignOnService", REDIRECT, "https://idp.example/sso")


def provider(body: str, entity_id: str = "https://idp.example", more: str = "", wrapped: bool = False) -> str:
    name = ' xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
    return (
        f'<md:EntityDescriptor{"" if wrapped else name} entityID="{entity_id}" {more}>'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{body}'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def several(*providers: str, more: str = "") -> str:
    name = ' xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
    return f"<md:EntitiesDescriptor{name} {more}>{''.join(providers)}</md:EntitiesDescriptor>"


def read(text: str, entity_id: str = "") -> object:
    return read_metadata(text.encode(), NOW, entity_id)


def test_reads_what_a_provider_says() -> None:
    logout = service("SingleLogoutService", POST, "https://idp.example/slo", 'ResponseLocation="https://idp.example/r"')
    content = f"<!-- made by hand --><?x?>\n{provider(key() + key(TWO) + logout + SSO)}"
    found = read_metadata(b"\xef\xbb\xbf" + content.encode(), NOW)
    assert (found.entity_id, found.sso_url, found.sso_binding) == (
        "https://idp.example",
        "https://idp.example/sso",
        "redirect",
    )
    assert (found.slo_url, found.slo_response_url, found.slo_binding) == (
        "https://idp.example/slo", "https://idp.example/r", "post",
    )  # fmt: skip
    assert len(found.certificates) == 2
    settings = found.applied_to(SamlSettings(force_authn=True, certificates=("old",)))
    assert settings.complete
    assert settings.force_authn
    assert settings.certificates == found.certificates


def test_a_key_that_does_not_say_what_it_is_for_signs() -> None:
    assert len(read(provider(key(use=None) + SSO)).certificates) == 1


def test_a_certificate_that_is_there_twice_counts_once() -> None:
    assert len(read(provider(key() + key(use=None) + SSO)).certificates) == 1


def test_redirect_is_preferred_to_post() -> None:
    other = service("SingleSignOnService", POST, "https://idp.example/post")
    assert read(provider(key() + other + SSO)).sso_binding == "redirect"
    assert read(provider(key() + other)).sso_url == "https://idp.example/post"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (provider(SSO), "no certificate"),
        (provider(key(use="encryption") + SSO), "no certificate"),
        (provider(key("!!!") + SSO), "no certificate"),
        (provider(key(certificate(bits=1024)) + SSO), "1024 bits"),
        (provider(key()), "no sign-in address"),
        (provider(key() + service("SingleSignOnService", SOAP, "https://idp.example/soap")), "no sign-in address"),
        (provider(key() + service("SingleSignOnService", REDIRECT, "http://idp.example/sso")), "https://"),
        (provider(key() + service("SingleSignOnService", REDIRECT, "javascript:alert(1)")), "https://"),
        (provider(key() + service("SingleSignOnService", REDIRECT, "https://[bad/")), "https://"),
        (provider(key() + service("SingleSignOnService", REDIRECT, "https://idp.example;script-src/")), "https://"),
        (provider(key() + service("SingleSignOnService", REDIRECT, "https://ada@idp.example/sso")), "https://"),
        (provider(key() + SSO, more='validUntil="2020-01-01T00:00:00Z"'), "valid until 2020-01-01"),
        (provider(key() + SSO, more='validUntil="soon"'), "validUntil"),
        (several(provider(key() + SSO, wrapped=True), more='validUntil="2020-01-01T00:00:00Z"'), "valid until"),
        (provider(key() + SSO, entity_id=""), "entityID"),
        ('<!DOCTYPE r [<!ENTITY x "y">]>' + provider(key() + SSO), "document type definition"),
        ("<html><body>Sign in</body></html>", "no SAML metadata"),
        ("not xml at all", "not well-formed"),
        ("", "not well-formed"),
        ("<a>" + "x" * 2_000_001 + "</a>", "too large"),
        ('<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>', "no SAML 2.0 identity"),
        (provider(key() + SSO).replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "no SAML 2.0 identity"),
        (several(*[provider(key() + SSO, wrapped=True)] * 2), "twice"),
    ],
)  # fmt: skip
def test_refuses_what_cannot_be_relied_on(text: str, said: str) -> None:
    with pytest.raises(MetadataNotUsable) as refused:
        read(text)
    assert said in refused.value.detail


def test_one_of_several_providers_is_chosen() -> None:
    both = several(*(provider(key() + SSO, entity_id=name, wrapped=True) for name in ("urn:b", "urn:a")))
    with pytest.raises(SeveralProviders) as refused:
        read(both)
    assert refused.value.entity_ids == ["urn:a", "urn:b"]
    assert read(both, "urn:a").entity_id == "urn:a"
    with pytest.raises(MetadataNotUsable):
        read(both, "urn:c")
    assert read(several(provider(key() + SSO, wrapped=True))).entity_id == "https://idp.example"


def test_another_provider_than_was_known_is_not_followed() -> None:
    with pytest.raises(MetadataNotUsable):
        read(provider(key() + SSO), "https://another.example")


def test_certificates_warn_at_sixty_thirty_and_seven_days() -> None:
    days = {90: None, 59: 60, 30: 30, 29: 30, 7: 7, 1: 7, -1: 0}
    for left, level in days.items():
        pem = read_certificate(certificate(days=left))
        warnings = expiry_warnings((pem,), NOW - timedelta(minutes=1))
        assert [each.level for each in warnings] == ([] if level is None else [level]), left
    soonest = expiry_warnings(tuple(read_certificate(certificate(days=each)) for each in (20, 5)), NOW)
    assert [each.level for each in soonest] == [7, 30]


def test_certificates_are_read_with_and_without_their_frame() -> None:
    pem = f"-----BEGIN CERTIFICATE-----\r\n{ONE}\r\n-----END CERTIFICATE-----\r\n"
    assert read_certificate(pem) == read_certificate(ONE)
    assert facts_of(read_certificate(ONE)).subject == "CN=idp.example"
    assert len(facts_of(read_certificate(ONE)).fingerprint) == 95
    with pytest.raises(CertificateNotGood):
        read_certificate("-----BEGIN CERTIFICATE-----")


def test_our_own_metadata_follow_the_schema() -> None:
    keys = (make_key_pair("market.example", NOW), make_key_pair("market.example", NOW))
    sp = ServiceProvider("https://m.example/sso/1/metadata", "https://m.example/acs", "https://m.example/slo", keys)
    content = service_metadata(SamlSettings(name_id_format="urn:x"), sp)
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(content, "saml-schema-metadata-2.0.xsd"), str)
    names = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}
    uses = [each.get("use") for each in etree.fromstring(content).findall(".//md:KeyDescriptor", names)]
    assert uses == ["signing", "signing", "encryption", "encryption"]
    assert b"PRIVATE" not in content
