"""Random secrets, what is kept of them, keyed digests, and encryption."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_TOKEN_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of a random token: its bytes in Base64 without padding."""
KEY_BYTES = 32
_NONCE_BYTES = 12
_AES_256_GCM = b"\x01"


class Undecipherable(Exception):
    """It was not encrypted by this key for this context, or was changed since."""


def random_key() -> bytes:
    """A key for ``encrypt``."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    """AES-256-GCM (NIST SP 800-38D) with a random nonce, so good for 2^32 messages a key.

    Args:
        key: of ``KEY_BYTES`` bytes.
        plain: what nobody without the key may read.
        context: what it belongs to, not part of the answer; decrypting needs the very same.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _AES_256_GCM + nonce + AESGCM(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What ``encrypt`` was given.

    Raises:
        Undecipherable: key or context are others, or a bit has changed.
    """
    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _AES_256_GCM or len(nonce) != _NONCE_BYTES:
        raise Undecipherable
    try:
        return AESGCM(key).decrypt(nonce, rest, context)
    except InvalidTag:
        raise Undecipherable from None


def random_token() -> str:
    """A URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What the database keeps of a random token; no salt, since 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def keyed_digest(key: str, purpose: str, value: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a value, URL-safe; differs by purpose, so none can stand in for another."""
    digest = hmac.digest(key.encode(), f"{purpose}\0{value}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
