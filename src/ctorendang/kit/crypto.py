"""Random secrets, what is kept of them, and keyed digests."""

import base64
import hashlib
import hmac
import secrets

_TOKEN_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of a random token: its bytes in Base64 without padding."""


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
