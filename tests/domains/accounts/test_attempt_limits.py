"""Limits on attempts, with Valkey and without."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.factories import PASSWORD, REFUSALS, TOKENS, Marketplace, Marketplaces, sign_in, submit
from tests.serving import served

from ctorendang.asgi import create_app
from ctorendang.domains.accounts.authentication import OPENINGS, Authentication
from ctorendang.domains.accounts.errors import CredentialsNotAccepted
from ctorendang.domains.accounts.jobs import RESET_LIFETIME
from ctorendang.domains.accounts.known_browser import PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from ctorendang.domains.accounts.recovery import RESETS_PER_ACCOUNT
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import AttemptLimiter, Limit
from ctorendang.infra.errors import TooManyAttempts
from ctorendang.infra.product import Product
from ctorendang.settings import RedisSettings, Settings

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
THREE = Limit("test", attempts=3, seconds=10_000_000)


@pytest.fixture(params=["Valkey", "no Valkey"])
async def limiter(request, settings: Settings) -> AsyncIterator[AttemptLimiter]:
    redis = Redis.from_url(settings.redis.url if request.param == "Valkey" else NOBODY_LISTENS)
    yield AttemptLimiter(redis)
    await redis.aclose()


async def attempts(limiter: AttemptLimiter, *subject: str) -> int:
    """How many are let pass."""
    for passed in range(10):
        try:
            await limiter.count(THREE, *subject)
        except TooManyAttempts:
            return passed
    return 10


async def test_as_many_attempts_pass_as_the_limit_says(limiter):
    assert await attempts(limiter, "tenant", uuid4().hex) == 3


async def test_a_refusal_says_how_long_to_wait(limiter):
    subject = uuid4().hex
    await attempts(limiter, subject)
    with pytest.raises(TooManyAttempts) as refusal:
        await limiter.count(THREE, subject)
    assert 1 <= refusal.value.retry_after <= THREE.seconds
    assert str(refusal.value.retry_after) in refusal.value.detail


async def test_subjects_are_counted_apart(limiter):
    subject = uuid4().hex
    assert await attempts(limiter, "tenant", subject) == 3
    assert await attempts(limiter, "tenant", subject + "b") == 3
    # Neither can one subject be spelled so that it looks like two others.
    assert await attempts(limiter, f"tenant{subject}") == 3


async def test_a_subject_may_be_any_text(limiter):
    assert await attempts(limiter, "\ud800\0", uuid4().hex) == 3


async def test_processes_share_their_counts_through_valkey(settings: Settings):
    async with Redis.from_url(settings.redis.url) as one, Redis.from_url(settings.redis.url) as other:
        subject = uuid4().hex
        assert await attempts(AttemptLimiter(one), subject) == 3
        assert await attempts(AttemptLimiter(other), subject) == 0


async def test_memory_stays_bounded_while_valkey_is_away():
    async with Redis.from_url(NOBODY_LISTENS) as redis:
        limiter = AttemptLimiter(redis, size=10)
        for number in range(100):
            await limiter.count(THREE, str(number))
        assert len(limiter._local) == 10


async def test_counts_live_no_longer_than_their_window(settings: Settings):
    async with Redis.from_url(settings.redis.url) as redis:
        subject = uuid4().hex
        before = {key async for key in redis.scan_iter("attempts:short:*")}
        await AttemptLimiter(redis).count(Limit("short", 3, 60), subject)
        (key,) = {key async for key in redis.scan_iter("attempts:short:*")} - before
        assert 0 < await redis.ttl(key) <= 60
        assert subject not in key.decode()  # whom it counts is nobody's business


async def refused_after(market: Marketplace, mutation: str, selection: str, values: list[dict]) -> int:
    """How many attempts pass before the limit does its work. A window may end in between, so some more may pass."""
    for passed, value in enumerate(values):
        answer = await market.mutate(mutation, selection, value)
        if answer.get("code") == "too_many_attempts":
            return passed
    return len(values)


async def test_guessing_one_accounts_password_ends_after_ten_attempts(market: Marketplace):
    person = await market.join("client")
    guesses = [{"email": person.email, "password": f"guess number {number}"} for number in range(21)]
    passed = await refused_after(market, "signIn", TOKENS + REFUSALS, guesses)
    assert PER_ACCOUNT_AND_ADDRESS.attempts <= passed < len(guesses)
    # Spelling the address otherwise, or knowing the password at last, makes no difference.
    right = {"email": person.email.upper(), "password": PASSWORD}
    assert (await market.mutate("signIn", TOKENS + REFUSALS, right))["code"] == "too_many_attempts"
    # Neither others nor other tenants suffer.
    other = await market.join("client")
    fine = await market.mutate("signIn", TOKENS + REFUSALS, {"email": other.email, "password": PASSWORD})
    assert fine["__typename"] == "Tokens"


async def test_the_page_says_when_to_try_again(market: Marketplace, client):
    person = await market.join("client")
    for _ in range(21):
        answer = await submit(client, "/login", "/login", {"email": person.email, "password": "wrong password"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "Try again in" in answer.text


async def use_up(product: Product, limit: Limit, *subject: str) -> None:
    """Meet a limit without doing what it limits, which may take long."""
    for _ in range(2 * limit.attempts):
        with suppress(TooManyAttempts):
            await product.limiter.count(limit, *subject)
    with pytest.raises(TooManyAttempts):
        await product.limiter.count(limit, *subject)


async def test_trying_many_accounts_from_one_address_ends_too(market: Marketplace, product: Product):
    await use_up(product, PER_ADDRESS, str(market.id), "203.0.113.9")
    with pytest.raises(TooManyAttempts):
        await Authentication(product, Actor(market.id, address="203.0.113.9")).sign_in("a@b.example", "password")
    with pytest.raises(CredentialsNotAccepted):
        await Authentication(product, Actor(market.id, address="203.0.113.10")).sign_in("a@b.example", "password")


async def test_mails_for_one_account_are_limited(market: Marketplace):
    person = await market.join("client")
    wanted = [{"email": person.email}] * (2 * RESETS_PER_ACCOUNT.attempts + 1)
    passed = await refused_after(market, "requestPasswordReset", "... on Done { message }" + REFUSALS, wanted)
    assert RESETS_PER_ACCOUNT.attempts <= passed < len(wanted)
    # Whoever uses that up has sent the owner a link that is good until others can be asked for.
    assert RESETS_PER_ACCOUNT.seconds <= RESET_LIFETIME.total_seconds()


async def test_accounts_opened_from_one_address_are_limited(market: Marketplace, product: Product):
    await use_up(product, OPENINGS, str(market.id), "198.51.100.7")
    account = {"name": "Ada", "email": "ada@client.example", "password": PASSWORD}
    assert (await market.mutate("signUp", TOKENS + REFUSALS, account))["code"] == "too_many_attempts"
    assert await market.fetch("select from users") == []


async def test_without_valkey_people_sign_in_and_guessing_still_ends(settings: Settings):
    away = replace(settings, redis=RedisSettings(url=NOBODY_LISTENS))
    async with served(create_app(away)) as site:
        marketplaces = Marketplaces(site, away)
        market = await marketplaces.open()
        person = await market.join("client")
        async with market.browser() as browser:
            await sign_in(browser, person)
            assert (await browser.get("/account")).status_code == 200
        guesses = [{"email": person.email, "password": f"guess number {number}"} for number in range(21)]
        passed = await refused_after(market, "signIn", TOKENS + REFUSALS, guesses)
        assert PER_ACCOUNT_AND_ADDRESS.attempts - 1 <= passed < len(guesses)
        await marketplaces.close()
