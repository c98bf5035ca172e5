"""Changing one's address, and forgetting what ended long ago."""

import pytest
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, Person, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

from ctorendang.domains.accounts.purge_jobs import begin_purging
from ctorendang.kit.ids import uuid7

DONE = "... on Done { message }" + PROBLEMS
CONFIRM = "/account/email/confirm"


@pytest.fixture
def new() -> str:
    return f"new-{uuid7().hex}@elsewhere.example"


async def ask(person: Person, email: str) -> dict:
    answer = await person.mutate("changeEmail", DONE, {"email": email})
    await person.market.work_off()
    return answer


async def confirm(person: Person, token: str) -> dict:
    return await person.mutate("confirmEmailChange", DONE, {"token": token})


async def email_of(market: Marketplace, person: Person) -> str:
    return (await market.fetch("select email from users where id = $1", person.id))[0]["email"]


async def test_an_address_is_changed_through_the_pages(market, client, inbox: Inbox, new):
    person = await market.join("client")
    await sign_in(client, person)
    asked = await submit(client, "/account", "/account/email", {"email": new.upper()})
    assert (asked.status_code, asked.headers["location"]) == (303, "/account")
    await market.work_off()
    assert await email_of(market, person) == person.email
    secret = inbox.secret(new, CONFIRM)
    page = await client.get(f"{CONFIRM}?token={secret}")
    done = await client.post(CONFIRM, data={"_csrf": form_token(page.text), "token": secret})
    assert "Your address is changed" in done.text
    assert await email_of(market, person) == new
    (user,) = await market.fetch("select email_verified_at from users where id = $1", person.id)
    assert user["email_verified_at"] is not None


