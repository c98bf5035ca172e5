"""Step-up: showing again who one is, before something dangerous."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from tests.domains.accounts.factor_steps import (
    DONE,
    SETUP,
    enrol,
    let_time_pass,
    set_policy,
    show_code,
    show_password,
)
from tests.domains.accounts.soft_authenticator import SoftAuthenticator, add_passkey, ask, send
from tests.factories import PASSWORD, Marketplace, Person, form_token, sign_in, submit

from ctorendang.domains.accounts.factors import confirmation
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.sessions import Sessions
from ctorendang.infra.auth.actor import Actor

SECURITY = "/account/security"
BACK = f"/step-up?next={quote(SECURITY, safe='')}"


async def press(browser, path: str, referer: str = SECURITY):
    token = form_token((await browser.get(SECURITY)).text)
    return await browser.post(path, data={"_csrf": token}, headers={"referer": f"{browser.headers['origin']}{referer}"})


async def confirm(browser, after: str = SECURITY, **fields: str):
    return await submit(browser, f"/step-up?next={quote(after)}", "/step-up", {"next": after, **fields})


async def test_a_button_that_is_dangerous_leads_to_confirming_and_back(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await let_time_pass(market)
    asked = await press(client, f"{SECURITY}/app")
    assert asked.headers["location"] == BACK
    page = await client.get(asked.headers["location"])
    assert f'name="next" value="{SECURITY}"' in page.text
    assert (await confirm(client, password="wrong")).status_code == 409
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == BACK
    done = await confirm(client, password=PASSWORD)
    assert done.headers["location"] == SECURITY
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == f"{SECURITY}/app"


async def test_a_page_that_is_dangerous_is_come_back_to_with_its_query(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await press(client, f"{SECURITY}/app")
    await let_time_pass(market)
    answer = await client.get(f"{SECURITY}/app?a=b&c=%C3%A9")
    where = parse_qs(urlsplit(answer.headers["location"]).query)["next"][0]
    assert urlsplit(answer.headers["location"]).path == "/step-up"
    assert where.startswith(f"{SECURITY}/app?a=b&c=")


@pytest.mark.parametrize("source", ["//evil.example/x", "https://evil.example/", "/\\evil.example", ""])
async def test_nobody_is_led_elsewhere(market, client, source):
    person = await market.join("client")
    await sign_in(client, person)
    done = await confirm(client, password=PASSWORD, after="/")
    assert done.headers["location"] == "/"
    page = await client.get(f"/step-up?next={quote(source, safe='')}")
    assert "evil" not in page.text
    answer = await client.post("/step-up", data={"_csrf": form_token(page.text), "password": PASSWORD, "next": source})
    assert answer.headers["location"] == "/"


async def test_a_button_pressed_from_nowhere_goes_on_at_home(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await let_time_pass(market)
    assert (await press(client, f"{SECURITY}/app", referer=".evil.example/x")).headers[
        "location"
    ] == "/step-up?next=%2F"


async def test_programs_are_told_by_a_code_and_confirm_by_a_mutation(market):
    person = await market.join("client")
    await let_time_pass(market)
    assert (await person.mutate("beginAuthenticatorApp", SETUP))["code"] == "step_up_required"
    assert (await person.mutate("confirmIdentity", DONE, {"password": "wrong"}))["code"] == "wrong_password"
    assert (await person.mutate("beginAuthenticatorApp", SETUP))["code"] == "step_up_required"
    assert (await person.mutate("confirmIdentity", DONE, {"password": PASSWORD}))["__typename"] == "Done"
    assert (await person.mutate("beginAuthenticatorApp", SETUP))["__typename"] == "AuthenticatorAppSetup"


async def test_who_has_a_second_factor_shows_it_here_too(market):
    person = await market.join("client")
    app, made = await enrol(person)
    await let_time_pass(market)

    async def attempt(**given: str) -> str:
        answer = await person.mutate("confirmIdentity", DONE, given)
        return answer.get("code", answer["__typename"])

    assert await attempt(password=PASSWORD) == "second_factor_required"
    assert await attempt(password=PASSWORD, otp=app.wrong()) == "code_not_accepted"
    assert await attempt(password="wrong", otp=made[5]) == "wrong_password"
    assert (await person.mutate("removeAuthenticatorApp", DONE))["code"] == "step_up_required"
    code = app.code()
    assert await attempt(password=PASSWORD, otp=code) == "Done"
    await let_time_pass(market)
    assert await attempt(password=PASSWORD, otp=code) == "code_not_accepted"
    assert await attempt(password=PASSWORD, otp=made[5]) == "Done"
    (session,) = await market.fetch("select strong from sessions")
    assert session["strong"]


async def test_a_code_is_not_asked_for_where_factors_do_not_count(market):
    person = await market.join("client")
    await enrol(person)
    await set_policy(market, mfa="off")
    await let_time_pass(market)
    assert (await person.mutate("confirmIdentity", DONE, {"password": PASSWORD}))["__typename"] == "Done"


async def test_a_password_alone_makes_no_session_strong(market):
    person = await market.join("client")
    await person.mutate("confirmIdentity", DONE, {"password": PASSWORD})
    (session,) = await market.fetch("select strong from sessions")
    assert not session["strong"]


async def test_confirming_counts_for_the_session_that_did_it(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await let_time_pass(market)
    await person.mutate("confirmIdentity", DONE, {"password": PASSWORD})
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == BACK


async def test_a_passkey_confirms_on_its_own(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    device = SoftAuthenticator(market.origin)
    await add_passkey(client, device)
    await let_time_pass(market)
    asked = await ask(client, "/step-up/passkey")
    assert len(asked["allowCredentials"]) == 1
    answer = await send(client, "/step-up/passkey", device.get(asked), next=SECURITY)
    assert answer.headers["location"] == SECURITY
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == f"{SECURITY}/app"


async def test_somebody_elses_passkey_confirms_nothing(market, client):
    person, other = await market.join("client"), await market.join("client")
    device = SoftAuthenticator(market.origin)
    async with market.browser() as browser:
        await sign_in(browser, other)
        await add_passkey(browser, device)
    await sign_in(client, person)
    await let_time_pass(market)
    for lies in ({}, {"user_handle": person.id.bytes}, {"user_handle": None}):
        sent = device.get(await ask(client, "/step-up/passkey"), **lies)
        assert (await send(client, "/step-up/passkey", sent)).status_code == 401
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == BACK


async def come_by_single_sign_on(market: Marketplace, browser, person: Person) -> None:
    """Have a session as a provider's answer opens it."""
    proven = Proven(person.actor, Method.SSO, strong=True)
    token = await Sessions(market.marketplaces.site.product, Actor(market.id)).open_for_browser(proven, "a test")
    browser.cookies.set("session", token, domain=market.host)


