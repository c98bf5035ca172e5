"""The tenant's access policy: when sessions end, for those who are signed in too."""

import re

import asyncpg
import httpx
import pytest
from tests.factories import (
    PROBLEMS,
    REFUSALS,
    TOKENS,
    Marketplace,
    Person,
    form_token,
    sign_in,
    submit,
)

POLICY = "... on AccessPolicy { mfa idleMinutes absoluteHours concurrentSessions }" + PROBLEMS
USUAL = {"mfa": "OPTIONAL", "idleMinutes": 60, "absoluteHours": 24, "concurrentSessions": None}


async def set_policy(admin: Person, **changes: object) -> dict:
    answer = await admin.mutate("updateAccessPolicy", POLICY, {**USUAL, **changes})
    assert answer["__typename"] == "AccessPolicy", answer
    return answer


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/account")).status_code == 200


async def age(market: Marketplace, person: Person, *, opened: str = "0", seen: str = "0") -> None:
    """Let a person's sessions have been opened and last used so long ago."""
    await market.fetch(
        "update sessions set created_at = now() - $2::text::interval, last_seen_at = now() - $3::text::interval"
        " where user_id = $1",
        person.id,
        opened,
        seen,
    )


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def test_a_browser_is_signed_out_when_it_was_not_used_for_long(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await set_policy(admin, idleMinutes=30)
    await age(market, person, seen="29 minutes")
    assert await is_signed_in(client)
    await age(market, person, seen="31 minutes")
    assert not await is_signed_in(client)


async def test_using_it_keeps_it(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await set_policy(admin, idleMinutes=30)
    await age(market, person, seen="20 minutes")
    await is_signed_in(client)
    (session,) = await market.fetch(
        "select now() - last_seen_at as since from sessions where user_id = $1 and kind = 'browser'", person.id
    )
    assert session["since"].total_seconds() < 60


async def test_a_browser_is_signed_out_in_any_case_after_a_while(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await set_policy(admin, absoluteHours=8)
    await age(market, person, opened="7 hours 59 minutes")
    assert await is_signed_in(client)
    await age(market, person, opened="8 hours 1 minute")
    assert not await is_signed_in(client)


async def test_without_a_policy_it_is_two_weeks_and_one_without_use(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await age(market, person, opened="13 days", seen="6 days")
    assert await is_signed_in(client)
    await age(market, person, opened="13 days", seen="8 days")
    assert not await is_signed_in(client)
    await age(market, person, opened="15 days")
    assert not await is_signed_in(client)


async def test_a_longer_policy_lengthens_sessions_that_live(market, client, admin):
    person = await market.join("client")
    await set_policy(admin, absoluteHours=8)
    await sign_in(client, person)
    await set_policy(admin, absoluteHours=720, idleMinutes=43_200)
    (session,) = await market.fetch(
        "select expires_at - created_at as life from sessions where user_id = $1 and kind = 'browser'", person.id
    )
    assert session["life"].total_seconds() == 720 * 3600
    await age(market, person, opened="20 days")
    assert await is_signed_in(client)


async def test_what_a_session_says_of_its_end_is_what_the_policy_says(market, client, admin):
    person = await market.join("client")
    await set_policy(admin, absoluteHours=12)
    await sign_in(client, person)
    (session,) = await market.fetch(
        "select expires_at - created_at as life from sessions where user_id = $1 and kind = 'browser'", person.id
    )
    assert abs(session["life"].total_seconds() - 12 * 3600) < 5


async def test_one_browser_too_many_signs_the_oldest_out(market, admin):
    person = await market.join("client")
    await set_policy(admin, concurrentSessions=2)
    async with market.browser() as first, market.browser() as second, market.browser() as third:
        for browser in (first, second, third):
            await sign_in(browser, person)
        assert [await is_signed_in(browser) for browser in (first, second, third)] == [False, True, True]
    ended = "select count(*) as times from audit_events where details->>'reason' = 'too many sessions'"
    assert (await market.fetch(ended))[0]["times"] == 1


async def test_sessions_that_have_run_out_do_not_count(market, admin):
    person = await market.join("client")
    await set_policy(admin, concurrentSessions=1, idleMinutes=30)
    async with market.browser() as browser:
        await sign_in(browser, person)
        await age(market, person, seen="1 hour")
        await sign_in(browser, person)
    ended = "select count(*) as times from sessions where user_id = $1 and ended_at is not null"
    assert (await market.fetch(ended, person.id))[0]["times"] == 0


async def test_programs_do_not_count_as_browsers(market, client, admin):
    person = await market.join("client")
    await set_policy(admin, concurrentSessions=1)
    await sign_in(client, person)
    assert (await person.query("{ me { id } }"))["me"]["id"] == str(person.id)
    assert await is_signed_in(client)


async def test_a_smaller_number_ends_what_is_beyond_it_at_once_but_not_ones_own(market, admin):
    person = await market.join("client")
    async with market.browser() as old, market.browser() as new, market.browser() as other:
        await sign_in(old, person)
        await sign_in(new, person)
        async with market.browser() as mine:
            await sign_in(mine, admin)
            await sign_in(other, admin)
            fields = {"mfa": "OPTIONAL", "idleMinutes": "60", "absoluteHours": "24", "concurrentSessions": "1"}
            saved = await submit(mine, "/admin/security", "/admin/security", fields)
            assert saved.status_code == 303
            assert await is_signed_in(mine)
        assert [await is_signed_in(each) for each in (old, new, other)] == [False, True, False]


async def test_another_tenants_sessions_stay(market, other_market, client, admin):
    stranger = await other_market.join("client")
    async with other_market.browser() as browser:
        await sign_in(browser, stranger)
        await set_policy(admin, absoluteHours=1, concurrentSessions=1)
        await age(other_market, stranger, opened="2 hours")
        assert await is_signed_in(browser)


async def test_a_programs_family_ends_too(market, admin):
    person = await market.join("client")
    await set_policy(admin, absoluteHours=8)
    refresh = {"refreshToken": person.refresh_token}
    await age(market, person, opened="8 hours 1 minute")
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, refresh)
    assert refused["code"] == "token_not_accepted"
    await age(market, person, opened="7 hours")
    assert (await market.mutate("refreshToken", TOKENS + REFUSALS, refresh))["__typename"] == "Tokens"


async def test_a_program_is_not_idle(market, admin):
    person = await market.join("client")
    await set_policy(admin, idleMinutes=5)
    await age(market, person, seen="10 minutes")
    assert (await person.query("{ me { id } }"))["me"] is not None


async def test_whom_single_sign_on_binds_by_now_cannot_renew_a_local_sign_in(market):
    person = await market.join("client")
    await market.fetch("insert into access_policies (tenant_id, sso_scope) values ($1, 'everyone')", market.id)
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert refused["code"] == "token_not_accepted"
    await market.fetch("update users set break_glass = true where id = $1", person.id)
    renewed = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert renewed["__typename"] == "Tokens"


async def test_the_policy_is_set_and_audited_with_what_it_was(market, admin):
    assert (await set_policy(admin, idleMinutes=15, concurrentSessions=3))["idleMinutes"] == 15
    shown = await admin.query("{ accessPolicy { mfa idleMinutes absoluteHours concurrentSessions ssoScope } }")
    assert shown["accessPolicy"] == {**USUAL, "idleMinutes": 15, "concurrentSessions": 3, "ssoScope": "OFF"}
    (event,) = await market.fetch(
        "select details->'before'->>'idle_minutes' as before, details->'after'->>'idle_minutes' as after, actor_id"
        " from audit_events where action = 'accounts.policy.updated'"
    )
    assert (event["before"], event["after"], event["actor_id"]) == ("10080", "15", admin.id)


async def test_setting_it_leaves_single_sign_on_alone(market, admin):
    await market.fetch(
        "insert into access_policies (tenant_id, sso_scope, sso_domains) values ($1, 'domains', '{corp.example}')",
        market.id,
    )
    await set_policy(admin)
    (policy,) = await market.fetch("select sso_scope, sso_domains from access_policies")
    assert (policy["sso_scope"], policy["sso_domains"]) == ("domains", ["corp.example"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("idleMinutes", 4),
        ("idleMinutes", 43_201),
        ("absoluteHours", 0),
        ("absoluteHours", 2_161),
        ("concurrentSessions", 0),
        ("concurrentSessions", 101),
    ],
)
async def test_a_value_out_of_range_is_refused_by_its_name(admin, field, value):
    answer = await admin.mutate("updateAccessPolicy", POLICY, {**USUAL, field: value})
    assert [problem["field"] for problem in answer["fields"]] == [field]


async def test_it_takes_a_recent_sign_in(market, admin):
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    answer = await admin.mutate("updateAccessPolicy", POLICY, USUAL)
    assert answer["code"] == "step_up_required"
    assert await market.fetch("select id from access_policies") == []


async def test_the_page_says_how_many_have_no_second_factor(market, client, admin):
    await market.join("client")
    await market.join("client")
    suspended = await market.join("client")
    await market.fetch("update users set status = 'suspended' where id = $1", suspended.id)
    enrolled = await market.join("client")
    await market.fetch(
        "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
        " values ($1, $2, 'id', 'key', 0, 'x.example', 'Key', false)",
        market.id,
        enrolled.id,
    )
    await sign_in(client, admin)
    page = await client.get("/admin/security")
    assert "1 person has none yet" in page.text
    assert re.findall(r"\d+ (?:person has|people have)", page.text) == ["1 person has", "3 people have"]


async def test_the_page_shows_again_what_was_typed(client, admin):
    await sign_in(client, admin)
    fields = {"mfa": "REQUIRED", "idleMinutes": "60", "absoluteHours": "24", "concurrentSessions": "many"}
    page = await client.get("/admin/security")
    answer = await client.post("/admin/security", data={"_csrf": form_token(page.text), **fields})
    assert answer.status_code == 422
    assert "Use a whole number." in answer.text
    assert 'value="REQUIRED" checked' in answer.text


async def test_the_database_takes_no_policy_beyond_the_bounds(market):
    with pytest.raises(asyncpg.CheckViolationError):
        await market.fetch("insert into access_policies (tenant_id, absolute_hours) values ($1, 2161)", market.id)