async def test_one_signs_in_with_the_new_one_and_no_longer_with_the_old(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    await confirm(person, inbox.secret(new, CONFIRM))
    for email, fits in ((new, True), (person.email, False)):
        answer = await market.mutate("signIn", TOKENS + REFUSALS, {"email": email, "password": PASSWORD})
        assert (answer["__typename"] == "Tokens") is fits


async def test_the_address_before_is_told(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    await confirm(person, inbox.secret(new, CONFIRM))
    await market.work_off()
    notice = inbox.of(person.email)[-1]
    assert "was changed" in notice["Subject"]
    assert new in text_of(notice)


async def test_other_sign_ins_end_and_this_one_stays(market, client, inbox: Inbox, new):
    person = await market.join("client")
    await sign_in(client, person)
    async with market.browser() as other:
        await sign_in(other, person)
        await submit(client, "/account", "/account/email", {"email": new})
        await market.work_off()
        secret = inbox.secret(new, CONFIRM)
        await submit(client, f"{CONFIRM}?token={secret}", CONFIRM, {"token": secret})
        assert (await other.get("/account")).status_code == 401
    assert (await client.get("/account")).status_code == 200
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None


async def test_who_reads_the_mail_gives_their_address_to_no_account_of_somebody_else(market, client, inbox: Inbox, new):
    person, reader = await market.join("client"), await market.join("client")
    await ask(person, new)
    secret = inbox.secret(new, CONFIRM)
    page = await client.get(f"{CONFIRM}?token={secret}")
    assert f'href="/login?next=/account/email/confirm%3Ftoken%3D{secret}"' in page.text
    sent = await submit(client, "/login", CONFIRM, {"token": secret})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{CONFIRM}?token={secret}")
    await sign_in(client, reader)
    refused = await submit(client, f"{CONFIRM}?token={secret}", CONFIRM, {"token": secret})
    assert refused.status_code == 403
    assert "This link is for another account" in refused.text
    assert await email_of(market, person) == person.email
    assert (await confirm(person, secret))["__typename"] == "Done"


async def test_links_sent_to_the_address_before_are_worthless(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    await market.mutate("requestPasswordReset", DONE, {"email": person.email})
    await market.work_off()
    reset = inbox.secret(person.email, "/password/reset")
    await confirm(person, inbox.secret(new, CONFIRM))
    refused = await market.mutate("resetPassword", DONE, {"token": reset, "password": "a password of somebody else"})
    assert refused["code"] == "token_not_accepted"


async def test_an_address_that_is_taken_is_not_told_but_to_its_owner(market, inbox: Inbox):
    person, owner = await market.join("client"), await market.join("client")
    taken = await ask(person, owner.email)
    free = await ask(person, "free@elsewhere.example")
    assert taken == free
    assert inbox.of(owner.email)[-1]["Subject"].startswith("You already have an account with")
    assert not any(CONFIRM in text_of(mail) for mail in inbox.of(owner.email))
    assert await email_of(market, person) == person.email


async def test_an_address_that_was_taken_meanwhile_is_refused(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    secret = inbox.secret(new, CONFIRM)
    await market.join("client", email=new)
    assert (await confirm(person, secret))["code"] == "email_not_available"
    assert await email_of(market, person) == person.email


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ("update email_tokens set expires_at = now()", "token_not_accepted"),
        ("update users set status = 'suspended'", "sign_in_required"),
        ("update password_credentials set updated_at = now() + interval '1 second'", "token_not_accepted"),
    ],
    ids=["too old", "suspended", "password changed since"],
)
async def test_a_link_that_is_no_longer_good_changes_nothing(market, inbox: Inbox, new, spoilt, code):
    person = await market.join("client")
    await ask(person, new)
    await market.fetch(spoilt)
    assert (await confirm(person, inbox.secret(new, CONFIRM)))["code"] == code
    assert await email_of(market, person) == person.email


async def test_a_link_works_once_and_the_last_one_alone(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    first = inbox.secret(new, CONFIRM)
    await ask(person, new)
    second = inbox.secret(new, CONFIRM)
    assert (await confirm(person, first))["code"] == "token_not_accepted"
    assert (await confirm(person, second))["__typename"] == "Done"
    assert (await confirm(person, second))["code"] == "token_not_accepted"


async def test_a_link_is_worthless_on_another_tenants_host_and_for_another_purpose(
    market, other_market, inbox: Inbox, new
):
    person = await market.join("client")
    await ask(person, new)
    secret = inbox.secret(new, CONFIRM)
    assert (await confirm(await other_market.join("client"), secret))["code"] == "token_not_accepted"
    reset = await market.mutate("resetPassword", DONE, {"token": secret, "password": "another good password"})
    assert reset["code"] == "token_not_accepted"
    assert (await person.mutate("verifyEmail", DONE, {"token": secret}))["code"] == "token_not_accepted"


@pytest.mark.parametrize(
    "kept",
    [
        "update users set managed = true",
        "insert into access_policies (tenant_id, sso_scope) select tenant_id, 'everyone' from users limit 1",
        "insert into access_policies (tenant_id, sso_scope, sso_domains)"
        " select tenant_id, 'domains', '{people.example}' from users limit 1",
        "insert into access_policies (tenant_id, sso_scope, sso_domains)"
        " select tenant_id, 'domains', '{elsewhere.example}' from users limit 1",
    ],
    ids=["directory", "everyone bound", "old address bound", "new address bound"],
)
async def test_an_address_that_an_organisation_keeps_is_not_changed(market, inbox: Inbox, new, kept):
    person, early = await market.join("client"), await market.join("client")
    await ask(early, f"early-{new}")
    await market.fetch(kept)
    # Who is bound is still signed in only if they came by their provider.
    await market.fetch("update sessions set method = 'sso'")
    assert (await ask(person, new))["code"] == "address_kept_elsewhere"
    refused = await confirm(early, inbox.secret(f"early-{new}", CONFIRM))
    assert refused["code"] == "address_kept_elsewhere"
    assert await email_of(market, early) == early.email


async def test_whoever_came_by_single_sign_on_does_not_change_it_here(market, new):
    person = await market.join("client")
    await market.fetch("update sessions set method = 'sso' where user_id = $1", person.id)
    assert (await ask(person, new))["code"] == "address_kept_elsewhere"


async def test_it_takes_a_recent_sign_in(market, client, new):
    person = await market.join("client")
    await sign_in(client, person)
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    assert (await ask(person, new))["code"] == "step_up_required"
    asked = await submit(client, "/account", "/account/email", {"email": new})
    assert asked.headers["location"].startswith("/step-up")


async def test_only_so_many_links_are_sent(market, new):
    person = await market.join("client")
    answers = [await ask(person, new) for _ in range(6)]
    assert [answer.get("code") for answer in answers] == [None] * 5 + ["too_many_attempts"]


@pytest.mark.parametrize("typed", ["own", "none"])
async def test_what_is_no_new_address_is_refused(market, client, typed):
    person = await market.join("client")
    email = person.email if typed == "own" else "not an address"
    refused = await ask(person, email)
    assert [problem["field"] for problem in refused["fields"]] == ["email"]
    await sign_in(client, person)
    page = await submit(client, "/account", "/account/email", {"email": email})
    assert page.status_code == 422


async def test_it_is_audited(market, inbox: Inbox, new):
    person = await market.join("client")
    await ask(person, new)
    await confirm(person, inbox.secret(new, CONFIRM))
    events = await market.fetch(
        "select action, details::text as details from audit_events where action like 'accounts.email.%' order by id"
    )
    assert [event["action"] for event in events] == ["accounts.email.change_requested", "accounts.email.changed"]
    assert not any("@" in event["details"] for event in events)


async def test_what_ended_long_ago_is_forgotten_and_the_next_day_planned(market, product):
    person = await market.join("client")
    await market.work_off()
    for days in (91, 89):
        await market.fetch(
            "insert into sessions (tenant_id, user_id, kind, token_hash, expires_at, ended_at)"
            " values ($1, $2, 'browser', $3, now(), now() - make_interval(days => $4))",
            market.id,
            person.id,
            bytes([days]),
            days,
        )
        await market.fetch(
            "insert into email_tokens (tenant_id, user_id, purpose, token_hash, expires_at)"
            " values ($1, $2, 'verify_email', $3, now() - make_interval(days => $4))",
            market.id,
            person.id,
            bytes([days]),
            days,
        )
    await begin_purging(product)
    await market.work_off()
    left = await market.fetch("select token_hash from sessions where kind = 'browser'")
    assert [row["token_hash"] for row in left] == [bytes([89])]
    assert await market.fetch("select id from email_tokens where token_hash = $1", bytes([91])) == []
    assert await market.fetch("select id from email_tokens where token_hash = $1", bytes([89])) != []
    assert (await person.query("{ me { id } }"))["me"] is not None
    await begin_purging(product)
    (planned,) = await market.fetch(
        "select run_at - now() as wait from outbox where handler = 'accounts.purge' and done_at is null"
    )
    assert 86_000 < planned["wait"].total_seconds() <= 86_400
