"""What programs present: a key, which somebody has made for them, or the access token of a sign-in."""

from ctorendang.kit.crypto import TOKEN_LENGTH

KEY_MARK = "key_"
"""How keys begin, so that people and scanners for leaked secrets recognise them; names nobody."""


def kind_of(bearer: str) -> str:
    """``key`` or ``program``: what to look a bearer token up as."""
    # Tokens are Base64 and could begin like a key, by a rare chance; they are shorter by the mark itself.
    return "key" if bearer.startswith(KEY_MARK) and len(bearer) != TOKEN_LENGTH else "program"
