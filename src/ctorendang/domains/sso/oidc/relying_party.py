"""OpenID Connect as a relying party: settings, discovery, and the addresses and forms that are sent to a provider.

Pure: what is fetched and stored is done in ``flow.py``; tokens are read in ``tokens.py``.
"""

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url

from ctorendang.domains.sso.addresses import HOST
from ctorendang.infra.errors import AppError
from ctorendang.kit.crypto import random_token

SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
"""Only these can ever sign a token: no ``none``, and no HMAC, whose key a public key could be passed off as."""

_REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")
# Longer ones do not fit into addresses everywhere; the provider then asks the person instead.
_LONGEST_HINT = 4_000
# In seconds since the epoch; comparing comes before converting, since JSON has numbers of any size.
_LATEST = 1e11
_MICROSOFT = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderNotUsable(AppError):
    """What a provider says of itself cannot be worked with; the detail tells the administrator why."""

    code = "provider_not_usable"
    status = 422


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an OpenID provider; kept in ``Connection.settings``.

    Attributes:
        algorithms: with which it signs; the token's own header chooses among these and nothing else.
        token_auth_method: ``client_secret_basic``, ``client_secret_post`` or ``none``, at the token endpoint.
        require_verified_email: refuse people whose address the provider does not say to be verified. Entra ID has no
            such word: there an address leads to an account only within domains that the tenant has proven to own.
        iss_parameter: it promises to name itself in every answer (RFC 9207 section 3), so one without is not its own.
        hosted_domain: of Google: the organisation that people must belong to.
        reauthenticates: it can be asked to have people show anew who they are, and says when they did.
        jwks: its keys, as last fetched at ``jwks_fetched_at``; ``jwks_tried_at`` is the last attempt.
    """

    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    algorithms: tuple[str, ...] = ("RS256",)
    token_auth_method: str = "client_secret_basic"  # noqa: S105 - a word, not a secret
    require_verified_email: bool = True
    iss_parameter: bool = False
    hosted_domain: str = ""
    reauthenticates: bool = True
    jwks: dict[str, Any] = {}
    jwks_fetched_at: datetime | None = None
    jwks_tried_at: datetime | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser was sent to a provider with, and what its answer must fit; kept sealed with the request.

    Attributes:
        redirect_uri: where the answer goes; the token endpoint wants to hear it again.
        verifier: of PKCE (RFC 7636), which only we know until the code is exchanged.
        force: the person was to show anew who they are.
    """

    redirect_uri: str
    nonce: str = ""
    verifier: str
    force: bool = False

    @classmethod
    def new(cls, redirect_uri: str, *, force: bool) -> "Asked":
        """With secrets of its own."""
        return cls(redirect_uri=redirect_uri, nonce=random_token(), verifier=random_token(), force=force)


def discovery_address(issuer: str) -> str:
    """Where a provider describes itself (OpenID Connect Discovery 1.0 section 4)."""
    return str(get_well_known_url(issuer, external=True))


