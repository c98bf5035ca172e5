"""Between a password and a session: who is asked for more, and that nothing leads around it."""

import pytest
from tests.domains.accounts.factor_steps import (
    CODES,
    DONE,
    SETUP,
    App,
    enrol,
    is_signed_in,
    set_policy,
    show_code,
    show_password,
    shown_codes,
    shown_key,
    sign_in_program,
)
from tests.domains.accounts.inviting import accept, link
from tests.factories import PASSWORD, PROBLEMS, TOKENS, form_token, submit

NEW_PASSWORD = "staple battery horse correct"

# Policy, role, whether the person has a factor: what a right password comes to.
MATRIX = [
    ("off", "client", False, "Tokens"),
    ("off", "client", True, "Tokens"),
    ("off", "admin", False, "Tokens"),
    ("off", "admin", True, "Tokens"),
    ("optional", "client", False, "Tokens"),
    ("optional", "client", True, "second_factor_required"),
    ("optional", "admin", False, "Tokens"),
    ("optional", "admin", True, "second_factor_required"),
    ("required_for_admins", "client", False, "Tokens"),
    ("required_for_admins", "client", True, "second_factor_required"),
    ("required_for_admins", "admin", False, "second_factor_enrolment_required"),
    ("required_for_admins", "admin", True, "second_factor_required"),
    ("required", "client", False, "second_factor_enrolment_required"),
    ("required", "client", True, "second_factor_required"),
    ("required", "admin", False, "second_factor_enrolment_required"),
    ("required", "admin", True, "second_factor_required"),
]
PLACES = {
    "Tokens": None,
    "second_factor_required": "/login/second-factor",
    "second_factor_enrolment_required": "/login/enrol",
}


@pytest.mark.parametrize(("mfa", "role", "has_factor", "outcome"), MATRIX)
async def test_the_policy_says_who_needs_a_second_factor(market, client, mfa, role, has_factor, outcome):
    person = await market.join(role)
    if has_factor:
        await enrol(person)
    await set_policy(market, mfa=mfa)
    answer = await sign_in_program(market, person.email)
    assert outcome in (answer["__typename"], answer.get("code"))
    shown = await show_password(client, person.email)
    assert await is_signed_in(client) == (outcome == "Tokens")
    if PLACES[outcome]:
        assert shown.headers["location"] == PLACES[outcome]


async def test_a_break_glass_owner_needs_two_factors_whatever_the_policy_says(market):
    person = await market.join("admin")
    await market.fetch("update users set break_glass = true where id = $1", person.id)
    await set_policy(market, mfa="off", sso_scope="everyone")
    assert (await sign_in_program(market, person.email))["code"] == "second_factor_enrolment_required"
    app, _ = await enrol(person)
    assert (await sign_in_program(market, person.email))["code"] == "second_factor_required"
    assert (await sign_in_program(market, person.email, app.code()))["__typename"] == "Tokens"


