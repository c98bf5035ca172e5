"""A credential is good on the host of its tenant and for its purpose; anywhere else its bearer is nobody."""

from dataclasses import dataclass

import httpx
import pytest

from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, Marketplaces, Person, sign_in
from tests.inbox import Inbox

DONE = "... on Done { message }" + PROBLEMS
NEW_PASSWORD = "a password that nobody had before"


@dataclass(frozen=True)
class Credentials:
    """Everything that can stand for one person."""

    person: Person
    cookie: str
    verify_token: str
    reset_token: str

    @property
    def secrets(self) -> dict[str, str]:
        person = self.person
        tokens = {"access token": person.access_token, "refresh token": person.refresh_token}
        return {**tokens, "cookie": self.cookie, "verify token": self.verify_token, "reset token": self.reset_token}


async def credentials_of(market: Marketplace, inbox: Inbox, *roles: str, email: str | None = None) -> Credentials:
    person = await market.join(*roles, email=email)
    async with market.browser() as browser:
        await sign_in(browser, person)
        cookie = browser.cookies["session"]
    await market.mutate("requestPasswordReset", DONE, {"email": person.email})
    await market.work_off()
    verify, reset = inbox.secret(person.email, "/verify"), inbox.secret(person.email, "/password/reset")
    return Credentials(person, cookie, verify, reset)


@pytest.fixture(scope="module")
async def home(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def abroad(marketplaces: Marketplaces) -> Marketplace:
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def credentials(home: Marketplace, inbox: Inbox) -> Credentials:
    return await credentials_of(home, inbox, "client", "admin")


async def status_with_cookie(market: Marketplace, cookie: str, path: str = "/account") -> int:
    async with market.browser(cookie=f"session={cookie}") as browser:
        return (await browser.get(path)).status_code


async def me(market: Marketplace, token: str) -> object:
    return (await market.graphql("{ me { id } }", token))["data"]["me"]


async def refresh(market: Marketplace, token: str) -> str:
    return (await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": token}))["__typename"]


async def verify(person: Person, token: str) -> str:
    return (await person.mutate("verifyEmail", DONE, {"token": token}))["__typename"]


async def reset(market: Marketplace, token: str) -> str:
    return (await market.mutate("resetPassword", DONE, {"token": token, "password": NEW_PASSWORD}))["__typename"]


async def test_no_credential_is_worth_anything_on_another_tenants_host(abroad: Marketplace, credentials: Credentials):
    somebody = await abroad.join("client")
    for name, secret in credentials.secrets.items():
        assert await status_with_cookie(abroad, secret) == 401, name
        assert await me(abroad, secret) is None, name
        assert await refresh(abroad, secret) == "Refusal", name
        assert await verify(somebody, secret) == "Refusal", name
        assert await reset(abroad, secret) == "Refusal", name


async def test_another_tenants_pages_look_as_they_do_to_visitors(abroad: Marketplace, credentials: Credentials):
    paths = ["/", "/ctos", "/login", "/projects", "/admin/members", "/account"]
    async with abroad.browser() as visitor, abroad.browser(cookie=f"session={credentials.cookie}") as bearer:
        for path in paths:
            seen, shown = await visitor.get(path), await bearer.get(path)
            assert shown.status_code == seen.status_code, path
            assert credentials.person.email not in shown.text
            assert "Ada Person" not in shown.text


async def test_no_credential_of_a_tenant_is_worth_anything_on_the_console(
    console: Marketplace, credentials: Credentials
):
    for secret in credentials.secrets.values():
        for headers in ({"cookie": f"session={secret}"}, {"authorization": f"Bearer {secret}"}):
            async with console.browser(**headers) as browser:
                assert (await browser.get("/tenants")).headers["location"] == "/login"
                assert (await browser.get(f"/tenants/{credentials.person.market.slug}")).status_code == 401


async def test_a_credential_is_good_for_its_own_purpose_only(home: Marketplace, credentials: Credentials):
    secrets = credentials.secrets
    for name in secrets.keys() - {"cookie"}:
        assert await status_with_cookie(home, secrets[name]) == 401, name
    for name in secrets.keys() - {"access token"}:
        assert await me(home, secrets[name]) is None, name
    for name in secrets.keys() - {"refresh token"}:
        assert await refresh(home, secrets[name]) == "Refusal", name
    for name in secrets.keys() - {"verify token"}:
        assert await verify(credentials.person, secrets[name]) == "Refusal", name
    for name in secrets.keys() - {"reset token"}:
        assert await reset(home, secrets[name]) == "Refusal", name


async def test_at_home_each_still_works_though_it_was_tried_elsewhere(home: Marketplace, credentials: Credentials):
    assert await status_with_cookie(home, credentials.cookie) == 200
    assert await me(home, credentials.person.access_token) == {"id": str(credentials.person.id)}
    assert await verify(credentials.person, credentials.verify_token) == "Done"
    assert await refresh(home, credentials.person.refresh_token) == "Tokens"
    assert await reset(home, credentials.reset_token) == "Done"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.swapcase(),
        lambda token: f" {token[1:]}",
        lambda token: token * 10,
        lambda token: "",
        lambda token: "' or true --",
        lambda token: "%00" + token,
    ],
)
async def test_a_credential_that_is_nearly_right_is_not(spoil, market: Marketplace):
    person = await market.join("client")
    spoilt = spoil(person.access_token)
    assert await status_with_cookie(market, spoilt) == 401
    assert await me(market, spoilt) is None
    assert await refresh(market, spoil(person.refresh_token)) == "Refusal"


