"""Whoever showed two factors reads of both, where they are signed in and in what they did."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.domains.accounts.factor_steps import (
    App,
    enrol,
    set_policy,
    show_code,
    show_password,
    shown_key,
    sign_in_program,
)
from tests.domains.accounts.soft_authenticator import SoftAuthenticator, add_passkey, ask, send
from tests.factories import Marketplace, Person, submit

SESSIONS = "{ sessions { kind method secondFactor } }"
ACTIVITY = "{ myActivity(first: 1) { edges { node { text } } } }"


async def newest(person: Person) -> dict[str, Any]:
    return next(each for each in (await person.query(SESSIONS))["sessions"] if each["kind"] == "BROWSER")


async def told(browser: Any) -> tuple[str, str]:
    return (await browser.get("/account/sessions")).text, (await browser.get("/account/activity")).text


@pytest.mark.parametrize(
    ("choose", "factor", "words"),
    [
        (lambda app, codes: app.code(), "APP", "authenticator app"),
        (lambda app, codes: codes[0], "RECOVERY_CODE", "recovery code"),
    ],
)
async def test_a_code_is_told_beside_the_password(
    market: Marketplace, client, choose: Callable[..., str], factor: str, words: str
):
    person = await market.join("client")
    app, codes = await enrol(person)
    await show_password(client, person.email)
    await show_code(client, choose(app, codes))
    assert await newest(person) == {"kind": "BROWSER", "method": "PASSWORD", "secondFactor": factor}
    sessions, activity = await told(client)
    assert f"Password and {words}" in sessions
    assert f"You signed in with your password and {'your' if factor == 'APP' else 'a'} {words}" in activity


async def test_a_passkey_is_told_beside_the_password_and_alone(market: Marketplace, client):
    person = await market.join("client")
    device = SoftAuthenticator(market.origin)
    async with market.browser() as first:
        await show_password(first, person.email)
        await add_passkey(first, device)
    await show_password(client, person.email)
    asked = await ask(client, "/login/second-factor/passkey")
    assert (await send(client, "/login/second-factor/passkey", device.get(asked))).status_code == 303
    sessions, activity = await told(client)
    assert "Password and passkey" in sessions
    assert "You signed in with your password and a passkey" in activity


async def test_setting_one_up_on_the_way_in_counts_as_having_shown_it(market: Marketplace, client):
    person = await market.join("client")
    await set_policy(market, mfa="required")
    await show_password(client, person.email)
    await submit(client, "/login/enrol", "/login/enrol/app", {})
    app = App(shown_key((await client.get("/login/enrol")).text))
    await submit(client, "/login/enrol", "/login/enrol", {"code": app.code()})
    assert "Password and authenticator app" in (await client.get("/account/sessions")).text


async def test_a_program_tells_both_and_one_factor_is_told_alone(market: Marketplace, client):
    person = await market.join("client")
    await show_password(client, person.email)
    assert (await newest(person))["secondFactor"] is None
    assert "Password and" not in (await client.get("/account/sessions")).text
    app, _ = await enrol(person)
    await sign_in_program(market, person.email, otp=app.code())
    found = (await person.query(SESSIONS))["sessions"]
    assert {"kind": "PROGRAM", "method": "PASSWORD", "secondFactor": "APP"} in found


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("abcd-efgh-ijkl-mnop", "Check it letter by letter, or use another one"),
        ("12345", "has six digits"),
        ("1234567", "has six digits"),
    ],
)
async def test_a_mistyped_code_is_answered_by_what_to_do(market: Marketplace, client, code: str, words: str):
    person = await market.join("client")
    await enrol(person)
    await show_password(client, person.email)
    answer = await show_code(client, code)
    assert answer.status_code == 401
    assert words in answer.text
    assert (await sign_in_program(market, person.email, otp=code))["code"] == "code_not_accepted"


async def test_a_wrong_code_of_the_app_says_to_wait_for_the_next(market: Marketplace, client):
    person = await market.join("client")
    app, _ = await enrol(person)
    await show_password(client, person.email)
    assert "Wait for the next one" in (await show_code(client, app.wrong())).text
