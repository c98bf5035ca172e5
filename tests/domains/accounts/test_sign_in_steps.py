"""A sign-in that lacks its second factor: a few codes, ten minutes, one browser, one session."""

import pytest
from tests.domains.accounts.factor_steps import (
    DONE,
    enrol,
    is_signed_in,
    set_policy,
    show_code,
    show_password,
)
from tests.factories import PASSWORD, PROBLEMS, Marketplace, Person, form_token

from ctorendang.domains.accounts.factors import steps

NEW_PASSWORD = "staple battery horse correct"


async def test_until_all_is_shown_the_browser_is_a_visitor(market, client):
    person = await market.join("client", "admin")
    await enrol(person)
    await show_password(client, person.email)
    for path in ("/account", "/account/security", "/projects", "/admin/members", "/account/sessions"):
        assert (await client.get(path)).status_code == 401, path
    token = form_token((await client.get("/login/second-factor")).text)
    answer = await client.post(
        "/graphql",
        json={"query": "{ me { id } }"},
        headers={"accept": "application/json", "x-csrf-token": token},
    )
    assert answer.json() == {"data": {"me": None}}
    # The secret of the step is no session's either.
    client.cookies.set("session", client.cookies["step"], domain=market.host)
    assert (await client.get("/account")).status_code == 401
    assert await market.fetch("select from sessions where user_id = $1 and kind = 'browser'", person.id) == []


async def test_a_wrong_code_can_be_tried_again_and_is_not_shown_again(market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    wrong = app.wrong()
    answer = await show_code(client, wrong)
    assert answer.status_code == 401
    assert "This code is not right" in answer.text
    assert wrong not in answer.text
    assert (await show_code(client, app.code())).status_code == 303
    assert await is_signed_in(client)


async def test_a_step_takes_a_few_codes_only(market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    page = await client.get("/login/second-factor")
    token = form_token(page.text)
    for _ in range(steps.MOST_ATTEMPTS):
        assert (
            await client.post("/login/second-factor", data={"_csrf": token, "code": app.wrong()})
        ).status_code == 401
    answer = await client.post("/login/second-factor", data={"_csrf": token, "code": app.code()})
    assert answer.headers["location"] == "/login"
    assert not await is_signed_in(client)


async def test_a_step_is_good_for_ten_minutes(market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    (left,) = await market.fetch("select expires_at - created_at as life from sign_in_steps")
    assert 9 * 60 < left["life"].total_seconds() <= 10 * 60 + 1
    token = form_token((await client.get("/login/second-factor")).text)
    await market.fetch("update sign_in_steps set expires_at = now() - interval '1 second'")
    answer = await client.post("/login/second-factor", data={"_csrf": token, "code": app.code()})
    assert answer.headers["location"] == "/login"
    assert (await client.get("/login/second-factor")).headers["location"] == "/login"
    assert not await is_signed_in(client)


async def test_a_step_opens_one_session(market, client):
    person = await market.join("client")
    app, made = await enrol(person)
    await show_password(client, person.email)
    secret = client.cookies["step"]
    assert (await show_code(client, app.code())).status_code == 303
    async with market.browser() as other:
        token = form_token((await other.get("/login")).text)
        other.cookies.set("step", secret, domain=market.host)
        answer = await other.post("/login/second-factor", data={"_csrf": token, "code": made[0]})
        assert answer.headers["location"] == "/login"
        assert not await is_signed_in(other)


async def test_a_step_belongs_to_the_browser_that_began_it_and_to_its_tenant(market, other_market, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    async with market.browser() as other:
        token = form_token((await other.get("/login")).text)
        answer = await other.post("/login/second-factor", data={"_csrf": token, "code": app.code()})
        assert answer.headers["location"] == "/login"
    elsewhere = await other_market.join("client", email=person.email)
    theirs, _ = await enrol(elsewhere)
    async with other_market.browser() as other:
        token = form_token((await other.get("/login")).text)
        other.cookies.set("step", client.cookies["step"], domain=other_market.host)
        answer = await other.post("/login/second-factor", data={"_csrf": token, "code": theirs.code()})
        assert answer.headers["location"] == "/login"
        assert not await is_signed_in(other)


async def break_the_password(market: Marketplace, person: Person) -> None:
    await person.mutate("changePassword", DONE, {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD})


async def suspend(market: Marketplace, person: Person) -> None:
    admin = await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(person.id)})


async def suspend_and_restore(market: Marketplace, person: Person) -> None:
    admin = await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(person.id)})
    await admin.mutate("restoreMember", "... on Member { id }" + PROBLEMS, {"memberId": str(person.id)})


async def enforce_single_sign_on(market: Marketplace, person: Person) -> None:
    await set_policy(market, sso_scope="everyone")


@pytest.mark.parametrize("change", [break_the_password, suspend, suspend_and_restore, enforce_single_sign_on])
async def test_a_step_is_worthless_once_its_ground_has_gone(market, client, change):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    token = form_token((await client.get("/login/second-factor")).text)
    await change(market, person)
    answer = await client.post("/login/second-factor", data={"_csrf": token, "code": app.code()})
    assert answer.status_code in {303, 403}
    assert "session" not in client.cookies
    assert not await is_signed_in(client)
    assert await market.fetch("select from sessions where user_id = $1 and kind = 'browser'", person.id) == []


async def test_suspension_leaves_no_step_behind(market, client):
    person = await market.join("client")
    await enrol(person)
    await show_password(client, person.email)
    await suspend(market, person)
    assert await market.fetch("select from sign_in_steps where user_id = $1", person.id) == []
