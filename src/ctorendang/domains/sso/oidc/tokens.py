"""Tokens of an OpenID provider, believed only after every check, each of which a trace keeps.

Pure. The header says which key, the signature is verified with exactly that key and algorithm, then claims count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core.util import create_half_hash
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry

from ctorendang.domains.sso.oidc.relying_party import SIGNATURES, OidcSettings, moment, read_json, shown
from ctorendang.domains.sso.trace import Trace
from ctorendang.kit.crypto import same

SKEW = timedelta(minutes=2)
"""How far the clocks of a provider and ours may be apart."""
FRESH = timedelta(minutes=10)
"""How old a token may be when it reaches us."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

_LONGEST_TOKEN = 100_000
# Some providers send a certificate along; what joserfc allows is too short for that.
_LONGEST_HEADER = 8_000
# OpenID Connect Core 1.0 section 2: at most 255 ASCII characters.
_LONGEST_SUBJECT = 255
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_KEY_MEMBERS = frozenset({"kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"})
_LONGEST_MEMBER = 3_000
_MOST_KEYS = 50
_SHORTEST_RSA = 2048

Claims = Mapping[str, Any]
PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of its own signature, with an algorithm that is allowed."""

    algorithm: str
    kid: str | None
    type: str


def read_header(token: object, settings: OidcSettings, trace: Trace) -> Header:
    """The header of a token that is not believed yet.

    Raises:
        SignOnRefused: it is no signed token, or signed in a way that proves nothing.
    """
    header: dict[str, Any] = {}
    if isinstance(token, str) and token.isascii() and len(token) <= _LONGEST_TOKEN:
        try:
            header = jws.extract_compact(token.encode(), registry=_registry("")).protected
        except (JoseError, ValueError, TypeError, RecursionError, AttributeError):
            header = {}
    got = "present" if token else "nothing"
    hint = "The provider's token is missing or is no signed JWT (JWS)."
    trace.require("Token is a signed JWT", bool(header), expected="header.payload.signature", got=got, hint=hint)
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "")
    allowed = [name for name in settings.algorithms if name in SIGNATURES]
    hint = "The token is signed in a way that this connection does not accept. Have the provider sign with RS256."
    trace.require(
        "Signature algorithm", algorithm in allowed, expected=", ".join(allowed), got=shown(algorithm), hint=hint
    )
    return Header(str(algorithm), kid if isinstance(kid, str) else None, kind if isinstance(kind, str) else "?")


def usable_keys(document: bytes) -> dict[str, Any] | None:
    """What is kept of the keys that a provider publishes (RFC 7517): public ones for signing; None for no such list."""
    said = read_json(document)
    published = said.get("keys") if said else None
    if not isinstance(published, list):
        return None
    signing = [
        {name: value for name, value in key.items() if name in _KEY_MEMBERS and _keepable(value)}
        for key in published
        if isinstance(key, dict) and key.get("kty") in _KEY_TYPES.values() and key.get("use", "sig") == "sig"
    ]
    return {"keys": signing[:_MOST_KEYS]}


def _keepable(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_MEMBER and value.isascii() and value.isprintable()


def find_key(jwks: Mapping[str, Any], header: Header) -> PublicKey | None:
    """The provider's key that a token names, None when it has none of this name and kind that is strong enough.

    Symmetric keys never count: one among public keys would make everybody who can read them a signer.

    Args:
        jwks: of ``usable_keys``.
        header: of the token.
    """
    found = [key for key in jwks.get("keys", ()) if _fits(key, header)]
    # Without a name there must be only one that it can be.
    if not found or (header.kid is None and len(found) > 1):
        return None
    try:
        key = import_key(found[0])
    except (JoseError, ValueError, TypeError, KeyError, OverflowError):
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < _SHORTEST_RSA:
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _fits(key: Mapping[str, Any], header: Header) -> bool:
    named = header.kid is None or key.get("kid") == header.kid
    made_for = key.get("alg", header.algorithm) == header.algorithm
    return named and made_for and key.get("kty") == _KEY_TYPES[header.algorithm[:2]]


def verify(token: str, header: Header, key: PublicKey | None) -> Claims | None:
    """The claims of a token that this very key has signed with this very algorithm, None otherwise."""
    if key is None:
        return None
    registry = _registry(header.algorithm)
    try:
        signed = jws.deserialize_compact(token, key, algorithms=[header.algorithm], registry=registry)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return read_json(signed.payload or b"")


def _registry(algorithm: str) -> JWSRegistry:
    # Header parameters that nobody knows are to be ignored (RFC 7515 section 4), critical ones are still refused.
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = _LONGEST_HEADER
    return registry


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must fit.

    Attributes:
        at: when it arrived.
        nonce: of the request that it answers.
        access_token: that came with it.
        shown_since: the person must have shown who they are since then; None when that was not asked for.
    """

    at: datetime
    nonce: str
    access_token: str
    shown_since: datetime | None


