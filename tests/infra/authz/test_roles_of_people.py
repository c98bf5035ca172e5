"""No person can hold a role of the product itself, whoever tries to write it."""

import asyncpg
import pytest

from tests.factories import Marketplace, Person


async def test_the_database_refuses_a_service_role_for_a_person(market: Marketplace):
    person = await market.join("client")
    for role in ("authenticator", "worker", "scim", "relay", "platform", "visitor", "member", "owner", "Admin", ""):
        await refuses(market, person, role)


async def refuses(market: Marketplace, person: Person, role: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="roles_are_known"):
        await market.fetch("update users set roles = array['client', $1::text] where id = $2", role, person.id)
    assert [row["roles"] for row in await market.fetch("select roles from users where id = $1", person.id)] == [
        ["client"]
    ]


async def test_an_administrator_cannot_make_a_platform_administrator(market: Marketplace):
    admin, person = await market.join("admin"), await market.join("client")
    refused = await admin.mutate(
        "setMemberRoles",
        "... on Member { roles } ... on InvalidInput { fields { field } }",
        {"memberId": str(person.id), "roles": ["CLIENT", "PLATFORM_ADMIN"]},
    )
    assert refused["__typename"] == "InvalidInput"
    assert await market.fetch("select from users where 'platform_admin' = any(roles)") == []


@pytest.mark.parametrize("role", ["ADMIN", "PLATFORM_ADMIN"])
async def test_nobody_opens_an_account_as_an_administrator(market: Marketplace, role: str):
    account = {"name": "Eve", "email": "eve@people.example", "password": "correct horse battery", "role": role}
    answer = await market.mutate("signUp", "... on InvalidInput { fields { field } }", account)
    assert answer == {"__typename": "InvalidInput", "fields": [{"field": "role"}]}
    assert await market.fetch("select from users") == []
