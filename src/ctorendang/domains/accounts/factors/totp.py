"""Codes of authenticator apps (TOTP, RFC 6238) and recovery codes: no session, no database."""

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

_SEED_BYTES = 20
"""As long as the digest of HMAC-SHA-1, which is what every app can do (RFC 4226 section 4)."""
_TOLERATED_STEPS = 1
"""Clocks of phones go wrong: the code before and the code after are good too (RFC 6238 section 5.2)."""

SEED = "totp seed"
"""What seeds are sealed for."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_RECOVERY_CHARACTERS = 16
_SEPARATORS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class AppSetup:
    """What a person needs to add the account to an app.

    Attributes:
        key: the seed in Base32, in groups of four, for typing it in.
        uri: the same for apps on this device (``otpauth:``).
        qr: the same for apps on another device: an SVG image as a ``data:`` address.
    """

    key: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)

    def view(self) -> dict[str, str]:
        """As a page shows it."""
        return {"key": self.key, "uri": self.uri, "qr": self.qr}


def new_seed() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(_SEED_BYTES)


def setup_of(seed: bytes, issuer: str, account: str) -> AppSetup:
    """How an app is told the seed.

    Args:
        seed: the secret.
        issuer: what the app shows above the code: the tenant's name.
        account: whose account, as the app shows it.
    """
    # A colon separates the two in the app's list, so a name may not hold one.
    uri = _app(seed).provisioning_uri(name=account, issuer_name=issuer.replace(":", " ").strip() or "Account")
    key = base64.b32encode(seed).decode()
    image = segno.make(uri, error="m", micro=False).svg_data_uri(scale=4, border=3, dark="#111", light="#fff")
    return AppSetup(" ".join(key[at : at + 4] for at in range(0, len(key), 4)), uri, image)


def step_of(seed: bytes, code: str) -> int | None:
    """The time step that a code is for, None when it is not one of now or just next to now.

    A code stays good for as long as its step: who calls this must remember the step and take none twice.
    """
    try:
        return _app(seed).verify_and_get_timecode(code, for_time=time.time(), valid_window=_TOLERATED_STEPS)
    except OTPVerificationError:
        return None


def is_app_code(code: str) -> bool:
    """Whether something typed is shaped like an app's code; spaces have been taken out."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def normalise(typed: str) -> str:
    """A code as it is compared: apps and people put spaces and dashes into them, in either case."""
    return _SEPARATORS.sub("", typed[:100]).lower()


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, in groups of four that can be read out and typed."""
    codes = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 4] for at in range(0, _RECOVERY_CHARACTERS, 4)) for code in codes]


def recovery_hash(code: str) -> bytes:
    """What the database keeps of a recovery code; no salt, since 80 random bits cannot be guessed."""
    return hashlib.sha256(b"recovery code " + normalise(code).encode("utf-8", "surrogatepass")).digest()


def _app(seed: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(seed).decode())