def read_json(body: bytes) -> dict[str, Any] | None:
    """A JSON object, None for anything else, however it was made up."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def discovered(document: bytes, issuer: str, client_id: str, *, has_secret: bool = True) -> OidcSettings:
    """Settings from a provider's description of itself.

    Raises:
        ProviderNotUsable: it describes somebody else, lacks something, or offers no way that is safe.
    """
    said = read_json(document)
    if said is None:
        raise ProviderNotUsable("There is no OpenID configuration at this address. Check the issuer.")
    if said.get("issuer") != issuer:
        named = shown(said.get("issuer"))
        raise ProviderNotUsable(f"The provider calls itself {named}, not {issuer}. Use exactly its own name as issuer.")
    if not safe_address(issuer, issuer):
        raise ProviderNotUsable("The issuer must be an https address.")
    endpoints = {name: _endpoint(said, name, issuer) for name in (*_REQUIRED, *_OPTIONAL)}
    if missing := [name for name in _REQUIRED if not endpoints[name]]:
        raise ProviderNotUsable(f"The provider's configuration lacks {', '.join(missing)}.")
    if "S256" not in _texts(said, "code_challenge_methods_supported", ["S256"]):
        raise ProviderNotUsable("The provider does not offer PKCE with S256, without which codes can be stolen.")
    offered = _texts(said, "id_token_signing_alg_values_supported", ["RS256"])
    algorithms = tuple(name for name in SIGNATURES if name in offered)
    if not algorithms:
        raise ProviderNotUsable(f"The provider signs with {', '.join(offered)[:200]} only; have it sign with RS256.")
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        authorization_endpoint=endpoints["authorization_endpoint"],
        token_endpoint=endpoints["token_endpoint"],
        jwks_uri=endpoints["jwks_uri"],
        userinfo_endpoint=endpoints["userinfo_endpoint"],
        end_session_endpoint=endpoints["end_session_endpoint"],
        algorithms=algorithms,
        token_auth_method=_auth_method(said, has_secret),
        require_verified_email=urlsplit(issuer).hostname not in _MICROSOFT,
        iss_parameter=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(said: dict[str, Any], name: str, issuer: str) -> str:
    address = said.get(name, "")
    if not address:
        return ""
    if not isinstance(address, str) or not safe_address(address, issuer):
        raise ProviderNotUsable(f"The provider's {name} is not an https address: {shown(address)}.")
    return address


def safe_address(address: str, issuer: str) -> bool:
    """Whether an address is https; on one's own machine, where the issuer is, http will do."""
    try:
        parts, home = urlsplit(address), urlsplit(issuer)
    except ValueError:
        return False
    if not parts.hostname or not HOST.fullmatch(parts.netloc) or not address.isascii():
        return False
    if parts.username is not None or not address.isprintable() or " " in address:
        return False
    own_machine = home.scheme == "http" and home.hostname in _LOOPBACK and parts.hostname in _LOOPBACK
    return parts.scheme == "https" or (parts.scheme == "http" and own_machine)


def _texts(said: dict[str, Any], name: str, default: list[str]) -> list[str]:
    values = said.get(name, default)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _auth_method(said: dict[str, Any], has_secret: bool) -> str:
    if not has_secret:
        return "none"
    offered = _texts(said, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    for method in ("client_secret_basic", "client_secret_post"):
        if method in offered:
            return method
    raise ProviderNotUsable("The provider's token endpoint takes no client secret; this product has nothing else.")


def authorization_url(settings: OidcSettings, asked: Asked, state: str) -> str:
    """Where a browser is sent to sign in (OpenID Connect Core 1.0 section 3.1.2.1), always with PKCE."""
    again = {"prompt": "login", "max_age": "0"} if asked.force else {}
    organisation = {"hd": settings.hosted_domain} if settings.hosted_domain else {}
    return str(
        prepare_grant_uri(
            settings.authorization_endpoint,
            settings.client_id,
            "code",
            redirect_uri=asked.redirect_uri,
            scope=settings.scopes,
            state=state,
            nonce=asked.nonce,
            code_challenge=create_s256_code_challenge(asked.verifier),
            code_challenge_method="S256",
            **again,
            **organisation,
        )
    )


def token_request(
    client_id: str, secret: str, method: str, asked: Asked, code: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Form and headers that exchange a code (RFC 6749 sections 2.3.1 and 4.1.3)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
    }
    headers = {"accept": "application/json"}
    if method == "client_secret_basic":
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        return form, headers | {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    form["client_id"] = client_id
    if method == "client_secret_post":
        form["client_secret"] = secret
    return form, headers


def logout_url(settings: OidcSettings, *, hint: str, back: str, state: str) -> str | None:
    """Where a browser is sent to sign out there too (OpenID Connect RP-Initiated Logout 1.0 section 2).

    Args:
        settings: of the provider.
        hint: the ID token that it once gave; empty when there is none.
        back: where the browser then goes.
        state: comes back with it.

    Returns:
        None when the provider does not offer it.
    """
    if not settings.end_session_endpoint:
        return None
    values = {"client_id": settings.client_id, "post_logout_redirect_uri": back, "state": state}
    if hint and len(hint) <= _LONGEST_HINT:
        values["id_token_hint"] = hint
    separator = "&" if "?" in settings.end_session_endpoint else "?"
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return f"{settings.end_session_endpoint}{separator}{query}"


def shown(value: object) -> str:
    """A value that came from outside, as a trace shows it: short, and of characters that can be kept."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.encode("utf-8", "replace").decode().replace("\0", "�")[:200]


def moment(value: object) -> float | None:
    """A NumericDate (RFC 7519 section 2) in seconds, None for anything that is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _LATEST else None
