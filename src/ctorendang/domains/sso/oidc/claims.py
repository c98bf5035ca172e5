"""What a provider answers to a browser and to us, from the redirect to the person behind it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.oidc.relying_party import OidcSettings, moment, read_json, shown
from ctorendang.domains.sso.trace import Trace

Claims = Mapping[str, Any]

_LONGEST_CODE = 4_000
_LONGEST_TEXT = 300
_MOST_GROUPS = 1_000
# Entra ID, where the application asks for it: the owner of the address's domain is the organisation itself.
_ENTRA_VERIFIED = "xms_edov"

# RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 1.0 section 3.1.2.6: what an administrator can do about it.
_ADVICE = {
    "access_denied": "The person cancelled, or is not assigned to this application at the provider.",
    "unauthorized_client": "Allow the authorization code flow for this application at the provider.",
    "invalid_scope": "Allow the scopes openid, email and profile for this application at the provider.",
    "invalid_request": "Enter the redirect address at the provider exactly as it is shown in the connection.",
    "invalid_client": "The client ID or secret is not right, or has expired. Make a new secret at the provider.",
    "incorrect_client_credentials": "The client ID or secret is not right. Make a new secret at the provider.",
    "invalid_grant": "The code was used before, took too long, or belongs to another redirect address.",
    "bad_verification_code": "The code was used before, took too long, or belongs to another application.",
    "redirect_uri_mismatch": "Enter the redirect address at the provider exactly as it is shown in the connection.",
    "login_required": "The provider did not let the person sign in. Try again.",
    "server_error": "The provider has a problem of its own. Try again later.",
    "temporarily_unavailable": "The provider is busy. Try again later.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The parameters that a browser brings back from a provider."""

    state: str = ""
    code: str = field(default="", repr=False)
    issuer: str | None = None
    error: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for."""

    access_token: str = field(repr=False)
    id_token: object = field(default=None, repr=False)


def check_answer(answer: Answer, issuer: str, trace: Trace, *, names_itself: bool = False) -> None:
    """Let pass an answer of this very provider that brings a code.

    The issuer comes first (RFC 9207 section 2.4): what another provider says is not even an error of this one.

    Raises:
        SignOnRefused: it is of another provider, an error, or nothing at all.
    """
    own = answer.issuer == issuer if answer.issuer is not None else not names_itself
    hint = "The answer is another provider's, or a mixed-up one: the provider must return its own name as iss."
    trace.require("Answer is this provider's", own, expected=issuer, got=shown(answer.issuer or "no iss"), hint=hint)
    got = f"{shown(answer.error)} {shown(answer.description)}".strip()
    hint = _ADVICE.get(answer.error, "Look this error up in the provider's documentation.")
    trace.require("Provider reports no error", not answer.error, expected="a code", got=got, hint=hint)
    hint = "The provider sent the browser back without a code. The application must use the authorization code flow."
    present = 0 < len(answer.code) <= _LONGEST_CODE and answer.code.isprintable()
    trace.require(
        "Code is there", present, expected="a code", got="nothing" if not answer.code else "no code", hint=hint
    )


def read_tokens(status: int, body: bytes, trace: Trace) -> Tokens:
    """What the token endpoint says (RFC 6749 section 5).

    Raises:
        SignOnRefused: an error, or no access token.
    """
    said = read_json(body) or {}
    error = said.get("error")
    word = error if isinstance(error, str) else ""
    hint = _ADVICE.get(
        word, "The provider's token endpoint does not take the code. Check client ID, secret and addresses."
    )
    got = f"HTTP {status} {shown(word)} {shown(said.get('error_description', ''))}".strip()
    good = status == 200 and error is None
    trace.require("Code is exchanged", good, expected="HTTP 200", got=got, hint=hint)
    access_token, kind = said.get("access_token"), said.get("token_type")
    usable = (
        isinstance(access_token, str) and access_token.isascii() and access_token.isprintable() and bool(access_token)
    )
    hint = "The token endpoint must answer with an access token as JSON."
    trace.require("Access token is there", usable, expected="access_token", got=shown(sorted(said)), hint=hint)
    bearer = isinstance(kind, str) and kind.lower() == "bearer"
    hint = "Turn off sender-constrained tokens for this application."
    trace.require("Token type", bearer, expected="Bearer", got=shown(kind), hint=hint)
    return Tokens(str(access_token), said.get("id_token"))


def read_userinfo(status: int, body: bytes, subject: str, trace: Trace) -> Claims:
    """What the userinfo endpoint says (OpenID Connect Core 1.0 section 5.3), of this very person.

    Raises:
        SignOnRefused: nothing that can be read, or of somebody else.
    """
    said = read_json(body)
    hint = "The userinfo endpoint must answer with plain JSON, not with a signed or encrypted token."
    trace.require(
        "User info is there",
        status == 200 and said is not None,
        expected="HTTP 200, JSON",
        got=f"HTTP {status}",
        hint=hint,
    )
    about = (said or {}).get("sub")
    hint = "The user info is about somebody else than the ID token, and cannot be used (OpenID Connect Core 5.3.2)."
    trace.require("User info is the same person's", about == subject, expected=subject, got=shown(about), hint=hint)
    return said or {}


def identity_of(
    claims: Claims, userinfo: Claims, attributes: Mapping[str, Any], settings: OidcSettings, id_token: str, trace: Trace
) -> VerifiedIdentity:
    """Who it is, by a verified ID token and the user info that belongs to it.

    Args:
        claims: of the ID token, which go before those of the user info.
        userinfo: of the same subject.
        attributes: where this provider keeps ``email``, ``name`` and ``groups``.
        settings: of the connection.
        id_token: as it came, for signing out.
        trace: of this attempt.

    Raises:
        SignOnRefused: the address is not verified and this connection wants that.
    """
    place = _place(attributes, "email")
    # The word on an address counts only for the address that it came with, and for no other claim.
    source = claims if _at(claims, place) is not None else userinfo
    email = _text(_at(source, place))
    word = source.get("email_verified", source.get(_ENTRA_VERIFIED))
    verified = email is not None and place == "email" and word in (True, "true", "1")
    name, groups = _place(attributes, "name"), _place(attributes, "groups")
    trace.facts |= {
        "issuer": settings.issuer,
        "subject": claims["sub"],
        "attributes": sorted({*map(shown, claims), *map(shown, userinfo)})[:200],
    }
    hint = (
        "The provider does not say so of this address. Have it verified there: Keycloak has a switch for each person."
    )
    good = verified or email is None or not settings.require_verified_email
    said = f"email_verified: {shown(word)}"
    trace.require("E-mail address is verified", good, expected="email_verified: true", got=said, hint=hint)
    shown_at = moment(claims.get("auth_time"))
    return VerifiedIdentity(
        subject=claims["sub"],
        email=email,
        email_verified=verified,
        name=_text(_either(claims, userinfo, name)),
        groups=_texts(_either(claims, userinfo, groups)),
        session_index=_text(claims.get("sid")),
        logout_hint=id_token,
        authenticated_at=None if shown_at is None else int(shown_at),
    )


def accepted_until(claims: Claims, otherwise: datetime) -> datetime:
    """When an ID token would no longer be accepted anyway."""
    expires = moment(claims.get("exp"))
    return otherwise if expires is None else min(datetime.fromtimestamp(expires, UTC), otherwise)


def _place(attributes: Mapping[str, Any], name: str) -> str:
    place = attributes.get(name)
    return place if isinstance(place, str) and place else name


def _either(claims: Claims, userinfo: Claims, place: str) -> object:
    found = _at(claims, place)
    return _at(userinfo, place) if found is None else found


def _at(claims: Claims, place: str) -> object:
    """A claim by its name, which may hold dots, or by the path to it (``realm_access.roles``)."""
    if place in claims:
        return claims[place]
    value: object = claims
    for step in place.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str | None:
    good = isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT and value.isprintable()
    return str(value) if good else None


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(text for each in values[:_MOST_GROUPS] if (text := _text(each)) is not None)
