"""Access and refresh tokens of programs.

A refresh token works once and is followed by a successor (RFC 9700 section 4.14.2). The successor, and the access token
that goes with each, are derived from it with the product's key: a client whose answer was lost may ask again at once
and gets the same ones, though the database keeps only hashes.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from ctorendang.kit.crypto import keyed_digest

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
REPEAT_GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a program holds.

    Attributes:
        expires_in: seconds until the access token is no longer accepted.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int = int(ACCESS_LIFETIME.total_seconds())


def pair_for(key: str, refresh_token: str) -> TokenPair:
    """The refresh token with the access token that belongs to it."""
    return TokenPair(keyed_digest(key, "access token", refresh_token), refresh_token)


def successor_of(key: str, refresh_token: str) -> TokenPair:
    """What follows a refresh token once it is used."""
    return pair_for(key, keyed_digest(key, "refresh token", refresh_token))
