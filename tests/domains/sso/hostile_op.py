"""A hostile OpenID provider: the real one, but for one lie at a time; and the list of its lies."""

import base64
import hmac
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.domains.sso.real_op import Grant, RealOp, digest, fresh_key

Claims = dict[str, Any]


@dataclass(frozen=True)
class Lie:
    """One thing that is not as it should be, and the check that must stop it.

    Attributes:
        check: name of the failed check in the trace; empty for the control, which nothing stops.
        claims: changes of the ID token's claims; None leaves one out.
        sign: makes the token in another way.
        redirect: what the browser brings back.
        token: the token endpoint's answer.
        userinfo: the userinfo endpoint's answer.
        jwks: the published keys.
        query: of our login page, for stepping up.
    """

    check: str
    claims: Callable[["HostileOp", Grant], Claims] | Claims | None = None
    sign: Callable[["HostileOp", Claims], str] | None = None
    redirect: Callable[["HostileOp", Claims], Any] | None = None
    token: Callable[["HostileOp", Claims], tuple[int, Any]] | None = None
    userinfo: Callable[["HostileOp", Claims], tuple[int, Any]] | None = None
    jwks: Callable[["HostileOp"], Any] | None = None
    query: str = ""


class HostileOp(RealOp):
    """Tells one lie."""

    lie = Lie("")

    def redirect(self, code: str, state: str) -> dict[str, str]:
        given = super().redirect(code, state)
        return self.lie.redirect(self, given) if self.lie.redirect else given

    def claims(self, grant: Grant) -> Claims:
        changes = self.lie.claims(self, grant) if callable(self.lie.claims) else self.lie.claims
        return {
            name: value for name, value in {**super().claims(grant), **(changes or {})}.items() if value is not None
        }

    def id_token(self, grant: Grant) -> str:
        return self.lie.sign(self, self.claims(grant)) if self.lie.sign else super().id_token(grant)

    def token_answer(self, grant: Grant) -> tuple[int, Any]:
        status, answer = super().token_answer(grant)
        return self.lie.token(self, answer) if self.lie.token else (status, answer)

    def userinfo(self, grant: Grant) -> tuple[int, Any]:
        status, answer = super().userinfo(grant)
        return self.lie.userinfo(self, answer) if self.lie.userinfo else (status, answer)

    def jwks(self) -> Any:
        return self.lie.jwks(self) if self.lie.jwks else super().jwks()


OTHER_KEY = fresh_key("first")
with warnings.catch_warnings(action="ignore", category=SecurityWarning):
    WEAK_KEY = RSAKey.generate_key(1024, {"kid": "weak"})
CURVE_KEY = ECKey.generate_key("P-256", {"kid": "curve"})
SHARED_KEY = OctKey.generate_key(256, {"kid": "shared"})