def check_id_token(claims: Claims, header: Header, settings: OidcSettings, expected: Expected, trace: Trace) -> None:
    """Every claim that has to fit (OpenID Connect Core 1.0 section 3.1.3.7).

    Raises:
        SignOnRefused: one does not.
    """
    check_parties(claims, settings, trace)
    check_times(claims, expected.at, trace)
    hint = "The answer belongs to another sign-in. Begin again; if it repeats, the provider does not return the nonce."
    nonce = claims.get("nonce")
    trace.require(
        "Nonce",
        isinstance(nonce, str) and same(nonce, expected.nonce),
        expected="the request's",
        got="another",
        hint=hint,
    )
    at_hash = claims.get("at_hash")
    fits = at_hash is None or at_hash == _half_hash(expected.access_token, header.algorithm)
    hint = "The access token is not the one that the ID token was made for."
    trace.require("Access token hash", fits, expected="of the access token", got=shown(at_hash), hint=hint)
    subject = claims.get("sub")
    good = isinstance(subject, str) and subject.isascii() and subject.isprintable()
    good = good and 0 < len(subject) <= _LONGEST_SUBJECT  # type: ignore[arg-type]
    trace.require(
        "Subject", good, expected="1 to 255 characters", got=shown(subject), hint="The provider must send sub."
    )
    if expected.shown_since is not None:
        _check_shown(claims, expected.shown_since, trace)
    if settings.hosted_domain:
        hint = "The person's account does not belong to the organisation that this connection is for."
        domain = claims.get("hd")
        trace.require(
            "Organisation",
            domain == settings.hosted_domain,
            expected=settings.hosted_domain,
            got=shown(domain),
            hint=hint,
        )


def check_parties(claims: Claims, settings: OidcSettings, trace: Trace) -> None:
    """Who has made a token, and for whom.

    Raises:
        SignOnRefused: somebody else.
    """
    issuer, audience, party = claims.get("iss"), claims.get("aud"), claims.get("azp")
    hint = "Another provider has made this token, or the issuer in the connection is not spelled as the provider does."
    trace.require("Issuer", issuer == settings.issuer, expected=settings.issuer, got=shown(issuer), hint=hint)
    audiences = audience if isinstance(audience, list) else [audience]
    hint = "The token is for another application. Check the client ID."
    meant = settings.client_id in audiences
    trace.require("Audience", meant, expected=settings.client_id, got=shown(audience), hint=hint)
    sole = party is None and len(audiences) == 1
    hint = "The token was given to another application; with several audiences, azp must name this one."
    trace.require(
        "Authorised party",
        sole or party == settings.client_id,
        expected=settings.client_id,
        got=shown(party),
        hint=hint,
    )


def check_times(claims: Claims, at: datetime, trace: Trace, *, must_expire: bool = True) -> None:
    """Whether a token is good at a moment, and was made shortly before.

    Raises:
        SignOnRefused: it is too old, or from the future.
    """
    clock, skew = at.timestamp(), SKEW.total_seconds()
    expires, issued = moment(claims.get("exp")), moment(claims.get("iat"))
    alive = expires is not None and clock < expires + skew
    if "exp" in claims or must_expire:
        hint = "The token has expired. Check the provider's clock."
        trace.require("Expiry", alive, expected=f"after {_iso(clock)}", got=_iso(expires), hint=hint)
    recent = issued is not None and clock - FRESH.total_seconds() - skew <= issued <= clock + skew
    hint = "The token is old, or comes from the future. Check the provider's clock."
    trace.require("Issued at", recent, expected=f"about {_iso(clock)}", got=_iso(issued), hint=hint)
    if "nbf" in claims:
        begins = moment(claims["nbf"])
        good = begins is not None and begins <= clock + skew
        trace.require("Not before", good, expected=f"before {_iso(clock)}", got=_iso(begins), hint=hint)


def _check_shown(claims: Claims, since: datetime, trace: Trace) -> None:
    shown_at = moment(claims.get("auth_time"))
    recent = shown_at is not None and shown_at >= since.timestamp() - SKEW.total_seconds()
    hint = (
        "The provider was asked to have the person sign in anew (prompt=login, max_age) and did not, or did not say so."
    )
    trace.require(
        "Signed in anew", recent, expected=f"auth_time after {_iso(since.timestamp())}", got=_iso(shown_at), hint=hint
    )


def check_logout_token(claims: Claims, header: Header, settings: OidcSettings, at: datetime, trace: Trace) -> None:
    """Every claim of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6), but for its being new.

    Raises:
        SignOnRefused: one does not fit.
    """
    kind = header.type.lower().removeprefix("application/")
    hint = "This is a token of another kind; a logout token has the type logout+jwt."
    trace.require("Type", kind in {"", "jwt", "logout+jwt"}, expected="logout+jwt", got=shown(kind), hint=hint)
    check_parties(claims, settings, trace)
    check_times(claims, at, trace, must_expire=False)
    events = claims.get("events")
    told = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
    trace.require("Event", told, expected=LOGOUT_EVENT, got=shown(events), hint="This is no logout token.")
    absent = "nonce" not in claims
    trace.require("No nonce", absent, expected="none", got="present", hint="This is an ID token, not a logout token.")
    named = [claims[name] for name in ("sub", "sid") if name in claims]
    good = bool(named) and all(_plain(value) for value in named)
    trace.require(
        "Subject or session", good, expected="sub or sid", got=shown(named), hint="Neither sub nor sid is sent."
    )
    known = _plain(claims.get("jti"))
    hint = "Without an identifier a token could be sent again and again."
    trace.require("Identifier", known, expected="jti", got=shown(claims.get("jti")), hint=hint)


def _plain(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SUBJECT and value.isprintable()


def _half_hash(access_token: str, algorithm: str) -> str:
    name = "EdDSA" if algorithm.startswith("Ed") else algorithm
    return str(create_half_hash(access_token, name).decode())


def _iso(seconds: float | None) -> str:
    return "nothing" if seconds is None else datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
