"""What people do with second factors, through the front door."""

import base64
import re
import time
from dataclasses import dataclass, field
from html import unescape

import httpx
import pyotp
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, Person, submit

SETUP = "... on AuthenticatorAppSetup { key uri }" + REFUSALS
CODES = "... on RecoveryCodes { codes }" + PROBLEMS
DONE = "... on Done { message }" + PROBLEMS
WRONG = "000000"


@dataclass
class App:
    """A person's authenticator app. Its clock is ahead a step whenever the last code is used up."""

    key: str
    used: int = field(default=0)

    def code(self) -> str:
        """A code that was not shown before."""
        step = max(int(time.time() // 30), self.used + 1)
        self.used = step
        return self.at(step)

    def at(self, step: int) -> str:
        """The code of a time step."""
        return pyotp.HOTP(self.key).at(step)

    def wrong(self) -> str:
        """Six digits that are not good now."""
        good = {self.at(int(time.time() // 30) + off) for off in (-1, 0, 1, 2)}
        return next(code for code in (WRONG, "111111", "222222", "333333", "444444") if code not in good)


async def enrol(person: Person) -> tuple[App, list[str]]:
    """Set up an app as a program does; its recovery codes."""
    setup = await person.mutate("beginAuthenticatorApp", SETUP)
    app = App(setup["key"])
    # An earlier step than now is confirmed with, so that the code of now is still to be used.
    app.used = int(time.time() // 30) - 1
    confirmed = await person.mutate("confirmAuthenticatorApp", CODES, {"code": app.at(app.used)})
    assert confirmed["__typename"] == "RecoveryCodes", confirmed
    return app, confirmed["codes"]


async def set_policy(market: Marketplace, **values: object) -> None:
    """Say how people get in, as the administration would."""
    names = ", ".join(values)
    places = ", ".join(f"${index}" for index in range(2, len(values) + 2))
    updates = ", ".join(f"{name} = excluded.{name}" for name in values)
    await market.fetch(
        f"insert into access_policies (tenant_id, {names}) values ($1, {places})"
        f" on conflict (tenant_id) do update set {updates}",
        market.id,
        *values.values(),
    )


async def sign_in_program(market: Marketplace, email: str, otp: str | None = None, password: str = PASSWORD) -> dict:
    """What a program is answered."""
    given = {"email": email, "password": password} | ({"otp": otp} if otp is not None else {})
    return await market.mutate("signIn", TOKENS + REFUSALS, given)


async def show_password(
    browser: httpx.AsyncClient, email: str, password: str = PASSWORD, **also: str
) -> httpx.Response:
    """Send the sign-in form."""
    return await submit(browser, "/login", "/login", {"email": email, "password": password, **also})


async def show_code(browser: httpx.AsyncClient, code: str) -> httpx.Response:
    """Send the second step's form."""
    return await submit(browser, "/login/second-factor", "/login/second-factor", {"code": code})


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    """Whether the browser is somebody."""
    return (await browser.get("/account/security")).status_code == 200


def shown_key(html: str) -> str:
    """The key on a page that sets up an app."""
    found = re.search(r'<code class="key">([^<]+)</code>', html)
    assert found, html
    key = found[1].replace(" ", "")
    assert len(base64.b32decode(key)) == 20
    return key


def shown_codes(html: str) -> list[str]:
    """The recovery codes on a page."""
    return [unescape(each) for each in re.findall(r"<li><code>([^<]+)</code></li>", html)]


async def let_time_pass(market: Marketplace) -> None:
    """Make everybody's last authentication too long ago for dangerous things."""
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
