"""Signing in with Google, an OpenID provider like others, and with GitHub: OAuth 2 and an API of its own. Pure."""

import json
from typing import Any

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.oidc.relying_party import Asked, OidcSettings, read_json, shown
from ctorendang.domains.sso.trace import Trace

_LONGEST_EMAIL = 300


def google(client_id: str, hosted_domain: str = "") -> OidcSettings:
    """Google's published configuration (accounts.google.com/.well-known/openid-configuration).

    Args:
        client_id: of the tenant's own client at Google.
        hosted_domain: the Google Workspace domain that people must belong to; empty for any Google account.
    """
    return OidcSettings(
        issuer="https://accounts.google.com",
        client_id=client_id,
        authorization_endpoint="https://accounts.google.com/o/oauth2/v2/auth",
        token_endpoint="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
        userinfo_endpoint="https://openidconnect.googleapis.com/v1/userinfo",
        token_auth_method="client_secret_post",  # noqa: S106 - a word
        hosted_domain=hosted_domain,
        # It neither asks again on prompt=login nor says when it asked last.
        reauthenticates=False,
    )


class OauthSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of GitHub, or of a GitHub Enterprise Server of one's own; kept in ``Connection.settings``.

    Attributes:
        issuer: what it calls itself in answers (RFC 9207).
        user_endpoint: of its API: whose token it is.
        emails_endpoint: of its API: that person's addresses.
    """

    client_id: str
    issuer: str = "https://github.com/login/oauth"
    authorization_endpoint: str = "https://github.com/login/oauth/authorize"
    token_endpoint: str = "https://github.com/login/oauth/access_token"  # noqa: S105 - an address
    user_endpoint: str = "https://api.github.com/user"
    emails_endpoint: str = "https://api.github.com/user/emails"
    scopes: tuple[str, ...] = ("read:user", "user:email")


def github(client_id: str, server: str = "") -> OauthSettings:
    """GitHub, or an Enterprise Server at an address such as ``https://git.example.com``."""
    if not server:
        return OauthSettings(client_id=client_id)
    home = server.rstrip("/")
    return OauthSettings(
        client_id=client_id,
        issuer=f"{home}/login/oauth",
        authorization_endpoint=f"{home}/login/oauth/authorize",
        token_endpoint=f"{home}/login/oauth/access_token",
        user_endpoint=f"{home}/api/v3/user",
        emails_endpoint=f"{home}/api/v3/user/emails",
    )


def authorization_url(settings: OauthSettings, asked: Asked, state: str) -> str:
    """Where a browser is sent (RFC 6749 section 4.1.1), with PKCE."""
    return str(
        prepare_grant_uri(
            settings.authorization_endpoint,
            settings.client_id,
            "code",
            redirect_uri=asked.redirect_uri,
            scope=settings.scopes,
            state=state,
            code_challenge=create_s256_code_challenge(asked.verifier),
            code_challenge_method="S256",
        )
    )


def api_headers(access_token: str) -> dict[str, str]:
    """What GitHub's API wants to be asked with."""
    return {
        "accept": "application/vnd.github+json",
        "authorization": f"Bearer {access_token}",
        "x-github-api-version": "2022-11-28",
        "user-agent": "single-sign-on",
    }


def github_identity(user: bytes, emails: bytes, trace: Trace) -> VerifiedIdentity:
    """Who a token stands for, by GitHub's API.

    The subject is the number, which stays when somebody renames the account and is never given to another. Of the
    addresses only the primary one counts, and only verified: anybody can add any address to an account.

    Raises:
        SignOnRefused: there is no number, or no such address.
    """
    said = read_json(user) or {}
    number = said.get("id")
    good = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63
    hint = "GitHub did not say whose account it is. Check the addresses in the connection."
    trace.require("Account number", good, expected="a number", got=shown(number), hint=hint)
    primary = next((each for each in _rows(emails) if each.get("primary") is True), {})
    address = primary.get("email")
    verified = primary.get("verified") is True and isinstance(address, str) and len(address) <= _LONGEST_EMAIL
    hint = "The account's primary address is not verified. Verify it on GitHub under Settings, Emails."
    trace.require("E-mail address is verified", verified, expected="a verified primary address", got="none", hint=hint)
    name = said.get("name") or said.get("login")
    return VerifiedIdentity(
        subject=str(number),
        email=shown(address),
        email_verified=True,
        name=shown(name) if isinstance(name, str) else None,
    )


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