async def test_who_came_through_a_provider_confirms_there_and_is_asked_for_no_password(market, client):
    person = await market.join("client")
    await come_by_single_sign_on(market, client, person)
    await let_time_pass(market)
    page = await client.get(BACK)
    assert page.headers["location"] == f"/sso/step-up?next={quote(SECURITY, safe='')}"
    token = form_token((await client.get(SECURITY)).text)
    answer = await client.post("/step-up", data={"_csrf": token, "password": PASSWORD, "next": SECURITY})
    assert answer.headers["location"] == f"/sso/step-up?next={quote(SECURITY, safe='')}"
    assert (await press(client, f"{SECURITY}/app")).headers["location"] == BACK


async def test_a_visitor_is_led_to_sign_in_first(client):
    assert (await client.get(BACK)).headers["location"] == f"/login?next={quote(SECURITY, safe='')}"
    token = form_token((await client.get("/login")).text)
    assert (await client.post("/step-up", data={"_csrf": token, "password": PASSWORD})).status_code == 401


async def test_people_bound_to_a_provider_confirm_nothing_with_a_password(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await let_time_pass(market)
    await set_policy(market, sso_scope="everyone")
    # A session that a password opened is over by now; one that a provider opened goes on.
    await market.fetch("update sessions set method = 'sso' where user_id = $1", person.id)
    refused = await person.mutate("confirmIdentity", DONE, {"password": PASSWORD})
    assert refused["code"] == "single_sign_on_required"


async def test_passwords_are_tried_so_often_only(market):
    person = await market.join("client")
    for _ in range(confirmation.PER_ACCOUNT.attempts):
        assert (await person.mutate("confirmIdentity", DONE, {"password": "wrong"}))["code"] == "wrong_password"
    assert (await person.mutate("confirmIdentity", DONE, {"password": PASSWORD}))["code"] == "too_many_attempts"


async def test_it_is_in_the_trail_without_what_was_typed(market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    await show_code(client, app.code())
    await person.mutate("confirmIdentity", DONE, {"password": PASSWORD, "otp": app.wrong()})
    await market.fetch("update totp_credentials set last_step = null")
    await person.mutate("confirmIdentity", DONE, {"password": PASSWORD, "otp": app.at(app.used)})
    rows = await market.fetch("select action, details::text from audit_events where action like '%confirmed'")
    assert [dict(row) for row in rows] == [
        {"action": "accounts.identity.confirmed", "details": '{"method": "password"}'}
    ]
