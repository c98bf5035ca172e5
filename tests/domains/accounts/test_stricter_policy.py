"""A second factor that is asked for from now on: sign-ins that took one factor end."""

import httpx
import pytest
from tests.factories import PROBLEMS, Marketplace, Person, sign_in

POLICY = "... on AccessPolicy { mfa }" + PROBLEMS
MEMBER = "... on Member { id }" + PROBLEMS


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def require(admin: Person, mfa: str) -> None:
    value = {"mfa": mfa, "idleMinutes": 60, "absoluteHours": 24}
    assert (await admin.mutate("updateAccessPolicy", POLICY, value))["mfa"] == mfa


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/account")).status_code == 200


async def test_requiring_one_of_everybody_ends_sign_ins_that_took_one_factor_but_ones_own(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await require(admin, "REQUIRED")
    assert not await is_signed_in(client)
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None
    assert (await admin.query("{ me { id } }"))["me"] is not None


async def test_requiring_one_of_administrators_ends_theirs_alone(market, client, admin):
    person, colleague = await market.join("client"), await market.join("admin")
    await sign_in(client, person)
    await require(admin, "REQUIRED_FOR_ADMINS")
    assert await is_signed_in(client)
    assert (await colleague.graphql("{ me { id } }"))["data"]["me"] is None


async def test_sign_ins_that_took_two_factors_go_on(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await market.fetch("update sessions set strong = true where user_id = $1", person.id)
    await require(admin, "REQUIRED")
    assert await is_signed_in(client)


async def test_asking_for_no_more_than_before_ends_nothing(market, client, admin):
    person = await market.join("client")
    await sign_in(client, person)
    await require(admin, "OPTIONAL")
    await require(admin, "OFF")
    assert await is_signed_in(client)


async def test_administrators_are_made_unmade_and_suspended_after_a_recent_sign_in_alone(market, admin):
    person, colleague = await market.join("client"), await market.join("admin")
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    for member, roles in ((person, ["CLIENT", "ADMIN"]), (colleague, ["CLIENT"])):
        value = {"memberId": str(member.id), "roles": roles}
        assert (await admin.mutate("setMemberRoles", MEMBER, value))["code"] == "step_up_required"
    suspended = await admin.mutate("suspendMember", MEMBER, {"memberId": str(person.id)})
    assert suspended["code"] == "step_up_required"
    rows = await market.fetch("select status, 'admin' = any(roles) as admin from users order by id")
    assert [(row["status"], row["admin"]) for row in rows] == [("active", True), ("active", False), ("active", True)]
    value = {"memberId": str(person.id), "roles": ["CTO"]}
    assert (await admin.mutate("setMemberRoles", MEMBER, value))["__typename"] == "Member", "others as ever"


@pytest.mark.parametrize(("roles", "stays"), [(["CLIENT", "ADMIN"], False), (["CLIENT", "CTO"], True)])
async def test_who_is_made_an_administrator_shows_what_administrators_must(market, client, admin, roles, stays):
    person = await market.join("client")
    await sign_in(client, person)
    await require(admin, "REQUIRED_FOR_ADMINS")
    value = {"memberId": str(person.id), "roles": roles}
    assert (await admin.mutate("setMemberRoles", MEMBER, value))["__typename"] == "Member"
    assert await is_signed_in(client) is stays
