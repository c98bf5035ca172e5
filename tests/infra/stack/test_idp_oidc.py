"""Signing on and out by OpenID Connect at the demo identity provider."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.infra.stack.idp_peers import Tenant, Visitor, query_of, tenant_of

from ctorendang.infra.stack import EmbeddedStack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(tmp_path_factory.mktemp("idp"), components={"idp"}, environ={}) as stack:
        yield stack


@dataclass
class Application:
    """Northwind's, at the provider."""

    issuer: str
    secret: str
    redirect_uri: str = "http://northwind.localhost:8000/sso/1/callback"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def authorize(self, **changes: str | None) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        values = {
            "client_id": "northwind-talent",
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid email profile",
            "state": "some state",
            "nonce": "some nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        query = urlencode({name: value for name, value in values.items() if value is not None})
        return f"{self.issuer}/authorize?{query}"

    def exchange(self, code: str, *, basic: bool = True, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        } | changes
        if basic:
            return httpx.post(f"{self.issuer}/token", data=form, auth=("northwind-talent", self.secret))
        pair = {"client_id": "northwind-talent", "client_secret": self.secret}
        return httpx.post(f"{self.issuer}/token", data=pair | form)

    def claims(self, token: str) -> dict:
        keys = KeySet.import_key_set(httpx.get(f"{self.issuer}/jwks").json())
        return jwt.decode(token, keys, algorithms=["RS256"]).claims


@pytest.fixture
def application(stack: EmbeddedStack) -> Application:
    variables = stack.variables()
    return Application(f"{variables['CTORENDANG_IDP_URL']}/northwind", variables["CTORENDANG_IDP_CLIENT_SECRET"])


@pytest.fixture
def visitor(stack: EmbeddedStack) -> Visitor:
    return Visitor(stack.identity_provider_url)


def code_for(application: Application, visitor: Visitor, person: str = "dana", **changes: str) -> str:
    answer = visitor.choose(application.authorize(**changes), person)
    assert answer.status_code == 303
    return query_of(answer.headers["location"])["code"]


def test_it_describes_itself(application: Application):
    said = httpx.get(f"{application.issuer}/.well-known/openid-configuration").json()
    assert said["issuer"] == application.issuer
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert said[name].startswith(f"{application.issuer}/")
    (key,) = httpx.get(said["jwks_uri"]).json()["keys"]
    assert key["kty"] == "RSA"
    assert "d" not in key


@pytest.mark.parametrize("basic", [True, False])
def test_it_signs_somebody_on(application: Application, visitor: Visitor, basic: bool):
    answer = visitor.choose(application.authorize(), "dana")
    address = answer.headers["location"]
    assert address.startswith(f"{application.redirect_uri}?")
    assert query_of(address)["state"] == "some state"
    assert query_of(address)["iss"] == application.issuer
    tokens = application.exchange(query_of(address)["code"], basic=basic).json()
    claims = application.claims(tokens["id_token"])
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    now = time.time()
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (application.issuer, "northwind-talent", "some nonce")
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert now - 5 < claims["auth_time"] <= claims["iat"] <= now + 1 < claims["exp"]
    assert (claims["name"], claims["groups"]) == ("Dana Whitfield", ["platform-admins"])
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = httpx.get(f"{application.issuer}/userinfo", headers=headers).json()
    assert told == {name: claims[name] for name in ("sub", "email", "email_verified", "name", "groups")}


def test_a_code_is_good_once_for_whoever_asked_for_it(application: Application, visitor: Visitor):
    wrong = [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://northwind.localhost:8000/other"},
        {"code": "made up"},
    ]
    for changes in wrong:
        refused = application.exchange(**{"code": code_for(application, visitor)} | changes)
        assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    code = code_for(application, visitor)
    assert application.exchange(code).status_code == 200
    assert application.exchange(code).json() == {"error": "invalid_grant"}
    assert application.exchange(code, grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_only_the_application_exchanges_codes(application: Application, visitor: Visitor):
    code = code_for(application, visitor)
    stranger = Application(application.issuer, "guessed", verifier=application.verifier)
    for basic in (True, False):
        refused = stranger.exchange(code, basic=basic)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert application.exchange(code).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://evil.example/northwind.localhost"},
        {"redirect_uri": "http://northwind.localhost@evil.example/"},
        {"redirect_uri": "http://127.0.0.1:8000/callback"},
        {"redirect_uri": None},
        {"response_type": "token"},
        {"scope": "email"},
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
    ],
)
def test_other_requests_are_refused(application: Application, visitor: Visitor, changes: dict):
    assert visitor.http.get(application.authorize(**changes)).status_code == 400


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}])
def test_it_asks_again_when_told_to(application: Application, visitor: Visitor, changes: dict):
    assert "Who is signing in?" in visitor.http.get(application.authorize()).text
    assert "Confirm that it is you" in visitor.http.get(application.authorize(**changes)).text


@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Basic eDp5"])
def test_userinfo_needs_a_token(application: Application, authorization: str):
    refused = httpx.get(f"{application.issuer}/userinfo", headers={"Authorization": authorization})
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_token"})


def test_the_application_signs_somebody_out(application: Application, visitor: Visitor):
    token = application.exchange(code_for(application, visitor)).json()["id_token"]
    assert "You are signed in" in visitor.http.get("/northwind").text
    back = "http://northwind.localhost:8000/sso/1/logged-out"
    query = urlencode({"id_token_hint": token, "post_logout_redirect_uri": back, "state": "bye"})
    answer = visitor.http.get(f"{application.issuer}/end-session?{query}")
    assert answer.headers["location"] == f"{back}?state=bye"
    assert "Nobody is signed in" in visitor.http.get("/northwind").text
    query = urlencode({"post_logout_redirect_uri": "https://evil.example/"})
    assert visitor.http.get(f"{application.issuer}/end-session?{query}").status_code == 400


def test_somebody_signs_out_at_the_provider_and_the_application_hears_of_it(
    application: Application, visitor: Visitor, stack: EmbeddedStack
):
    with tenant_of(stack.identity_provider_url) as tenant:
        application.redirect_uri = f"{tenant.origin}/sso/1/callback"
        claims = application.claims(application.exchange(code_for(application, visitor)).json()["id_token"])
        assert "You are signed out" in visitor.http.post("/northwind/sign-out").text
        told = _told(tenant)
    logout = application.claims(told)
    assert (logout["sub"], logout["sid"], logout["aud"]) == (claims["sub"], claims["sid"], "northwind-talent")
    assert logout["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in logout
    assert "Nobody is signed in" in visitor.http.get("/northwind").text


def _told(tenant: Tenant) -> str:
    ((path, form),) = tenant.posted
    assert urlsplit(path).path == "/sso/1/backchannel-logout"
    return form["logout_token"]
