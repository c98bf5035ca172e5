"""A real OpenID provider on loopback, small but whole: discovery, PKCE, codes that work once, new keys, sign-out.

It speaks HTTP from a thread of its own and shares nothing with the product but the network. What a hostile
provider does otherwise is done by overriding one method.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_KEYS: list[RSAKey] = []


def fresh_key(kid: str) -> RSAKey:
    """A key of its own name; the numbers behind it are made once a run, since making them is slow."""
    key = RSAKey.generate_key(2048)
    return RSAKey.import_key({**key.as_dict(private=True), "kid": kid})


def shared_key() -> RSAKey:
    """The key that providers of a run start with."""
    if not _KEYS:
        _KEYS.append(fresh_key("first"))
    return _KEYS[0]


def digest(text: str, *, half: bool = False) -> str:
    """SHA-256 in Base64 without padding, as PKCE and (by half) ``at_hash`` want it."""
    value = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(value[:16] if half else value).decode().rstrip("=")


@dataclass
class Grant:
    """What a code stands for."""

    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    person: dict[str, Any]
    sid: str
    access_token: str = field(default_factory=lambda: secrets.token_urlsafe(20))


class RealOp:
    """One provider.

    Attributes:
        clients: their secrets by id.
        person: who sits at the browser; claims about them.
        asked: the parameters of the last request for authorization.
        calls: how often each path was asked for.
        pkce: it looks at the verifier, as it should.
    """

    def __init__(self) -> None:
        self.clients = {"marketplace": "a secret that only two know"}
        self.person: dict[str, Any] = {}
        self.keys = [shared_key()]
        self.codes: dict[str, Grant] = {}
        self.grants: dict[str, Grant] = {}
        self.used: set[str] = set()
        self.asked: dict[str, str] = {}
        self.calls: dict[str, int] = {}
        self.methods = ["client_secret_basic", "client_secret_post"]
        self.pkce = True
        self.port = 0

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What a provider says of itself

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end-session",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": self.methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
        }

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "RS256"} for key in self.keys]}

    # The browser's part

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, signed in as ``person``."""
        self.asked = asked
        assert asked["response_type"] == "code"
        assert asked["client_id"] in self.clients
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(
            asked["client_id"],
            asked["redirect_uri"],
            asked.get("nonce", ""),
            asked["code_challenge"],
            dict(self.person),
            sid=secrets.token_urlsafe(8),
        )
        return f"{asked['redirect_uri']}?{urlencode(self.redirect(code, asked['state']))}"

    def redirect(self, code: str, state: str) -> dict[str, str]:
        return {"code": code, "state": state, "iss": self.issuer}

    # The product's part

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6)."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization[6:]).decode().split(":", 1)
            client_id, secret = map(unquote, pair)
        if self.clients.get(client_id) != secret:
            return 401, {"error": "invalid_client"}
        grant, code = self.codes.get(form.get("code", "")), form.get("code", "")
        good = grant is not None and code not in self.used and grant.client_id == client_id
        if not good or form.get("redirect_uri") != grant.redirect_uri:
            return 400, {"error": "invalid_grant"}
        if self.pkce and digest(form.get("code_verifier", "")) != grant.challenge:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        self.used.add(code)
        self.grants[grant.access_token] = grant
        return self.token_answer(grant)

    def token_answer(self, grant: Grant) -> tuple[int, dict[str, Any]]:
        answer = {"access_token": grant.access_token, "token_type": "Bearer", "expires_in": 300}
        return 200, {**answer, "id_token": self.id_token(grant)}

    def id_token(self, grant: Grant) -> str:
        return self.sign(self.claims(grant))

    def claims(self, grant: Grant) -> dict[str, Any]:
        moment = int(time.time())
        return {
            "iss": self.issuer,
            "aud": grant.client_id,
            "exp": moment + 300,
            "iat": moment,
            "auth_time": moment,
            "nonce": grant.nonce,
            "at_hash": digest(grant.access_token, half=True),
            "sid": grant.sid,
            **grant.person,
        }

    def sign(self, claims: dict[str, Any], **header: str) -> str:
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": str(key.kid), **header}, claims, key, algorithms=["RS256"])

    def userinfo(self, grant: Grant) -> tuple[int, dict[str, Any]]:
        return 200, dict(grant.person)

    # Keys and sign-out

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on, and forget the old one."""
        self.keys = [fresh_key(kid)]

    def end_session(self, asked: dict[str, str]) -> str:
        """Where the browser goes after it has signed out here."""
        hinted = jwt.decode(asked["id_token_hint"], self.keys[-1], algorithms=["RS256"])
        assert hinted.claims["aud"] == asked["client_id"]
        return f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}"

    def logout_token(self, grant: Grant | None = None, **changes: Any) -> str:
        """What tells the product that somebody has signed out; a change to None leaves a claim out."""
        moment = int(time.time())
        kind = changes.pop("typ", "logout+jwt")
        claims = {
            "iss": self.issuer,
            "aud": "marketplace",
            "iat": moment,
            "exp": moment + 120,
            "jti": secrets.token_urlsafe(8),
            "events": {LOGOUT_EVENT: {}},
            **({"sub": grant.person["sub"], "sid": grant.sid} if grant else {}),
            **changes,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None}, typ=kind)

    @property
    def newest(self) -> Grant:
        """The grant of the last code."""
        return list(self.codes.values())[-1]

    # HTTP

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str], headers: Any) -> Any:
        """Status and JSON of an answer, or an address to redirect to."""
        self.calls[path] = self.calls.get(path, 0) + 1
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, self.configuration()
            case "GET", "/jwks":
                return 200, self.jwks()
            case "GET", "/authorize":
                return self.authorize(query)
            case "POST", "/token":
                return self.token(form, headers.get("authorization", ""))
            case "GET", "/userinfo" if bearer in self.grants:
                return self.userinfo(self.grants[bearer])
            case "GET", "/end-session":
                return self.end_session(query)
        return 404, {"error": "not_found"}


@contextmanager
def serving(op: RealOp):
    """The provider, once it listens."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            answer = op.answer(self.command, parts.path, dict(parse_qsl(parts.query)), form, self.headers)
            status, content = (302, b"") if isinstance(answer, str) else (answer[0], encoded(answer[1]))
            self.send_response(status)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    op.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield op
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def encoded(content: Any) -> bytes:
    """JSON, or what is bytes already."""
    return content if isinstance(content, bytes) else json.dumps(content).encode()
