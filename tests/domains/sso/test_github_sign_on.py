"""Signing on with GitHub, against a server that speaks its protocol: OAuth 2 with PKCE, and the API for who it is."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from tests.domains.sso.oidc_visit import Connected, insert, opens_account, provider
from tests.domains.sso.real_op import RealOp
from tests.factories import form_token

from ctorendang.domains.sso.oidc import oauth

OWN = {"email": "ada@people.example", "primary": True, "verified": True, "visibility": "private"}
OTHER = {"email": "victim@people.example", "primary": False, "verified": False, "visibility": None}


class GitHub(RealOp):
    """GitHub's addresses and manners: errors come with status 200, tokens as JSON only to those who ask for it."""

    def __init__(self) -> None:
        super().__init__()
        self.user: Any = {"id": 583231, "login": "octocat", "name": "Ada Lovelace", "email": None}
        self.emails: Any = [OTHER, OWN]
        self.accept = ""

    def redirect(self, code: str, state: str) -> dict[str, str]:
        return {"code": code, "state": state}

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str], headers: Any) -> Any:
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        match method, path:
            case "GET", "/login/oauth/authorize":
                return self.authorize(query)
            case "POST", "/login/oauth/access_token":
                assert headers["accept"] == "application/json"
                assert "authorization" not in headers
                status, answer = self.token(form, "")
                return (200, answer) if status == 200 else (200, {"error": "bad_verification_code"})
            case "GET", "/api/v3/user" if bearer in self.grants:
                return 200, self.user
            case "GET", "/api/v3/user/emails" if bearer in self.grants:
                return 200, self.emails
        return 404, {"message": "Not Found"}

    def token_answer(self, grant):
        return 200, {"access_token": grant.access_token, "scope": "read:user,user:email", "token_type": "bearer"}


@pytest.fixture
def github():
    with provider(GitHub()) as op:
        yield op


async def connect(market, github: GitHub, **values: Any) -> Connected:
    settings = msgspec.to_builtins(oauth.github("marketplace", server=github.issuer))
    given = {"protocol": "oauth", "provider": "github"} | values
    return await insert(market, github, settings, github.clients["marketplace"], **given)


async def refused(connected: Connected, browser) -> str:
    called = await connected.call_back(browser)
    assert called.status_code == 400
    return (await connected.trace(called)).checks[-1].name


async def test_somebody_signs_on_with_github(market, github, client):
    connected = await connect(market, github)
    await connected.sign_on(client)
    assert await opens_account(client)
    (user,) = await market.fetch("select u.*, i.subject from users u join sso_identities i on i.user_id = u.id")
    assert (user["email"], user["name"], user["subject"]) == ("ada@people.example", "Ada Lovelace", "583231")
    assert user["email_verified_at"] is not None


async def test_the_browser_leaves_with_pkce_and_asks_for_addresses(market, github, client):
    connected = await connect(market, github)
    asked = parse_qs(urlsplit(await connected.leave(client)).query)
    assert asked["scope"] == ["read:user user:email"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "nonce" not in asked


async def test_the_number_counts_and_neither_name_nor_address(market, github):
    connected = await connect(market, github)
    for login, address in (("octocat", "ada@people.example"), ("renamed", "new@people.example")):
        github.user["login"], github.emails = login, [{**OWN, "email": address}]
        async with market.browser() as browser:
            await connected.sign_on(browser)
    (row,) = await market.fetch("select count(*) from users")
    assert row["count"] == 1
    github.user["id"] = 99
    async with market.browser() as browser:
        github.emails = [{**OWN, "email": "third@people.example"}]
        await connected.sign_on(browser)
    (row,) = await market.fetch("select count(*) from users")
    assert row["count"] == 2


@pytest.mark.parametrize(
    "emails",
    [
        [{**OWN, "verified": False}],
        [{**OWN, "verified": "true"}],
        [{**OWN, "primary": False}],
        [{**OWN, "email": None}],
        [OTHER],
        [],
        {"message": "Bad credentials"},
        b"<html>",
        b"[" * 100_000,
    ],
)
async def test_only_a_verified_primary_address_will_do(emails, market, github, client):
    connected = await connect(market, github)
    github.emails = emails
    assert await refused(connected, client) == "E-mail address is verified"


@pytest.mark.parametrize("user", [{"login": "x"}, {"id": "583231"}, {"id": True}, {"id": -1}, {"id": 10**30}, [], b"x"])
async def test_an_account_without_a_number_is_nobody(user, market, github, client):
    connected = await connect(market, github)
    github.user = user
    assert await refused(connected, client) == "Account number"


async def test_a_code_that_github_does_not_take_is_refused_with_a_reference(market, github, client):
    connected = await connect(market, github)
    github.redirect = lambda code, state: {"code": "another", "state": state}
    called = await connected.call_back(client)
    assert called.status_code == 400
    failed = (await connected.trace(called)).checks[-1]
    assert failed.name == "Code is exchanged"
    assert "bad_verification_code" in failed.got


async def test_an_answer_that_names_another_provider_is_refused(market, github, client):
    connected = await connect(market, github)
    github.redirect = lambda code, state: {"code": code, "state": state, "iss": "https://evil.example"}
    assert await refused(connected, client) == "Answer is this provider's"


async def test_no_account_is_taken_over_by_an_address_on_github(market, github, client):
    await market.join("client", email="ada@people.example")
    connected = await connect(market, github)
    called = await connected.call_back(client)
    arrived = await client.get(called.headers["location"])
    assert arrived.status_code == 400
    assert (await connected.trace(arrived)).checks[-1].name == "Connection speaks for the address"


async def test_github_cannot_be_asked_to_have_people_sign_in_anew(market, github, client):
    connected = await connect(market, github)
    await connected.sign_on(client)
    assert (await client.get(f"/sso/{connected.id}/login?purpose=step_up")).status_code == 409


async def test_signing_out_ends_the_session_here_and_github_is_left_alone(market, github, client):
    connected = await connect(market, github)
    await connected.sign_on(client)
    page = await client.get("/account")
    await client.post("/logout", data={"_csrf": form_token(page.text)})
    assert (await client.get("/sso/logout")).headers["location"] == "/"
    assert not await opens_account(client)


async def test_there_is_no_back_channel_for_github(market, github):
    connected = await connect(market, github)
    assert (await connected.tell("x.y.z")).status_code == 404


def test_github_itself_is_where_it_says():
    settings = oauth.github("client")
    assert settings.authorization_endpoint == "https://github.com/login/oauth/authorize"
    assert settings.token_endpoint == "https://github.com/login/oauth/access_token"
    assert settings.user_endpoint == "https://api.github.com/user"
    assert settings.emails_endpoint == "https://api.github.com/user/emails"
