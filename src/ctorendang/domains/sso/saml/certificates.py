"""Certificates of providers and of ourselves: read, made, and watched until they run out."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ctorendang.domains.sso.saml.settings import KeyPair

WARN_AT = (60, 30, 7)
"""Days before the end at which administrators are told."""

OWN_LIFETIME = timedelta(days=5 * 365)

_WEAKEST_RSA = 2048
_HEAD, _FOOT = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class CertificateNotGood(Exception):
    """It cannot be used; the message says why, in words for an administrator."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What an administrator wants to know of a certificate.

    Attributes:
        fingerprint: SHA-256, in hexadecimal by pairs, as providers show it.
    """

    subject: str
    fingerprint: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A certificate that runs out soon, or has.

    Attributes:
        days: whole days left; negative when it is over.
        level: the warning that is due, one of ``WARN_AT``, or 0 when it is over.
    """

    certificate: CertificateFacts
    days: int
    level: int


def read_certificate(text: str) -> str:
    """A provider's certificate as PEM, from PEM or bare Base64.

    Raises:
        CertificateNotGood: it is none, or its key is too weak to trust.
    """
    bare = "".join(text.replace(_HEAD, "").replace(_FOOT, "").split())
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(bare, validate=True))
        key = certificate.public_key()
    except Exception:  # noqa: BLE001 - parsers of foreign bytes fail in many ways, and each means the same
        raise CertificateNotGood("This is no certificate. Paste it whole, with its BEGIN and END lines.") from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _WEAKEST_RSA:
            raise CertificateNotGood(f"The certificate's key has {key.key_size} bits; at least 2048 are needed.")
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateNotGood("The certificate's key is neither RSA nor ECDSA.")
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def facts_of(pem: str) -> CertificateFacts:
    """What a certificate says of itself."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    digest = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest().upper()
    return CertificateFacts(
        certificate.subject.rfc4514_string(),
        ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)),
        certificate.not_valid_after_utc,
    )


def expiry_warnings(certificates: tuple[str, ...], at: datetime) -> list[ExpiryWarning]:
    """Which certificates run out within the first of ``WARN_AT``, the soonest first."""
    found = []
    for facts in map(facts_of, certificates):
        days = (facts.ends_at - at).days
        due = [level for level in WARN_AT if days <= level]
        if due:
            found.append(ExpiryWarning(facts, days, 0 if days < 0 else min(due)))
    return sorted(found, key=lambda warning: warning.days)


def make_key_pair(name: str, at: datetime) -> KeyPair:
    """A new RSA key with a certificate that it signs itself, which is all that SAML wants.

    Args:
        name: common name, at most 64 characters of which are kept.
        at: now.
    """
    return certified(rsa.generate_private_key(public_exponent=65537, key_size=_WEAKEST_RSA), name, at)


def certified(key: rsa.RSAPrivateKey, name: str, at: datetime) -> KeyPair:
    """A key with a new certificate; as ``make_key_pair``, for a key that is there."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + OWN_LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return KeyPair(certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode())