def segment(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def signed(key: Any, alg: str = "RS256", **header: Any) -> Callable[[HostileOp, Claims], str]:
    """Signs with another key, or says other things in the header."""

    def sign(op: HostileOp, claims: Claims) -> str:
        used = key or op.keys[-1]
        head = {"alg": alg, "kid": "first", **header}
        registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
        return jwt.encode({k: v for k, v in head.items() if v is not None}, claims, used, registry=registry)

    return sign


def unsigned(op: HostileOp, claims: Claims) -> str:
    return f"{segment({'alg': 'none', 'kid': 'first'})}.{segment(claims)}."


def by_public_key(op: HostileOp, claims: Claims) -> str:
    """By hand: the library knows better than to help with this."""
    text = f"{segment({'alg': 'HS256', 'kid': 'first'})}.{segment(claims)}"
    signature = hmac.digest(op.keys[-1].as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def payload(text: str) -> Callable[[HostileOp, Claims], str]:
    """Signs what is no object of claims."""

    def sign(op: HostileOp, claims: Claims) -> str:
        return jws.serialize_compact({"alg": "RS256", "kid": "first"}, text, op.keys[-1], algorithms=["RS256"])

    return sign


def crit(op: HostileOp, claims: Claims) -> str:
    """Demands to be understood in a way that nobody does, rightly signed (RFC 7515 section 4.1.11)."""
    text = f"{segment({'alg': 'RS256', 'kid': 'first', 'crit': ['exotic'], 'exotic': 1})}.{segment(claims)}"
    signature = op.keys[-1].private_key.sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def token_with(**changes: Any) -> Callable[[HostileOp, Claims], tuple[int, Any]]:
    return lambda _, answer: (200, {name: value for name, value in {**answer, **changes}.items() if value is not None})


def back_with(**changes: Any) -> Callable[[HostileOp, Claims], Claims]:
    return lambda _, given: {name: value for name, value in {**given, **changes}.items() if value is not None}


def twice(name: str) -> Callable[[HostileOp, Claims], Any]:
    return lambda _, given: [*given.items(), (name, given[name])]


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


TOKEN, ALGORITHM, KEY, SIGNATURE = "Token is a signed JWT", "Signature algorithm", "Signing key", "Signature"
STATE, OWN, CODE, EXCHANGED = (
    "State is of a pending sign-in",
    "Answer is this provider's",
    "Code is there",
    "Code is exchanged",
)
INFO, VERIFIED = "User info is there", "E-mail address is verified"

LIES = {
    "control: nothing is wrong": Lie(""),
    # The browser's part
    "no state": Lie(STATE, redirect=back_with(state=None)),
    "a state of nobody": Lie(STATE, redirect=back_with(state="x" * 43)),
    "a state that holds NUL and nonsense": Lie(STATE, redirect=back_with(state="\0'\ufffe\x7f")),
    "a state as long as a book": Lie(STATE, redirect=back_with(state="s" * 9_000)),
    "the state twice": Lie(STATE, redirect=twice("state")),
    "no iss, though the provider promises it (mix-up)": Lie(OWN, redirect=back_with(iss=None)),
    "the iss of another provider (mix-up)": Lie(OWN, redirect=back_with(iss="https://honest.example")),
    "an error that another provider signs with its iss": Lie(
        OWN, redirect=back_with(iss="https://honest.example", error="access_denied", code=None)
    ),
    "the iss twice": Lie(OWN, redirect=twice("iss")),
    "an error instead of a code": Lie(
        "Provider reports no error",
        redirect=back_with(code=None, error="access_denied", error_description="\0no"),
    ),
    "an error besides a code": Lie("Provider reports no error", redirect=back_with(error="server_error")),
    "no code": Lie(CODE, redirect=back_with(code=None)),
    "the code twice": Lie(CODE, redirect=twice("code")),
    "a code of nobody": Lie(EXCHANGED, redirect=back_with(code="stolen")),
    # The token endpoint
    "the token endpoint fails": Lie(EXCHANGED, token=lambda *_: (500, {"error": "server_error"})),
    "the token endpoint answers in HTML": Lie("Access token is there", token=lambda *_: (200, b"<html>")),
    "the token endpoint answers with a list": Lie("Access token is there", token=lambda *_: (200, [1])),
    "the token endpoint nests without end": Lie("Access token is there", token=lambda *_: (200, b"[" * 300_000)),
    "the token endpoint answers without end": Lie("Token endpoint answers", token=lambda *_: (200, b" " * 2_000_000)),
    "the token endpoint sends on elsewhere": Lie("Token endpoint answers", token=lambda *_: (307, {})),
    "an access token that is two headers": Lie("Access token is there", token=token_with(access_token="a\r\nx: y")),
    "an access token that is no text": Lie("Access token is there", token=token_with(access_token={"a": 1})),
    "a token of another type": Lie("Token type", token=token_with(token_type="DPoP")),
    # The signature
    "no ID token": Lie(TOKEN, token=token_with(id_token=None)),
    "an ID token that is none": Lie(TOKEN, token=token_with(id_token="ey.ey.ey")),
    "an ID token that is an object": Lie(TOKEN, token=token_with(id_token={"sub": "x"})),
    "an ID token of five parts": Lie(TOKEN, token=token_with(id_token="a.b.c.d.e")),
    "an ID token as long as a book": Lie(TOKEN, token=token_with(id_token="a" * 150_000)),
    "alg none": Lie(ALGORITHM, sign=unsigned),
    "an HMAC with the public key": Lie(ALGORITHM, sign=by_public_key),
    "an HMAC with a key that the provider publishes": Lie(
        ALGORITHM, sign=signed(SHARED_KEY, "HS256"), jwks=lambda op: {"keys": [SHARED_KEY.as_dict(private=True)]}
    ),
    "another algorithm than agreed": Lie(
        ALGORITHM, sign=signed(CURVE_KEY, "ES256"), jwks=lambda op: {"keys": [CURVE_KEY.as_dict(private=False)]}
    ),
    "a key of somebody else under the right name": Lie(SIGNATURE, sign=signed(OTHER_KEY)),
    "a key that the token itself brings": Lie(
        SIGNATURE, sign=signed(OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False), jku="https://evil.example/jwks")
    ),
    "a key that nobody publishes": Lie(KEY, sign=signed(OTHER_KEY, kid="unknown")),
    "a key for encrypting": Lie(KEY, jwks=lambda op: {"keys": [{**RealOp.jwks(op)["keys"][0], "use": "enc"}]}),
    "a key too weak to prove anything": Lie(
        KEY, sign=signed(WEAK_KEY, kid="weak"), jwks=lambda op: {"keys": [WEAK_KEY.as_dict(private=False)]}
    ),
    "keys that are none": Lie(KEY, jwks=lambda op: {"keys": ["x", {"kty": "RSA", "kid": "first", "n": 1}, None]}),
    "a header that must be understood and is not": Lie(SIGNATURE, sign=crit),
    "claims that are a list": Lie(SIGNATURE, sign=payload("[1]")),
    "claims that nest without end": Lie(SIGNATURE, sign=payload("[" * 50_000)),
    # The claims
    "the issuer of somebody else": Lie("Issuer", claims={"iss": "https://evil.example"}),
    "the issuer with a slash more": Lie("Issuer", claims=lambda op, _: {"iss": f"{op.issuer}/"}),
    "no issuer": Lie("Issuer", claims={"iss": None}),
    "an audience of somebody else": Lie("Audience", claims={"aud": "other"}),
    "an audience that only contains ours": Lie("Audience", claims={"aud": "marketplace-other"}),
    "no audience": Lie("Audience", claims={"aud": None}),
    "several audiences and no azp": Lie("Authorised party", claims={"aud": ["marketplace", "other"]}),
    "an azp of somebody else": Lie("Authorised party", claims={"azp": "other"}),
    "expired": Lie("Expiry", claims=lambda *_: {"exp": ago(180)}),
    "no expiry": Lie("Expiry", claims={"exp": None}),
    "an expiry in words": Lie("Expiry", claims={"exp": "tomorrow"}),
    "an expiry beyond all numbers": Lie("Expiry", claims={"exp": 10**400}),
    "issued long ago": Lie("Issued at", claims=lambda *_: {"iat": ago(900)}),
    "issued tomorrow": Lie("Issued at", claims=lambda *_: {"iat": ago(-86_400)}),
    "never issued": Lie("Issued at", claims={"iat": None}),
    "not good before tomorrow": Lie("Not before", claims=lambda *_: {"nbf": ago(-86_400)}),
    "no nonce (an old token)": Lie("Nonce", claims={"nonce": None}),
    "the nonce of another sign-in": Lie("Nonce", claims={"nonce": "n" * 43}),
    "an access token that is not the ID token's": Lie("Access token hash", claims={"at_hash": digest("x", half=True)}),
    "no subject": Lie("Subject", claims={"sub": None}),
    "a subject that is a number": Lie("Subject", claims={"sub": 7}),
    "a subject that holds NUL": Lie("Subject", claims={"sub": "a\0b"}),
    "a subject of 256 characters": Lie("Subject", claims={"sub": "s" * 256}),
    # The person
    "an address that nobody has verified": Lie(VERIFIED, claims={"email_verified": False}),
    "an address without a word on it": Lie(VERIFIED, claims={"email_verified": None}),
    "an address verified in the user info, another in the token": Lie(
        VERIFIED,
        claims={"email": "victim@people.example", "email_verified": None},
        userinfo=lambda _, given: (200, {**given, "email": "own@evil.example", "email_verified": True}),
    ),
    "the user info of somebody else": Lie(
        "User info is the same person's", userinfo=lambda _, given: (200, {**given, "sub": "victim"})
    ),
    "user info of nobody": Lie("User info is the same person's", userinfo=lambda *_: (200, {"email": "x@y.example"})),
    "user info in HTML": Lie(INFO, userinfo=lambda *_: (200, b"<html>")),
    "user info that fails": Lie(INFO, userinfo=lambda *_: (503, {})),
    # Showing anew who one is
    "nobody was asked to sign in anew": Lie(
        "Signed in anew", claims=lambda *_: {"auth_time": ago(3_600)}, query="?purpose=step_up"
    ),
    "it is not said when they signed in": Lie("Signed in anew", claims={"auth_time": None}, query="?purpose=step_up"),
}
