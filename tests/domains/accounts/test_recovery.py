"""A forgotten password, by mail."""

import time
from statistics import median

import pytest
from tests.domains.accounts.planting import left, plant
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

from ctorendang.domains.accounts.recovery import TRIES_PER_ADDRESS, Recovery
from ctorendang.infra.auth.actor import Actor

NEW_PASSWORD = "staple battery horse correct"
DONE = "... on Done { message }" + PROBLEMS


async def request_reset(market: Marketplace, email: str) -> dict:
    answer = await market.mutate("requestPasswordReset", DONE, {"email": email})
    await market.work_off()
    return answer


async def reset(market: Marketplace, token: str, password: str = NEW_PASSWORD) -> dict:
    return await market.mutate("resetPassword", DONE, {"token": token, "password": password})


async def signs_in(market: Marketplace, email: str, password: str) -> bool:
    answer = await market.mutate("signIn", TOKENS + REFUSALS, {"email": email, "password": password})
    return answer["__typename"] == "Tokens"


async def test_a_forgotten_password_is_set_anew_through_the_pages(market, client, inbox: Inbox):
    person = await market.join("client")
    asked = await submit(client, "/password/forgot", "/password/forgot", {"email": person.email.upper()})
    assert asked.status_code == 200
    await market.work_off()
    secret = inbox.secret(person.email, "/password/reset")
    page = await client.get(f"/password/reset?token={secret}")
    fields = {"_csrf": form_token(page.text), "token": secret, "password": NEW_PASSWORD}
    answer = await client.post("/password/reset", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert await signs_in(market, person.email, NEW_PASSWORD)
    assert not await signs_in(market, person.email, PASSWORD)


async def test_a_reset_ends_every_session_and_confirms_the_address(market, client, inbox: Inbox):
    person = await market.join("client")
    await sign_in(client, person)
    await request_reset(market, person.email)
    assert (await reset(market, inbox.secret(person.email, "/password/reset")))["__typename"] == "Done"
    assert (await client.get("/account")).status_code == 401
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None
    refreshed = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert refreshed["__typename"] == "Refusal"
    (user,) = await market.fetch("select email_verified_at from users where id = $1", person.id)
    assert user["email_verified_at"] is not None


async def test_whoever_reads_the_mail_finds_nothing_of_whoever_opened_the_account(market, inbox: Inbox):
    person = await market.join("client")
    await plant(market, person)
    await request_reset(market, person.email)
    assert (await reset(market, inbox.secret(person.email, "/password/reset")))["__typename"] == "Done"
    assert await left(market, person) == {"password_credentials"}
    assert await signs_in(market, person.email, NEW_PASSWORD)


async def test_a_reset_leaves_the_factors_of_whom_the_address_is_known_to_be(market, inbox: Inbox):
    person = await market.join("client")
    await plant(market, person)
    await market.fetch("update users set email_verified_at = now() where id = $1", person.id)
    await request_reset(market, person.email)
    await reset(market, inbox.secret(person.email, "/password/reset"))
    assert {"totp_credentials", "passkeys", "sso_identities"} <= await left(market, person)


async def test_a_link_works_once(market, client, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    secret = inbox.secret(person.email, "/password/reset")
    await reset(market, secret)
    again = await reset(market, secret, "yet another password")
    assert again["code"] == "token_not_accepted"
    assert not await signs_in(market, person.email, "yet another password")
    fields = {"token": secret, "password": "yet another password"}
    answer = await submit(client, "/password/forgot", "/password/reset", fields)
    assert answer.status_code == 401
    assert "no longer valid" in answer.text


async def test_a_dead_link_is_told_before_anything_is_typed(market, other_market, client, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    secret = inbox.secret(person.email, "/password/reset")
    for _ in range(2):
        assert "Save password" in (await client.get(f"/password/reset?token={secret}")).text
    async with other_market.browser() as elsewhere:
        assert (await elsewhere.get(f"/password/reset?token={secret}")).status_code == 401
    assert (await reset(market, secret))["__typename"] == "Done"
    said = set()
    for dead in (secret, "x" * 43, inbox.secret(person.email, "/verify"), "%00", ""):
        page = await client.get(f"/password/reset?token={dead}")
        assert (page.status_code, "Save password" in page.text) == (401, False)
        said.add(page.text.replace(dead, "") if dead else page.text)
    assert all("This link no longer works" in text for text in said)
    assert person.email not in "".join(said)


async def test_dead_links_are_looked_at_so_often_only(market, client):
    for _ in range(TRIES_PER_ADDRESS.attempts):
        assert (await client.get("/password/reset?token=bad")).status_code == 401
    assert (await client.get("/password/reset?token=bad")).status_code == 429


async def test_a_link_is_good_for_half_an_hour(market, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    (token,) = await market.fetch(
        "select expires_at - created_at as life from email_tokens where purpose = 'reset_password'"
    )
    assert abs(token["life"].total_seconds() - 1_800) < 10
    await market.fetch("update email_tokens set expires_at = now() where purpose = 'reset_password'")
    assert (await reset(market, inbox.secret(person.email, "/password/reset")))["code"] == "token_not_accepted"
    assert await signs_in(market, person.email, PASSWORD)


async def test_a_later_link_makes_the_earlier_ones_worthless(market, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    earlier = inbox.secret(person.email, "/password/reset")
    await request_reset(market, person.email)
    later = inbox.secret(person.email, "/password/reset")
    assert (await reset(market, earlier))["code"] == "token_not_accepted"
    assert (await reset(market, later))["__typename"] == "Done"


async def test_a_link_for_one_purpose_or_tenant_is_good_for_no_other(market, other_market, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    to_verify = inbox.secret(person.email, "/verify")
    to_reset = inbox.secret(person.email, "/password/reset")
    assert (await reset(market, to_verify))["code"] == "token_not_accepted"
    assert (await person.mutate("verifyEmail", DONE, {"token": to_reset}))["code"] == "token_not_accepted"
    assert (await reset(other_market, to_reset))["code"] == "token_not_accepted"
    assert (await reset(market, to_reset))["__typename"] == "Done"


async def test_a_bad_new_password_leaves_the_link_good(market, inbox: Inbox):
    person = await market.join("client")
    await request_reset(market, person.email)
    secret = inbox.secret(person.email, "/password/reset")
    refused = await reset(market, secret, "short")
    assert [each["field"] for each in refused["fields"]] == ["password"]
    assert (await reset(market, secret))["__typename"] == "Done"


@pytest.mark.parametrize("garbage", ["", "x" * 43, "ü\0", "x" * 100_000])
async def test_a_secret_that_is_none_is_refused(market, garbage):
    assert (await reset(market, garbage))["code"] == "token_not_accepted"
    person = await market.join("client")
    assert (await person.mutate("verifyEmail", DONE, {"token": garbage}))["code"] == "token_not_accepted"


async def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(market, client, inbox: Inbox):
    person = await market.join("client")
    unknown = "nobody@people.example"
    assert await request_reset(market, person.email) == await request_reset(market, unknown)
    shown = {}
    for email in (person.email, unknown):
        answer = await submit(client, "/password/forgot", "/password/forgot", {"email": email})
        shown[email] = (answer.status_code, answer.text.replace(email, ""))
    assert shown[person.email] == shown[unknown]
    await market.work_off()
    assert inbox.of(unknown) == []


async def test_asking_takes_as_long_whether_or_not_there_is_such_an_account(market, product):
    people = [await market.join("client") for _ in range(3)]
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for attempt in range(5 * len(people)):
        known = people[attempt % len(people)].email
        for name, email in (("known", known), ("unknown", f"nobody{attempt}@people.example")):
            started = time.perf_counter()
            await Recovery(product, Actor(market.id, address="203.0.113.7")).request_password_reset(email)
            took[name].append(time.perf_counter() - started)
    # Both write one row and nothing else; a look-up or a mail would show.
    assert 0.4 < median(took["unknown"]) / median(took["known"]) < 2.5


async def test_a_suspended_member_gets_no_link(market, inbox: Inbox):
    person, admin = await market.join("client"), await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { status }" + PROBLEMS, {"memberId": str(person.id)})
    await request_reset(market, person.email)
    assert not [mail for mail in inbox.of(person.email) if "/password/reset" in text_of(mail)]


async def test_what_is_no_address_is_refused(market, client):
    refused = await market.mutate("requestPasswordReset", DONE, {"email": "ada"})
    assert [each["field"] for each in refused["fields"]] == ["email"]
    answer = await submit(client, "/password/forgot", "/password/forgot", {"email": "ada"})
    assert answer.status_code == 422
    assert await market.fetch("select from outbox") == []
