"""Operators have second factors too: the same pages on the console's host."""

from tests.domains.accounts.factor_steps import App, is_signed_in, show_code, show_password, shown_codes, shown_key
from tests.factories import PASSWORD, Marketplace, submit

from ctorendang.domains.accounts.passwords import hash_password
from ctorendang.kit.ids import uuid7


async def operator(console: Marketplace) -> str:
    user_id, email = uuid7(), f"{uuid7()}@platform.example"
    await console.fetch(
        "insert into users (tenant_id, id, email, name, roles) values ($1, $2, $3, 'Root', '{platform_admin}')",
        console.id,
        user_id,
        email,
    )
    credential = "insert into password_credentials (tenant_id, user_id, password_hash) values ($1, $2, $3)"
    await console.fetch(credential, console.id, user_id, hash_password(PASSWORD))
    return email


async def test_an_operator_sets_an_app_up_and_signs_in_with_it(console: Marketplace):
    email = await operator(console)
    async with console.browser() as browser:
        assert (await show_password(browser, email)).headers["location"] == "/tenants"
        await submit(browser, "/account/security", "/account/security/app", {})
        app = App(shown_key((await browser.get("/account/security/app")).text))
        done = await submit(browser, "/account/security/app", "/account/security/app/confirm", {"code": app.code()})
        assert len(shown_codes(done.text)) == 10
    async with console.browser() as browser:
        assert (await show_password(browser, email)).headers["location"] == "/login/second-factor"
        assert not await is_signed_in(browser)
        assert (await show_code(browser, app.code())).headers["location"] == "/tenants"
        assert await is_signed_in(browser)
        assert (await browser.get("/step-up")).status_code == 200


async def test_an_operator_changes_their_password(console: Marketplace):
    email, change = await operator(console), {"currentPassword": PASSWORD, "newPassword": "another long password"}
    async with console.browser() as browser:
        await show_password(browser, email)
        wrong = {**change, "currentPassword": "not the password"}
        refused = await submit(browser, "/account/security", "/account/password", wrong)
        assert refused.status_code == 409
        assert "The current password is not right." in refused.text
        done = await submit(browser, "/account/security", "/account/password", change)
        assert (done.status_code, done.headers["location"]) == (303, "/account/security")
    async with console.browser() as browser:
        await show_password(browser, email)
        assert not await is_signed_in(browser)
        await show_password(browser, email, change["newPassword"])
        assert await is_signed_in(browser)


async def test_an_operator_without_a_password_is_not_sent_to_a_link_that_the_console_does_not_have(
    console: Marketplace,
):
    email = await operator(console)
    async with console.browser() as browser:
        await show_password(browser, email)
        await console.fetch(
            "delete from password_credentials c using users u where u.id = c.user_id and u.email = $1", email
        )
        page = (await browser.get("/account/security")).text
    assert "You have none." in page
    assert "Forgot your password?" not in page
