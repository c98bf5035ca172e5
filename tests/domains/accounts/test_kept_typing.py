"""Nothing is typed in vain: forms ask who one is before they are filled in, and keep what was typed if it got late."""

from urllib.parse import quote

import pytest
from tests.domains.accounts.factor_steps import let_time_pass, set_policy
from tests.domains.accounts.test_step_up import come_by_single_sign_on, confirm
from tests.factories import PASSWORD, Marketplace, form_token, sign_in

KEYS, POLICY, SECURITY = "/account/api-keys", "/admin/security", "/account/security"
CONFIRMED = "Thank you, that is confirmed."


async def send_late(market: Marketplace, browser, page: str, action: str, **fields: str | list[str]):
    """Fill a form in, and send it when the sign-in is too old by then."""
    token = form_token((await browser.get(page)).text)
    await let_time_pass(market)
    headers = {"referer": f"{market.origin}{page}"}
    return await browser.post(action, data={"_csrf": token, **fields}, headers=headers)


async def test_what_was_typed_is_there_again_after_confirming_and_once(market, client):
    await sign_in(client, await market.join("client"))
    typed = {"name": "Weekly <report>", "scopes": ["READ_DIRECTORY", "READ_PROJECTS"], "expiresInDays": "180"}
    late = await send_late(market, client, KEYS, KEYS, **typed)
    assert late.headers["location"] == f"/step-up?next={quote(KEYS, safe='')}"
    assert "Weekly" not in late.headers["location"]
    done = await confirm(client, after=KEYS, password=PASSWORD)
    assert done.headers["location"] == KEYS
    page = (await client.get(KEYS)).text
    assert CONFIRMED in page
    assert 'value="Weekly &lt;report&gt;"' in page
    assert page.count(" checked") == 2
    assert 'value="180" selected' in page
    again = (await client.get(KEYS)).text
    assert "Weekly" not in again
    assert CONFIRMED not in again


async def test_an_administrators_policy_is_kept_too(market, client):
    await sign_in(client, await market.join("admin"))
    typed = {"mfa": "REQUIRED", "idleMinutes": "30", "absoluteHours": "12", "concurrentSessions": "3"}
    await send_late(market, client, POLICY, POLICY, **typed)
    await confirm(client, after=POLICY, password=PASSWORD)
    page = (await client.get(POLICY)).text
    assert 'value="REQUIRED" checked' in page
    assert 'value="12" selected' in page


async def test_the_roles_that_were_chosen_for_a_member_are_kept(market, client):
    await sign_in(client, await market.join("admin"))
    member = await market.join("client")
    page, action = "/admin/members?search=people", f"/admin/members/{member.id}/roles"
    await send_late(market, client, page, action, roles=["CLIENT", "ADMIN"])
    done = await confirm(client, after=page, password=PASSWORD)
    shown = (await client.get(done.headers["location"])).text
    sheet = shown[shown.index(f'action="{action}"') :].partition("</form>")[0]
    assert sheet.count(" checked") == 2
    assert f"/admin/audit?person={member.id}" in shown


async def test_a_button_is_told_to_be_pressed_again(market, client):
    await sign_in(client, await market.join("client"))
    await send_late(market, client, SECURITY, f"{SECURITY}/app")
    assert CONFIRMED not in (await client.get(SECURITY)).text
    await confirm(client, after=SECURITY, password=PASSWORD)
    page = (await client.get(SECURITY)).text
    assert CONFIRMED in page
    assert "What you typed" not in page


@pytest.mark.parametrize("field", ["_csrf", "password", "newPassword", "clientSecret", "token", "code", "credential"])
async def test_no_secret_is_kept(market, client, field):
    await sign_in(client, await market.join("client"))
    secret = "hunter2-hunter2"
    token = form_token((await client.get(KEYS)).text)
    await let_time_pass(market)
    sent = {"_csrf": token, "name": "x", "scopes": "READ_DIRECTORY", "expiresInDays": "30"}
    late = await client.post(
        KEYS, data=sent | ({field: secret} if field != "_csrf" else {}), headers={"referer": f"{market.origin}{KEYS}"}
    )
    assert late.status_code == 303
    kept = client.cookies.get("draft") or ""
    assert "name" in kept
    assert secret not in kept
    assert token not in kept
    assert "httponly" in late.headers["set-cookie"].lower()