async def test_a_wrong_password_never_hears_of_a_second_factor(market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    for otp in (None, app.code()):
        assert (await sign_in_program(market, person.email, otp, "wrong"))["code"] == "credentials_not_accepted"
    answer = await show_password(client, person.email, "wrong")
    assert answer.status_code == 401
    assert "step" not in client.cookies


async def test_a_code_is_ignored_where_there_is_no_factor(market):
    person = await market.join("client")
    assert (await sign_in_program(market, person.email, "123456"))["__typename"] == "Tokens"
    await set_policy(market, mfa="required")
    assert (await sign_in_program(market, person.email, "123456"))["code"] == "second_factor_enrolment_required"


async def test_a_new_password_by_mail_still_takes_the_second_factor(market, client, inbox):
    person = await market.join("client")
    app, _ = await enrol(person)
    await market.fetch("update users set email_verified_at = now() where id = $1", person.id)
    await market.mutate("requestPasswordReset", DONE, {"email": person.email})
    await market.work_off()
    secret = inbox.secret(person.email, "/password/reset")
    answer = await submit(
        client, f"/password/reset?token={secret}", "/password/reset", {"token": secret, "password": NEW_PASSWORD}
    )
    assert answer.headers["location"] == "/login"
    assert not await is_signed_in(client)
    assert (await sign_in_program(market, person.email, None, NEW_PASSWORD))["code"] == "second_factor_required"
    assert (await show_password(client, person.email, NEW_PASSWORD)).headers["location"] == "/login/second-factor"
    assert (await show_code(client, app.code())).status_code == 303
    assert await is_signed_in(client)


async def test_who_signs_up_where_a_second_factor_is_required_sets_one_up_first(market, client):
    await set_policy(market, mfa="required")
    account = {"name": "Ada New", "email": "ada.new@people.example", "password": PASSWORD}
    program = await market.mutate("signUp", TOKENS + PROBLEMS, {**account, "email": "b@people.example"})
    assert program["code"] == "second_factor_enrolment_required"
    answer = await submit(client, "/signup", "/signup", account)
    assert answer.headers["location"] == "/login/enrol"
    assert not await is_signed_in(client)
    await submit(client, "/login/enrol", "/login/enrol/app", {})
    app = App(shown_key((await client.get("/login/enrol")).text))
    assert (await submit(client, "/login/enrol", "/login/enrol", {"code": app.wrong()})).status_code == 401
    assert not await is_signed_in(client)
    done = await submit(client, "/login/enrol", "/login/enrol", {"code": app.code()})
    assert len(shown_codes(done.text)) == 10
    assert 'href="/projects/new"' in done.text
    assert await is_signed_in(client)
    (session,) = await market.fetch("select strong, method from sessions where kind = 'browser'")
    assert dict(session) == {"strong": True, "method": "password"}
    assert (await client.get("/login/enrol")).headers["location"] == "/login"


async def test_enrolment_on_the_way_in_adds_no_factor_beside_one_that_is_there(market, client):
    """Whoever has stolen a password waits at the enrolment page until the person has set up their own."""
    person = await market.join("client")
    await set_policy(market, mfa="required")
    await show_password(client, person.email)
    await submit(client, "/login/enrol", "/login/enrol/app", {})
    page = await client.get("/login/enrol")
    thiefs, token = App(shown_key(page.text)), form_token(page.text)
    setup = await person.mutate("beginAuthenticatorApp", SETUP)
    own = App(setup["key"])
    confirmed = await person.mutate("confirmAuthenticatorApp", CODES, {"code": own.code()})
    assert len(confirmed["codes"]) == 10
    for path, fields in (
        ("/login/enrol", {"code": thiefs.code()}),
        ("/login/enrol/app", {}),
        ("/login/enrol/passkey", {}),
    ):
        answer = await client.post(path, data={"_csrf": token, **fields})
        assert answer.headers["location"] == "/login", path
    assert not await is_signed_in(client)
    assert (await show_password(client, person.email)).headers["location"] == "/login/second-factor"


async def test_a_key_shown_to_somebody_else_is_not_confirmed_by_the_person(market, client):
    """Two browsers at the enrolment page: each sees and confirms its own key only."""
    person = await market.join("client")
    await set_policy(market, mfa="required")
    async with market.browser() as other:
        await show_password(other, person.email)
        await show_password(client, person.email)
        await submit(other, "/login/enrol", "/login/enrol/app", {})
        thiefs = shown_key((await other.get("/login/enrol")).text)
        page = await client.get("/login/enrol")
        assert thiefs not in page.text.replace(" ", "")
        await submit(client, "/login/enrol", "/login/enrol/app", {})
        own = App(shown_key((await client.get("/login/enrol")).text))
        assert own.key != thiefs
        assert 'class="qr"' not in (await other.get("/login/enrol")).text
        assert (await submit(other, "/login/enrol", "/login/enrol", {"code": App(thiefs).code()})).status_code in {
            401,
            404,
        }
        done = await submit(client, "/login/enrol", "/login/enrol", {"code": own.code()})
        assert len(shown_codes(done.text)) == 10
        assert await is_signed_in(client)
        assert not await is_signed_in(other)


async def test_a_session_says_how_strong_it_is(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    await market.fetch("delete from refresh_tokens")
    await market.fetch("delete from sessions")
    await sign_in_program(market, person.email, app.code())
    (session,) = await market.fetch("select strong, method from sessions")
    assert dict(session) == {"strong": True, "method": "password"}


async def test_refusals_and_successes_are_in_the_trail(market):
    person = await market.join("client")
    app, _ = await enrol(person)
    await sign_in_program(market, person.email, app.wrong())
    await sign_in_program(market, person.email, app.code())
    actions = [row["action"] for row in await market.fetch("select action from audit_events order by id")]
    for action in ("authenticator_app.begun", "authenticator_app.added", "second_factor.refused", "session.opened"):
        assert f"accounts.{action}" in actions


async def test_an_invitation_leads_no_further_than_a_sign_up(market, client, inbox):
    token = await link(await market.join("admin"), inbox)
    await set_policy(market, mfa="required")
    answer = await accept(client, token)
    assert answer.headers["location"] == "/login/enrol"
    assert not await is_signed_in(client)
    assert await market.fetch("select from sessions where kind = 'browser'") == []
    await submit(client, "/login/enrol", "/login/enrol/app", {})
    app = App(shown_key((await client.get("/login/enrol")).text))
    done = await submit(client, "/login/enrol", "/login/enrol", {"code": app.code()})
    assert len(shown_codes(done.text)) == 10
    assert await is_signed_in(client)
