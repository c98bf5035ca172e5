"""What the provider signs with, made once and kept."""

import datetime
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_YEARS = 10


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and its self-signed certificate, both PEM."""

    private_key: bytes = field(repr=False)
    certificate: bytes

    @classmethod
    def kept_in(cls, folder: Path) -> Self:
        """The key in a folder, made where there is none."""
        file = folder / "signing.pem"
        if not file.exists():
            partial = file.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(b"".join(_make()))
            partial.replace(file)
        private_key, mark, certificate = file.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
        return cls(private_key, mark + certificate)

    @property
    def certificate_base64(self) -> str:
        """The certificate's DER, as metadata has it."""
        return "".join(self.certificate.decode().splitlines()[1:-1])


def _make() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo identity provider")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(pem, pkcs8, plain), certificate.public_bytes(pem)
