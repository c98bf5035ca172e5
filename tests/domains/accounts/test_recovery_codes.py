"""Recovery codes: good once, for their own person, and shown once."""

import asyncio

from tests.domains.accounts.factor_steps import (
    CODES,
    App,
    enrol,
    is_signed_in,
    let_time_pass,
    show_code,
    show_password,
    shown_codes,
    sign_in_program,
)
from tests.factories import form_token, sign_in
from tests.inbox import text_of


async def test_a_recovery_code_stands_in_for_the_app_once(market, client):
    person = await market.join("client")
    _, made = await enrol(person)
    await show_password(client, person.email)
    assert (await show_code(client, made[0].upper().replace("-", " "))).status_code == 303
    assert await is_signed_in(client)
    assert (await sign_in_program(market, person.email, made[0]))["code"] == "code_not_accepted"
    assert (await sign_in_program(market, person.email, made[1]))["__typename"] == "Tokens"


async def test_of_two_who_show_the_same_recovery_code_at_once_one_comes_in(market):
    person = await market.join("client")
    _, made = await enrol(person)
    answers = await asyncio.gather(*(sign_in_program(market, person.email, made[0]) for _ in range(4)))
    assert sorted(each["__typename"] for each in answers) == ["Refusal", "Refusal", "Refusal", "Tokens"]


async def test_a_recovery_code_is_good_for_its_own_person_only(market, other_market):
    person, other = await market.join("client"), await market.join("client")
    _, made = await enrol(person)
    await enrol(other)
    assert (await sign_in_program(market, other.email, made[0]))["code"] == "code_not_accepted"
    elsewhere = await other_market.join("client", email=person.email)
    await enrol(elsewhere)
    assert (await sign_in_program(other_market, person.email, made[0]))["code"] == "code_not_accepted"


async def test_new_codes_make_the_old_ones_worthless_and_are_shown_once(market, client):
    person = await market.join("client")
    app, made = await enrol(person)
    await show_password(client, person.email)
    await show_code(client, app.code())
    token = form_token((await client.get("/account/security")).text)
    page = await client.post("/account/security/recovery-codes", data={"_csrf": token})
    renewed = shown_codes(page.text)
    assert len(set(renewed) | set(made)) == 20
    assert page.headers["cache-control"] == "private, no-store"
    assert shown_codes((await client.get("/account/security")).text) == []
    assert (await sign_in_program(market, person.email, made[0]))["code"] == "code_not_accepted"
    assert (await sign_in_program(market, person.email, renewed[0]))["__typename"] == "Tokens"


async def test_there_are_none_for_people_without_a_factor(market, client):
    person = await market.join("client")
    assert (await person.mutate("renewRecoveryCodes", CODES))["code"] == "not_found"
    await sign_in(client, person)
    assert "Recovery codes" not in (await client.get("/account/security")).text


async def test_a_second_factor_brings_no_second_set_of_codes(market):
    person = await market.join("client")
    app, made = await enrol(person)
    await market.fetch("update totp_credentials set confirmed_at = null, last_step = null")
    await market.fetch(
        "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
        " values ($1, $2, 'x', 'x', 0, 'h.example', 'Key', false)",
        market.id,
        person.id,
    )
    confirmed = await person.mutate("confirmAuthenticatorApp", CODES, {"code": App(app.key).code()})
    assert confirmed["codes"] == []
    assert (await sign_in_program(market, person.email, made[0]))["__typename"] == "Tokens"


async def test_the_person_is_told_that_a_code_was_used(market, inbox):
    person = await market.join("client")
    _, made = await enrol(person)
    await sign_in_program(market, person.email, made[0])
    await market.work_off()
    (mail,) = [each for each in inbox.of(person.email) if each["subject"].startswith("Recovery code used")]
    assert "9 of 10 are left" in text_of(mail)
    assert made[0] not in text_of(mail)


async def test_nothing_secret_is_in_the_trail_or_the_outbox(market):
    person = await market.join("client")
    app, made = await enrol(person)
    await sign_in_program(market, person.email, made[0])
    await let_time_pass(market)
    written = str(await market.fetch("select action, details::text from audit_events"))
    written += str(await market.fetch("select payload::text from outbox"))
    assert "accounts.recovery_code.used" in written
    assert not any(secret in written for secret in (app.key, *made))
