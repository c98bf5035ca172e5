"""Guessing somebody's password is hopeless and does not keep them out, with Valkey and without."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from tests.domains.accounts.test_attempt_limits import NOBODY_LISTENS
from tests.domains.accounts.test_recovery import request_reset
from tests.factories import PASSWORD, Marketplace, Marketplaces, Person, sign_in, submit
from tests.inbox import Inbox
from tests.serving import served

from ctorendang.asgi import create_app
from ctorendang.domains.accounts.authentication import Authentication
from ctorendang.domains.accounts.errors import CredentialsNotAccepted
from ctorendang.domains.accounts.known_browser import (
    PER_ACCOUNT,
    PER_ACCOUNT_AND_ADDRESS,
    PER_DEVICE,
    PER_KNOWN,
    limits_of,
    make_known,
)
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import TooManyAttempts
from ctorendang.infra.product import Product
from ctorendang.kit.ids import uuid7
from ctorendang.settings import RedisSettings, Settings


@pytest.fixture(params=["Valkey", "no Valkey"])
async def place(request, settings: Settings) -> AsyncIterator[Marketplace]:
    """A tenant whose product reaches Valkey, or does not."""
    reached = settings if request.param == "Valkey" else replace(settings, redis=RedisSettings(url=NOBODY_LISTENS))
    async with served(create_app(reached)) as site:
        marketplaces = Marketplaces(site, reached)
        yield await marketplaces.open()
        await marketplaces.close()


def product_of(market: Marketplace) -> Product:
    return market.marketplaces.site.product


async def guess_from_everywhere(market: Marketplace, email: str) -> int:
    """Use up what strangers may try on an account, at the limiter; how many attempts that took."""
    limiter = product_of(market).limiter
    for number in range(2 * PER_ACCOUNT.attempts + 1):
        limits = limits_of(product_of(market), market.id, email, f"198.51.{number // 5}.7", None, "")
        try:
            for limit in limits:
                await limiter.count(*limit)
        except TooManyAttempts:
            # A window may end in between, so once more.
            for _ in range(PER_ACCOUNT.attempts):
                with suppress(TooManyAttempts):
                    await limiter.count(PER_ACCOUNT, str(market.id), email)
            return number
    raise AssertionError("guessing never ends")


async def page_says(browser: httpx.AsyncClient, person: Person, password: str = PASSWORD) -> int:
    fields = {"email": person.email, "password": password}
    return (await submit(browser, "/login", "/login", fields)).status_code


async def test_who_has_signed_in_here_before_is_let_in_whatever_strangers_do(place: Marketplace):
    person = await place.join("admin")
    async with place.browser() as known, place.browser() as new:
        await sign_in(known, person)
        known.cookies.delete("session")
        passed = await guess_from_everywhere(place, person.email)
        assert PER_ACCOUNT.attempts - 1 <= passed <= 2 * PER_ACCOUNT.attempts
        assert await page_says(new, person) == 429
        assert await page_says(known, person) == 303


async def test_a_known_browser_guesses_no_longer_than_others(place: Marketplace):
    person = await place.join("client")
    async with place.browser() as known:
        await sign_in(known, person)
        known.cookies.delete("session")
        for _ in range(2 * PER_DEVICE.attempts + 1):
            if (status := await page_says(known, person, "wrong password")) == 429:
                break
        assert status == 429
        # It has used up nothing but its own: the owner signs in elsewhere.
        async with place.browser() as new:
            assert await page_says(new, person) == 303


async def test_who_had_many_browsers_made_known_while_they_knew_the_password_guesses_no_faster(place: Marketplace):
    person = await place.join("client")
    product = product_of(place)
    for number in range(2 * PER_KNOWN.attempts + 1):
        device = make_known(product, place.id, person.id)
        try:
            for limit in limits_of(product, place.id, person.email, f"198.51.{number}.7", person.id, device):
                await product.limiter.count(*limit)
        except TooManyAttempts:
            break
    assert PER_KNOWN.attempts <= number <= 2 * PER_KNOWN.attempts


async def test_whoever_is_elsewhere_does_not_suffer_from_one_who_guesses(market: Marketplace, product: Product):
    person = await market.join("client")
    guessing, owner = Actor(market.id, address="203.0.113.9"), Actor(market.id, address="203.0.113.10")
    for _ in range(2 * PER_ACCOUNT_AND_ADDRESS.attempts):
        with suppress(TooManyAttempts):
            await product.limiter.count(PER_ACCOUNT_AND_ADDRESS, str(market.id), person.email, guessing.address)
    with pytest.raises(TooManyAttempts):
        await Authentication(product, guessing).sign_in(person.email, PASSWORD)
    assert (await Authentication(product, owner).sign_in(person.email, PASSWORD)).actor.user_id == person.id


async def test_one_network_alone_does_not_reach_the_ceiling():
    windows = PER_ACCOUNT.seconds / PER_ACCOUNT_AND_ADDRESS.seconds
    assert windows * PER_ACCOUNT_AND_ADDRESS.attempts < PER_ACCOUNT.attempts


async def test_strangers_are_counted_alike_whether_or_not_there_is_such_an_account(market: Marketplace, product):
    person = await market.join("client")
    for cookie in ("", "made.up", make_known(product, market.id, uuid7())):
        names = [
            [each[0].name for each in limits_of(product, market.id, "a@b.example", "", user_id, cookie)]
            for user_id in (person.id, None)
        ]
        assert names[0] == names[1] == ["sign-in-address", "sign-in-account-address", "sign-in-account"]
    for email in (person.email, "nobody@people.example"):
        await guess_from_everywhere(market, email)
        with pytest.raises(TooManyAttempts):
            await Authentication(product, Actor(market.id, address="192.0.2.7")).sign_in(email, PASSWORD)


async def test_a_cookie_makes_known_to_its_own_account_and_tenant_alone(market, other_market, product: Product):
    person, other = await market.join("client"), await market.join("client")
    cookie = make_known(product, market.id, person.id)
    device, _, digest = cookie.partition(".")

    def known(tenant, user, value) -> bool:
        return limits_of(product, tenant.id, "", "", user.id, value)[0][0] is PER_DEVICE

    assert known(market, person, cookie)
    assert not known(market, other, cookie)
    assert not known(other_market, person, cookie)
    for forged in (
        f"{device}x.{digest}",
        f"{device}.{digest}x",
        f"{device}.",
        device,
        f".{digest}",
        "ü.ü",
        "\ud800.\0",
    ):
        assert not known(market, person, forged), forged


async def test_the_cookie_is_out_of_scripts_reach_and_signs_nobody_in(market: Marketplace, client):
    person = await market.join("client")
    page = await client.get("/login")
    assert "device" not in client.cookies
    from_form = await submit(client, "/login", "/login", {"email": person.email, "password": PASSWORD})
    (cookie,) = [each for each in from_form.headers.get_list("set-cookie") if each.startswith("device=")]
    assert page.status_code == 200
    assert all(word in cookie.lower() for word in ("httponly", "samesite=lax", "path=/"))
    async with market.browser(cookie=cookie.partition(";")[0]) as stranger:
        assert (await stranger.get("/account")).status_code != 200


async def test_a_reset_link_makes_its_browser_known(market: Marketplace, client, inbox: Inbox):
    """Whoever reads the owner's mail is let in while strangers guess."""
    person = await market.join("client")
    await guess_from_everywhere(market, person.email)
    assert await page_says(client, person) == 429
    await request_reset(market, person.email)
    token = inbox.secret(person.email, "/password/reset")
    new = "a new and lasting secret"
    done = await submit(client, f"/password/reset?token={token}", "/password/reset", {"token": token, "password": new})
    assert done.status_code == 303, done.text
    assert await page_says(client, person, new) == 303


async def test_a_wrong_password_makes_nobody_known(market: Marketplace, client):
    person = await market.join("client")
    assert await page_says(client, person, "wrong password") == 401
    with pytest.raises(CredentialsNotAccepted):
        await Authentication(product_of(market), Actor(market.id)).sign_in(person.email, "wrong password", "made.up")
    assert "device" not in client.cookies