async def test_it_is_for_its_person_and_its_page_alone_and_only_as_it_was_written(market, client):
    person, other = await market.join("client"), await market.join("client")
    await sign_in(client, person)
    typed = {"name": "Mine alone", "scopes": "READ_DIRECTORY", "expiresInDays": "30"}
    await send_late(market, client, KEYS, KEYS, **typed)
    await confirm(client, after=KEYS, password=PASSWORD)
    kept = client.cookies["draft"]
    assert "Mine alone" not in (await client.get("/account/preferences")).text
    async with market.browser() as theirs:
        await sign_in(theirs, other)
        theirs.cookies.set("draft", kept, domain=market.host)
        assert "Mine alone" not in (await theirs.get(KEYS)).text
    digest, _, text = kept.strip('"').partition(".")
    client.cookies.set("draft", f"{digest}.{text.replace('alone', 'all')}", domain=market.host)
    assert "Mine a" not in (await client.get(KEYS)).text


async def test_nothing_typed_stays_in_a_browser_that_was_signed_out(market, client):
    await sign_in(client, await market.join("client"))
    await send_late(market, client, KEYS, KEYS, name="Mine alone", scopes="READ_DIRECTORY", expiresInDays="30")
    assert "Mine" in client.cookies["draft"]
    token = form_token((await client.get("/")).text)
    await client.post("/logout", data={"_csrf": token})
    assert "draft" not in client.cookies


async def test_too_much_to_keep_is_left_out(market, client):
    await sign_in(client, await market.join("client"))
    late = await send_late(market, client, KEYS, KEYS, name="ä" * 2000, expiresInDays="30")
    assert late.status_code == 303
    assert all(len(line) < 4096 for line in late.headers.get_list("set-cookie"))
    far = {"referer": f"{market.origin}{KEYS}?{'x' * 5000}"}
    token = form_token((await client.get(KEYS)).text)
    client.cookies.delete("draft")
    late = await client.post(f"{SECURITY}/app", data={"_csrf": token}, headers=far)
    assert not any(line.startswith("draft=") for line in late.headers.get_list("set-cookie"))


@pytest.mark.parametrize(("page", "words"), [(KEYS, "To make a key"), (SECURITY, "To add a passkey")])
async def test_a_form_asks_before_it_is_filled_in_and_the_page_stays_readable(market, client, page, words):
    await sign_in(client, await market.join("client"))
    assert words not in (await client.get(page)).text
    await market.fetch("update sessions set authenticated_at = now() - interval '8 minutes'")
    shown = await client.get(page)
    assert shown.status_code == 200
    assert words in shown.text
    assert f'href="/step-up?next={page}"' in shown.text
    await confirm(client, after=page, password=PASSWORD)
    assert words not in (await client.get(page)).text


async def test_confirming_asks_for_what_the_person_has(market, client):
    await sign_in(client, await market.join("client"))
    page = (await client.get("/step-up")).text
    assert "Enter your password." in page
    assert 'name="code"' not in page
    wrong = await confirm(client, password="wrong wrong wrong")
    assert "This password is not right." in wrong.text
    assert "current password" not in wrong.text.lower()


async def test_whom_single_sign_on_binds_is_told_to_set_nothing_up(market, client):
    person = await market.join("client")
    await market.fetch_as("authenticator", "delete from password_credentials where user_id = $1", person.id)
    await come_by_single_sign_on(market, client, person)
    free = (await client.get(SECURITY)).text
    assert "You do not need one while you sign in through your organisation." in free
    await set_policy(market, sso_scope="everyone")
    bound = (await client.get(SECURITY)).text
    assert "You sign in through your organisation" in bound
    for nonsense in ("Forgot your password", "Add a passkey", "Set up an app", "Change password"):
        assert nonsense not in bound
