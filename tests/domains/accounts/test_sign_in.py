"""Signing in and out, and what a sign-in is worth."""

import time
from http.cookies import SimpleCookie
from statistics import median
from uuid import uuid4

import httpx
import pytest
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, Person, form_token, sign_in, submit

from ctorendang.domains.accounts.authentication import Authentication
from ctorendang.domains.accounts.errors import CredentialsNotAccepted
from ctorendang.infra.auth.actor import Actor

NEW_PASSWORD = "staple battery horse correct"
DONE = "... on Done { message }" + PROBLEMS


async def me(market: Marketplace, token: str) -> str | None:
    viewer = (await market.graphql("{ me { email } }", token))["data"]["me"]
    return viewer and viewer["email"]


async def tokens_of(market: Marketplace, email: str, password: str = PASSWORD) -> dict:
    return await market.mutate("signIn", TOKENS + REFUSALS, {"email": email, "password": password})


def session_of(answer: httpx.Response) -> str:
    (header,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("session=")]
    return SimpleCookie(header)["session"].value


async def test_a_person_signs_in_and_out_on_the_page(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    cookie = client.cookies["session"]
    page = await client.get("/account")
    assert person.email in page.text
    answer = await client.post("/logout", data={"_csrf": form_token(page.text)})
    assert answer.status_code == 303
    assert "session" not in client.cookies
    # The cookie is worthless, not only forgotten by the browser.
    client.cookies.set("session", cookie, domain=market.host)
    assert (await client.get("/account")).status_code == 401


@pytest.mark.parametrize(
    ("roles", "place"), [(("client",), "/dashboard"), (("cto",), "/dashboard"), (("admin",), "/admin/members")]
)
async def test_a_person_lands_where_their_work_is(market, client, roles, place):
    person = await market.join(*roles)
    answer = await submit(client, "/login", "/login", {"email": person.email, "password": PASSWORD})
    assert answer.headers["location"] == place
    assert (await client.get(place)).status_code == 200


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(market, client):
    person = await market.join("client")
    answer = await submit(client, "/login", "/login", {"email": person.email, "password": PASSWORD})
    (header,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("session=")]
    assert "httponly" in header.lower()
    assert "samesite=lax" in header.lower()
    assert "domain" not in header.lower()


async def test_the_cookie_is_a_new_one_at_every_sign_in(market, client):
    person = await market.join("client")
    page = await client.get("/login")
    # Planted by somebody who hopes that it will be signed in.
    client.cookies.set("session", "x" * 43, domain=market.host)
    fields = {"_csrf": form_token(page.text), "email": person.email, "password": PASSWORD}
    first = session_of(await client.post("/login", data=fields))
    assert first != "x" * 43
    async with market.browser() as other:
        second = session_of(await submit(other, "/login", "/login", {"email": person.email, "password": PASSWORD}))
    assert second != first


async def test_a_form_from_before_the_sign_in_is_no_longer_good_after_it(market, client):
    person = await market.join("client")
    planted = form_token((await client.get("/login")).text)
    await sign_in(client, person)
    answer = await client.post("/account", data={"_csrf": planted, "name": "Eve"})
    assert answer.status_code == 403


async def test_a_wrong_password_an_unknown_address_and_a_suspended_member_look_alike(market, client):
    known, suspended, admin = await market.join("client"), await market.join("client"), await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { status }" + PROBLEMS, {"memberId": str(suspended.id)})
    attempts = [(known.email, "wrong password"), ("nobody@people.example", PASSWORD), (suspended.email, PASSWORD)]
    answers = [await tokens_of(market, *each) for each in attempts]
    assert all(each == answers[0] for each in answers)
    assert answers[0]["code"] == "credentials_not_accepted"
    pages = []
    for email, password in attempts:
        answer = await submit(client, "/login", "/login", {"email": email, "password": password})
        pages.append((answer.status_code, answer.text.replace(email, "")))
        assert password not in answer.text
    assert pages[0][0] == 401
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.usefixtures("costly_passwords")
async def test_signing_in_takes_as_long_whether_or_not_there_is_such_an_account(market, product):
    person = await market.join("client")
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for attempt in range(8):
        for name, email in (("known", person.email), ("unknown", f"nobody{attempt}@people.example")):
            visitor = Actor(market.id, address=f"203.0.113.{attempt}")
            started = time.perf_counter()
            with pytest.raises(CredentialsNotAccepted):
                await Authentication(product, visitor).sign_in(email, "wrong password")
            took[name].append(time.perf_counter() - started)
    # Hashing dominates both: without it the unknown would be ten times as fast. Generous, since machines are busy.
    assert 0.5 < median(took["unknown"]) / median(took["known"]) < 2


async def test_an_access_token_speaks_for_its_person(market):
    person = await market.join("client")
    tokens = await tokens_of(market, person.email.upper())
    assert await me(market, tokens["accessToken"]) == person.email


@pytest.mark.parametrize("garbage", ["x", "x" * 43, "x" * 10_000, "ü" * 20, "Bearer"])
async def test_a_token_that_is_none_is_nobody(market, client, garbage):
    answer = await client.post(
        "/graphql",
        json={"query": "{ me { id } }"},
        headers={b"authorization": b"Bearer " + garbage.encode("latin-1")},
    )
    assert answer.json() == {"data": {"me": None}}
    client.cookies.set("session", "x" * 43, domain=market.host)
    assert (await client.get("/account")).status_code == 401


async def test_a_refresh_token_or_a_cookie_does_not_do_as_an_access_token(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    assert await me(market, person.refresh_token) is None
    assert await me(market, client.cookies["session"]) is None
    async with market.browser() as browser:
        browser.cookies.set("session", person.access_token, domain=market.host)
        assert (await browser.get("/account")).status_code == 401


async def test_a_credential_of_one_tenant_is_nobody_on_another(market, other_market, client):
    person = await market.join("admin")
    await sign_in(client, person)
    assert await me(other_market, person.access_token) is None
    async with other_market.browser() as browser:
        browser.cookies.set("session", client.cookies["session"], domain=other_market.host)
        assert (await browser.get("/account")).status_code == 401


async def test_signing_out_ends_the_access_and_the_refresh_token(market):
    person = await market.join("client")
    await person.mutate("signOut", DONE)
    assert await me(market, person.access_token) is None
    refreshed = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert refreshed["code"] == "token_not_accepted"


async def test_signing_out_here_leaves_other_devices_signed_in(market):
    person = await market.join("client")
    other = await tokens_of(market, person.email)
    await person.mutate("signOut", DONE)
    assert await me(market, other["accessToken"]) == person.email


async def test_an_access_token_is_good_for_a_quarter_of_an_hour(market):
    person = await market.join("client")
    await market.fetch("update sessions set expires_at = now() - interval '1 second'")
    assert await me(market, person.access_token) is None
    (left,) = await market.fetch("select expires_at - created_at as life from refresh_tokens")
    assert left["life"].days in {6, 7}


async def test_a_suspended_member_is_out_at_once_and_may_come_back(market, client):
    person, admin = await market.join("client"), await market.join("admin")
    await sign_in(client, person)
    await admin.mutate("suspendMember", "... on Member { status }" + PROBLEMS, {"memberId": str(person.id)})
    assert await me(market, person.access_token) is None
    assert (await client.get("/account")).status_code == 401
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert refused["__typename"] == "Refusal"
    await admin.mutate("restoreMember", "... on Member { status }" + PROBLEMS, {"memberId": str(person.id)})
    assert (await tokens_of(market, person.email))["__typename"] == "Tokens"
    assert await me(market, person.access_token) is None  # what has ended stays so


async def test_a_changed_password_ends_every_other_session(market, client):
    person = await market.join("client")
    other = await tokens_of(market, person.email)
    await sign_in(client, person)
    answer = await submit(
        client, "/account", "/account/password", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    )
    assert answer.status_code == 303
    assert (await client.get("/account")).status_code == 200
    assert await me(market, person.access_token) is None
    assert await me(market, other["accessToken"]) is None
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": other["refreshToken"]})
    assert refused["__typename"] == "Refusal"
    assert (await tokens_of(market, person.email))["__typename"] == "Refusal"
    assert (await tokens_of(market, person.email, NEW_PASSWORD))["__typename"] == "Tokens"


async def test_a_password_is_changed_only_by_who_knows_the_current_one(market, client):
    person = await market.join("client")
    change = {"currentPassword": "not the password", "newPassword": NEW_PASSWORD}
    assert (await person.mutate("changePassword", DONE, change))["code"] == "wrong_password"
    await sign_in(client, person)
    answer = await submit(client, "/account", "/account/password", change)
    assert answer.status_code == 409
    assert "The current password is not right." in answer.text
    assert (await tokens_of(market, person.email))["__typename"] == "Tokens"


async def test_a_new_password_must_be_long_enough(market):
    person = await market.join("client")
    refused = await person.mutate("changePassword", DONE, {"currentPassword": PASSWORD, "newPassword": "short"})
    assert [each["field"] for each in refused["fields"]] == ["newPassword"]


async def test_a_last_administrator_can_neither_leave_nor_be_shut_out(market):
    admin = await market.join("admin")
    member = "... on Member { roles status }" + PROBLEMS
    assert (await admin.mutate("suspendMember", member, {"memberId": str(admin.id)}))["code"] == "last_administrator"
    roles = {"memberId": str(admin.id), "roles": ["CLIENT"]}
    assert (await admin.mutate("setMemberRoles", member, roles))["code"] == "last_administrator"
    await market.join("admin")
    assert (await admin.mutate("setMemberRoles", member, roles))["roles"] == ["CLIENT"]


async def test_roles_given_and_taken_count_from_the_next_request_on(market):
    person, admin = await market.join("client"), await market.join("admin")
    assert "errors" in await person.graphql("{ members { totalCount } }")
    member = "... on Member { roles }" + PROBLEMS
    given = await admin.mutate("setMemberRoles", member, {"memberId": str(person.id), "roles": ["ADMIN", "CLIENT"]})
    assert set(given["roles"]) == {"ADMIN", "CLIENT"}
    assert (await person.query("{ members { totalCount } }"))["members"]["totalCount"] == 2


@pytest.mark.parametrize("roles", [[], ["PLATFORM_ADMIN"], ["CLIENT", "PLATFORM_ADMIN"]])
async def test_no_administrator_of_a_tenant_hands_out_the_platform(market, roles):
    person, admin = await market.join("client"), await market.join("admin")
    refused = await admin.mutate(
        "setMemberRoles", "... on Member { roles }" + PROBLEMS, {"memberId": str(person.id), "roles": roles}
    )
    assert [each["field"] for each in refused["fields"]] == ["roles"]
    assert await me(market, person.access_token) == person.email


async def test_a_member_who_does_not_exist_is_not_found(market):
    admin: Person = await market.join("admin")
    for id_ in (str(uuid4()), "x", ""):
        refused = await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": id_})
        assert refused["code"] == "not_found"
