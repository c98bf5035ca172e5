"""What an OpenID provider says (OpenID Connect Core 1.0), with the code flow and PKCE alone."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from ctorendang.infra.stack.idp.applications import require_own_machine
from ctorendang.infra.stack.idp.errors import Refused, TokenRefused
from ctorendang.infra.stack.idp.memory import Kept
from ctorendang.infra.stack.idp.people import CLIENT_ID, Person

_CODE_SECONDS, _TOKEN_SECONDS = 60, 600
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid authentication request.

    Attributes:
        force: the person shall show anew who they are.
    """

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    force: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or an access token is good for."""

    asked: Asked
    person: Person
    session: str
    since: int


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """One organisation's.

    Attributes:
        issuer: the address of everything it offers.
    """

    issuer: str
    key: RSAKey
    client_secret: str = field(repr=False)
    codes: Kept[Grant] = field(default_factory=lambda: Kept(_CODE_SECONDS))
    tokens: Kept[Grant] = field(default_factory=lambda: Kept(_TOKEN_SECONDS))

    def configuration(self) -> dict[str, Any]:
        """Describe it (OpenID Connect Discovery 1.0 section 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end-session",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "email", "profile"],
            "claims_supported": ["sub", "email", "email_verified", "name", "groups", "auth_time", "sid"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }

    def jwks(self) -> dict[str, Any]:
        """The key that tokens are verified with."""
        return {"keys": [self.key.as_dict(private=False, use="sig", alg="RS256", kid=self.key.thumbprint())]}

    def read_request(self, given: Mapping[str, str]) -> Asked:
        """Understand an authentication request (OpenID Connect Core 1.0 section 3.1.2.1).

        Raises:
            Refused: it is not one of our application, or lacks what keeps it safe.
        """
        if given.get("client_id") != CLIENT_ID:
            raise Refused(f"The only application here is {CLIENT_ID}.")
        redirect_uri = given.get("redirect_uri", "")
        require_own_machine(redirect_uri)
        if given.get("response_type") != "code" or "openid" not in given.get("scope", "").split():
            raise Refused("This provider knows the code flow of OpenID Connect alone.")
        if given.get("code_challenge_method") != "S256" or len(given.get("code_challenge", "")) != 43:
            raise Refused("Without PKCE by S256 a code could be stolen: the request lacks its code_challenge.")
        force = "login" in given.get("prompt", "").split() or given.get("max_age") == "0"
        return Asked(redirect_uri, given.get("state", ""), given.get("nonce", ""), given["code_challenge"], force)

    def answer(self, asked: Asked, person: Person, session: str, since: int) -> str:
        """Where the browser takes the code (RFC 6749 section 4.1.2, RFC 9207)."""
        code = self.codes.put(Grant(asked, person, session, since))
        values = {"code": code, "state": asked.state, "iss": self.issuer}
        separator = "&" if "?" in asked.redirect_uri else "?"
        return f"{asked.redirect_uri}{separator}{urlencode(values)}"

    def exchange(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Give tokens for a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6).

        Raises:
            TokenRefused: as section 5.2 names it.
        """
        if not self._is_client(form, authorization):
            raise TokenRefused("invalid_client", status=401)
        if form.get("grant_type") != "authorization_code":
            raise TokenRefused("unsupported_grant_type")
        grant = self.codes.take(form.get("code", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            grant is None
            or grant.asked.redirect_uri != form.get("redirect_uri")
            or not hmac.compare_digest(_base64(digest), grant.asked.challenge)
        ):
            raise TokenRefused("invalid_grant")
        access_token = self.tokens.put(grant)
        id_token = self._id_token(grant, access_token)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": _TOKEN_SECONDS,
            "id_token": id_token,
        }

    def userinfo(self, authorization: str) -> dict[str, Any]:
        """Whom an access token is of (OpenID Connect Core 1.0 section 5.3).

        Raises:
            TokenRefused: it is none.
        """
        scheme, _, token = authorization.partition(" ")
        grant = self.tokens.get(token) if scheme.lower() == "bearer" else None
        if grant is None:
            raise TokenRefused("invalid_token", status=401)
        return _claims(grant.person)

    def session_of(self, hint: str) -> str:
        """The session that an ID token is of, however old it is; empty where it is not ours."""
        try:
            claims = jwt.decode(hint, self.key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return ""
        return str(claims.get("sid", "")) if claims.get("iss") == self.issuer else ""

    def logout_token(self, person: Person, session: str) -> str:
        """Tells the application that somebody is signed out (OpenID Connect Back-Channel Logout 1.0 section 2.4)."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "sub": person.subject,
            "sid": session,
            "events": {_LOGOUT_EVENT: {}},
        }
        return self._signed(claims, "logout+jwt")

    def _is_client(self, form: Mapping[str, str], authorization: str) -> bool:
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, pair = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                client, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
            except (binascii.Error, ValueError):
                return False
            client, secret = unquote(client), unquote(secret)
        return client == CLIENT_ID and hmac.compare_digest(secret.encode(), self.client_secret.encode())

    def _id_token(self, grant: Grant, access_token: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": grant.since,
            "sid": grant.session,
            "at_hash": _base64(hashlib.sha256(access_token.encode()).digest()[:16]),
            **({"nonce": grant.asked.nonce} if grant.asked.nonce else {}),
            **_claims(grant.person),
        }
        return self._signed(claims, "JWT")

    def _signed(self, claims: dict[str, Any], kind: str) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.thumbprint(), "typ": kind}, claims, self.key)


def _claims(person: Person) -> dict[str, Any]:
    return {
        "sub": person.subject,
        "email": person.email,
        "email_verified": True,
        "name": person.name,
        "groups": list(person.groups),
    }


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
