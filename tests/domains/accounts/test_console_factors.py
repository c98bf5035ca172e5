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
