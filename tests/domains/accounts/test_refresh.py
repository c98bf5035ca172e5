"""Refresh tokens: each works once, and a stolen one ends the family."""

import asyncio

import pytest
from tests.factories import PASSWORD, REFUSALS, TOKENS, Marketplace, Person


async def refresh(market: Marketplace, token: str) -> dict:
    return await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": token})


async def is_somebody(market: Marketplace, access_token: str) -> bool:
    return (await market.graphql("{ me { id } }", access_token))["data"]["me"] is not None


async def later(market: Marketplace, seconds: int) -> None:
    """As if the last refresh had been so long ago."""
    await market.fetch(f"update refresh_tokens set used_at = used_at - interval '{seconds} seconds'")


async def test_a_refresh_token_is_exchanged_for_the_next_pair(market: Marketplace):
    person = await market.join("client")
    pair = await refresh(market, person.refresh_token)
    assert pair["expiresIn"] == 900
    assert pair["refreshToken"] != person.refresh_token
    assert await is_somebody(market, pair["accessToken"])
    assert not await is_somebody(market, person.access_token)
    following = await refresh(market, pair["refreshToken"])
    assert await is_somebody(market, following["accessToken"])


async def test_a_lost_answer_may_be_asked_for_again_at_once(market: Marketplace):
    person = await market.join("client")
    first = await refresh(market, person.refresh_token)
    again = await refresh(market, person.refresh_token)
    assert again == first
    assert await is_somebody(market, first["accessToken"])


async def test_once_the_successor_is_used_the_old_token_ends_the_family(market: Marketplace):
    person = await market.join("client")
    first = await refresh(market, person.refresh_token)
    second = await refresh(market, first["refreshToken"])
    assert (await refresh(market, person.refresh_token))["code"] == "token_not_accepted"
    assert not await is_somebody(market, second["accessToken"])
    assert (await refresh(market, second["refreshToken"]))["code"] == "token_not_accepted"


async def test_a_token_used_again_after_the_grace_ends_the_family(market: Marketplace):
    person = await market.join("client")
    pair = await refresh(market, person.refresh_token)
    await later(market, 11)
    assert (await refresh(market, person.refresh_token))["code"] == "token_not_accepted"
    assert not await is_somebody(market, pair["accessToken"])
    assert (await refresh(market, pair["refreshToken"]))["code"] == "token_not_accepted"
    (event,) = await market.fetch("select details from audit_events where action = 'accounts.session.ended'")
    assert "reused" in event["details"]


async def test_a_family_that_ends_takes_no_other_family_with_it(market: Marketplace):
    person = await market.join("client")
    other = await market.mutate("signIn", TOKENS + REFUSALS, {"email": person.email, "password": PASSWORD})
    await refresh(market, person.refresh_token)
    await later(market, 11)
    await refresh(market, person.refresh_token)
    assert await is_somebody(market, other["accessToken"])
    assert (await refresh(market, other["refreshToken"]))["__typename"] == "Tokens"


@pytest.mark.parametrize("at_once", [2, 5])
async def test_those_who_refresh_at_once_end_with_one_pair(market: Marketplace, at_once: int):
    person = await market.join("client")
    pairs = await asyncio.gather(*(refresh(market, person.refresh_token) for _ in range(at_once)))
    assert all(pair == pairs[0] for pair in pairs)
    assert await is_somebody(market, pairs[0]["accessToken"])
    (tokens,) = await market.fetch("select count(*) from refresh_tokens")
    assert tokens[0] == 2
    (used,) = await market.fetch("select count(*) from audit_events where action = 'accounts.session.refreshed'")
    assert used[0] == 1


async def test_a_refresh_token_is_good_for_a_week(market: Marketplace):
    person = await market.join("client")
    (life,) = await market.fetch("select extract(epoch from expires_at - created_at) from refresh_tokens")
    assert abs(life[0] - 7 * 86_400) < 60
    await market.fetch("update refresh_tokens set expires_at = now()")
    assert (await refresh(market, person.refresh_token))["code"] == "token_not_accepted"


async def test_a_refresh_token_outlives_the_access_token(market: Marketplace):
    person = await market.join("client")
    await market.fetch("update sessions set expires_at = now()")
    pair = await refresh(market, person.refresh_token)
    assert await is_somebody(market, pair["accessToken"])


@pytest.mark.parametrize("garbage", ["", "x" * 43, "ü\0", "x" * 100_000])
async def test_what_is_no_refresh_token_is_refused(market: Marketplace, garbage: str):
    assert (await refresh(market, garbage))["code"] == "token_not_accepted"


async def test_a_refresh_token_of_another_tenant_is_none(market: Marketplace, other_market: Marketplace):
    person: Person = await market.join("client")
    assert (await refresh(other_market, person.refresh_token))["code"] == "token_not_accepted"
    assert (await refresh(market, person.refresh_token))["__typename"] == "Tokens"