async def test_the_same_address_in_two_tenants_is_two_people(market: Marketplace, other_market: Marketplace):
    here = await market.join("client", email="ada@people.example")
    assert (await sign_in_as(other_market, here.email))["__typename"] == "Refusal"
    there = await other_market.join("client", email="ada@people.example")
    assert here.id != there.id
    admin = await other_market.join("admin")
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(there.id)})
    assert (await sign_in_as(market, here.email))["__typename"] == "Tokens"
    assert (await sign_in_as(other_market, here.email))["__typename"] == "Refusal"


async def sign_in_as(market: Marketplace, email: str) -> dict:
    return await market.mutate("signIn", TOKENS + REFUSALS, {"email": email, "password": PASSWORD})


@pytest.fixture
async def suspended(market: Marketplace, inbox: Inbox) -> tuple[Credentials, Person]:
    """Somebody who was signed in everywhere, and the administrator who has shut them out."""
    credentials, admin = await credentials_of(market, inbox, "client"), await market.join("admin")
    await change_member(admin, "suspendMember", credentials.person)
    return credentials, admin


async def change_member(admin: Person, mutation: str, person: Person) -> None:
    answer = await admin.mutate(mutation, "... on Member { id }" + PROBLEMS, {"memberId": str(person.id)})
    assert answer["__typename"] == "Member"


async def has_ended(market: Marketplace, credentials: Credentials) -> None:
    assert await status_with_cookie(market, credentials.cookie) == 401
    assert await me(market, credentials.person.access_token) is None
    assert await refresh(market, credentials.person.refresh_token) == "Refusal"


async def test_a_suspended_members_credentials_end(
    market: Marketplace, suspended: tuple[Credentials, Person], inbox: Inbox
):
    credentials, admin = suspended
    await has_ended(market, credentials)
    assert (await sign_in_as(market, credentials.person.email))["__typename"] == "Refusal"
    mails = len(inbox.of(credentials.person.email))
    await market.mutate("requestPasswordReset", DONE, {"email": credentials.person.email})
    await market.work_off()
    assert len(inbox.of(credentials.person.email)) == mails
    await change_member(admin, "restoreMember", credentials.person)
    await has_ended(market, credentials)
    assert (await sign_in_as(market, credentials.person.email))["__typename"] == "Tokens"


async def test_a_reset_does_not_let_a_suspended_member_in(market: Marketplace, suspended: tuple[Credentials, Person]):
    credentials, _ = suspended
    await reset(market, credentials.reset_token)
    answer = await market.mutate(
        "signIn", TOKENS + REFUSALS, {"email": credentials.person.email, "password": NEW_PASSWORD}
    )
    assert answer["__typename"] == "Refusal"
    await has_ended(market, credentials)


async def test_a_role_that_is_taken_away_is_gone_with_the_next_request(market: Marketplace):
    admin, other = await market.join("admin"), await market.join("admin")
    taken = {"memberId": str(other.id), "roles": ["CLIENT"]}
    assert (await admin.mutate("setMemberRoles", "... on Member { id }" + PROBLEMS, taken))["__typename"] == "Member"
    answer = await other.graphql("{ members { totalCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "forbidden"


async def test_signing_out_ends_the_session_on_the_server(market: Marketplace):
    person = await market.join("client")
    assert (await person.mutate("signOut", DONE))["__typename"] == "Done"
    assert await me(market, person.access_token) is None
    assert await refresh(market, person.refresh_token) == "Refusal"


async def test_a_session_planted_before_signing_in_is_worthless_after(market: Marketplace):
    person = await market.join("client")
    planted = "p" * 43
    async with market.browser() as browser:
        browser.cookies.set("session", planted, domain=market.host)
        await sign_in(browser, person)
        assert [each.value for each in browser.cookies.jar if each.name == "session" and each.value == planted] == []
    assert await status_with_cookie(market, planted) == 401


async def test_secrets_are_kept_as_hashes_only(market: Marketplace, inbox: Inbox):
    credentials = await credentials_of(market, inbox, "client")
    tables = ("sessions", "refresh_tokens", "email_tokens", "outbox", "audit_events", "users", "password_credentials")
    for table in tables:
        rows = " ".join(str(dict(row)) for row in await market.fetch(f"select * from {table}"))
        assert rows
        for name, secret in {**credentials.secrets, "password": PASSWORD}.items():
            assert secret not in rows, (table, name)


async def test_a_bearer_goes_before_a_cookie(home: Marketplace, credentials: Credentials):
    """A program with a token that has ended is nobody, whatever cookie comes along."""
    headers = {"authorization": "Bearer ended", "cookie": f"session={credentials.cookie}"}
    async with home.browser(**headers) as browser:
        answer: httpx.Response = await browser.get("/account")
    assert answer.status_code == 401
