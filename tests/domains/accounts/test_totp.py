"""Authenticator apps: setting one up, and codes that are good once."""

import asyncio
import base64
import re
import time
from urllib.parse import unquote

import pytest
from redis.asyncio import Redis
from tests.domains.accounts.factor_steps import (
    CODES,
    DONE,
    SETUP,
    App,
    enrol,
    is_signed_in,
    let_time_pass,
    set_policy,
    show_code,
    show_password,
    shown_codes,
    shown_key,
    sign_in_program,
)
from tests.factories import Marketplace, sign_in, submit

from ctorendang.domains.accounts.errors import CodeNotAccepted
from ctorendang.domains.accounts.factors import codes
from ctorendang.domains.accounts.factors.totp import (
    new_recovery_codes,
    new_seed,
    normalise,
    recovery_hash,
    setup_of,
    step_of,
)
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.errors import TooManyAttempts
from ctorendang.kit.ids import uuid7

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_a_code_is_good_for_its_step_and_the_ones_beside_it():
    seed = new_seed()
    app = App(setup_of(seed, "Acme", "a@b.example").key.replace(" ", ""))
    now = int(time.time() // 30)
    assert [step_of(seed, app.at(now + off)) for off in (-2, -1, 0, 1, 2)] == [None, now - 1, now, now + 1, None]
    assert step_of(seed, "") is None


def test_an_app_is_told_whose_account_it_is_and_where():
    setup = setup_of(new_seed(), "Acme: Talent", "a@b.example")
    assert setup.uri.startswith("otpauth://totp/Acme")
    assert "issuer=Acme" in setup.uri
    assert ":" not in unquote(setup.uri.removeprefix("otpauth://totp/").split("?")[0]).replace(":", "", 1)
    assert setup.qr.startswith("data:image/svg+xml")


def test_recovery_codes_are_ten_and_all_different_and_read_however_they_are_typed():
    made = new_recovery_codes()
    assert len(set(made)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", each) for each in made)
    assert recovery_hash(made[0].upper().replace("-", " ")) == recovery_hash(made[0])
    assert normalise(" 123 456 ") == "123456"


async def test_a_person_sets_an_app_up_on_the_page_and_signs_in_with_it(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    begun = await submit(client, "/account/security", "/account/security/app", {})
    assert begun.headers["location"] == "/account/security/app"
    page = await client.get("/account/security/app")
    assert 'src="data:image/svg+xml' in page.text
    app = App(shown_key(page.text))
    done = await submit(client, "/account/security/app", "/account/security/app/confirm", {"code": app.code()})
    assert len(shown_codes(done.text)) == 10
    again = await client.get("/account/security")
    assert shown_codes(again.text) == []
    assert "10 of 10 left" in again.text
    async with market.browser() as other:
        answer = await show_password(other, person.email, next="/ctos?search=go")
        assert answer.headers["location"] == "/login/second-factor"
        assert "session" not in other.cookies
        assert not await is_signed_in(other)
        answer = await show_code(other, app.code())
        assert answer.headers["location"] == "/ctos?search=go"
        assert await is_signed_in(other)
        assert "step" not in other.cookies


async def test_a_code_is_confirmed_before_the_app_counts(market):
    person = await market.join("client")
    setup = await person.mutate("beginAuthenticatorApp", SETUP)
    refused = await person.mutate("confirmAuthenticatorApp", CODES, {"code": App(setup["key"]).wrong()})
    assert refused["code"] == "code_not_accepted"
    assert (await sign_in_program(market, person.email))["__typename"] == "Tokens"


async def test_only_the_sign_in_that_began_to_set_an_app_up_sees_its_key_and_confirms_it(market, client):
    """Whoever knows the password must not slip a seed of their own under the person."""
    person = await market.join("client")
    setup = await person.mutate("beginAuthenticatorApp", SETUP)
    await sign_in(client, person)
    assert (await client.get("/account/security/app")).headers["location"] == "/account/security"
    page = await client.get("/account/security")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)[1]
    fields = {"_csrf": token, "code": App(setup["key"]).code()}
    assert (await client.post("/account/security/app/confirm", data=fields)).status_code == 404
    assert (await sign_in_program(market, person.email))["__typename"] == "Tokens"


async def test_there_is_one_app_and_it_is_not_replaced_behind_its_owners_back(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    assert (await person.mutate("beginAuthenticatorApp", SETUP))["code"] == "factor_already_set_up"
    assert (await sign_in_program(market, person.email, app.code()))["__typename"] == "Tokens"


async def test_the_seed_is_sealed_and_the_codes_are_hashed(market):
    person = await market.join("client")
    app, made = await enrol(person)
    (row,) = await market.fetch("select sealed_seed from totp_credentials where user_id = $1", person.id)
    assert base64.b32decode(app.key) not in row["sealed_seed"]
    stored = await market.fetch("select code_hash from recovery_codes where user_id = $1", person.id)
    assert {each["code_hash"] for each in stored} == {recovery_hash(code) for code in made}


async def test_a_code_that_was_taken_is_not_taken_again(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    code = app.code()
    assert (await sign_in_program(market, person.email, code))["__typename"] == "Tokens"
    assert (await sign_in_program(market, person.email, code))["code"] == "code_not_accepted"


async def test_nor_is_the_code_that_confirmed_the_app_or_an_earlier_one(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    assert (await sign_in_program(market, person.email, app.at(app.used)))["code"] == "code_not_accepted"
    assert (await sign_in_program(market, person.email, app.at(app.used + 1)))["__typename"] == "Tokens"
    assert (await sign_in_program(market, person.email, app.at(app.used)))["code"] == "code_not_accepted"


async def test_of_two_who_show_the_same_code_at_once_one_comes_in(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    code = app.code()
    answers = await asyncio.gather(*(sign_in_program(market, person.email, code) for _ in range(4)))
    assert sorted(each["__typename"] for each in answers) == ["Refusal", "Refusal", "Refusal", "Tokens"]


async def test_an_app_that_was_removed_is_asked_for_no_longer(market):
    person = await market.join("client")
    await enrol(person)
    assert (await person.mutate("removeAuthenticatorApp", DONE))["__typename"] == "Done"
    assert (await sign_in_program(market, person.email))["__typename"] == "Tokens"
    # With nothing left to stand in for, the recovery codes are gone too.
    assert await market.fetch("select from recovery_codes where user_id = $1", person.id) == []
    assert (await person.mutate("removeAuthenticatorApp", DONE))["code"] == "not_found"


async def test_the_last_factor_stays_where_the_policy_asks_for_one(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    await set_policy(market, mfa="required")
    assert (await person.mutate("removeAuthenticatorApp", DONE))["code"] == "second_factor_needed"
    assert (await sign_in_program(market, person.email))["code"] == "second_factor_required"
    assert (await sign_in_program(market, person.email, app.code()))["__typename"] == "Tokens"


@pytest.mark.parametrize("mutation", ["beginAuthenticatorApp", "removeAuthenticatorApp", "renewRecoveryCodes"])
async def test_changing_factors_asks_for_a_recent_sign_in(market, mutation):
    person = await market.join("client")
    await enrol(person)
    await let_time_pass(market)
    assert (await person.mutate(mutation, "... on Refusal { code }"))["code"] == "step_up_required"


async def test_confirming_asks_for_a_recent_sign_in_too(market):
    person = await market.join("client")
    setup = await person.mutate("beginAuthenticatorApp", SETUP)
    await let_time_pass(market)
    refused = await person.mutate("confirmAuthenticatorApp", CODES, {"code": App(setup["key"]).code()})
    assert refused["code"] == "step_up_required"


async def test_people_are_told_by_mail(market: Marketplace, inbox):
    person = await market.join("client")
    await enrol(person)
    await person.mutate("removeAuthenticatorApp", DONE)
    await market.work_off()
    subjects = [mail["subject"] for mail in inbox.of(person.email)]
    assert f"Authenticator app added at Market {market.slug}" in subjects
    assert f"Authenticator app removed at Market {market.slug}" in subjects


async def test_codes_are_tried_so_often_only_for_an_account(market, product):
    person = await market.join("client")
    app, _ = await enrol(person)
    wrong = [await sign_in_program(market, person.email, app.wrong()) for _ in range(codes.PER_ACCOUNT.attempts)]
    assert {each["code"] for each in wrong} == {"code_not_accepted"}
    assert (await sign_in_program(market, person.email, app.code()))["code"] == "too_many_attempts"
    another = await market.join("client")
    theirs, _ = await enrol(another)
    assert (await sign_in_program(market, another.email, theirs.code()))["__typename"] == "Tokens"


@pytest.fixture(params=["Valkey", "no Valkey"])
async def limited(request, product, monkeypatch):
    """The limiter with Valkey, and as it is while Valkey is away."""
    if request.param == "no Valkey":
        away = Redis.from_url(NOBODY_LISTENS)
        limiter = AttemptLimiter(away)
        monkeypatch.setattr(product.limiter, "_add", limiter._add)
        yield
        await away.aclose()
    else:
        yield


async def test_guessing_is_limited_with_valkey_and_without(market, limited):
    person = await market.join("client")
    app, _ = await enrol(person)
    for _ in range(codes.PER_ACCOUNT.attempts):
        await sign_in_program(market, person.email, app.wrong())
    assert (await sign_in_program(market, person.email, app.code()))["code"] == "too_many_attempts"


async def test_guessing_is_limited_for_an_address_too(market, limited):
    """Whoever has many passwords tries a few codes of each."""
    product = market.marketplaces.site.product
    visitor = Actor(market.id, address="203.0.113.77")
    for _ in range(codes.PER_ADDRESS.attempts):
        with pytest.raises(CodeNotAccepted):
            await codes.accept_code(product, visitor, uuid7(), "123456")
    with pytest.raises(TooManyAttempts):
        await codes.accept_code(product, visitor, uuid7(), "123456")
    with pytest.raises(CodeNotAccepted):
        await codes.accept_code(product, Actor(market.id, address="203.0.113.78"), uuid7(), "123456")
