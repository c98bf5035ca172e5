"""A token is good for one directory of one tenant, and what that directory does not keep does not exist for it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.domains.scim.directories import GROUP, PATCH, Directory, connect, told, user
from tests.factories import Marketplace

from ctorendang.domains.scim.bearers import FAILURES, new_token
from ctorendang.kit.clock import now

EVERY_PATH = ["/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/", "/nothing"]


async def test_a_foreign_token_is_nobody_s(directory: Directory, foreign_directory: Directory) -> None:
    made = await directory.add()
    foreign = Directory(directory.market, directory.id, foreign_directory.token, directory.administrator)
    for path in [*EVERY_PATH, f"/Users/{made['id']}"]:
        answer = await foreign.send("GET", path)
        assert told(answer)[0] == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert told(await foreign.send("DELETE", f"/Users/{made['id']}"))[0] == 401
    assert (await directory.account(made))["status"] == "active"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", f"Bearer {new_token()}", "Bearer " + "x" * 5000],
    ids=["nothing", "no token", "empty token", "basic", "unknown token", "endless token"],
)
async def test_without_a_good_token_there_is_nothing(directory: Directory, authorization: str) -> None:
    answer = await directory.send("GET", "/Users", headers={"authorization": authorization})
    assert told(answer)[0] == 401


async def test_people_s_own_tokens_are_none(directory: Directory) -> None:
    for token in (directory.administrator.access_token, directory.administrator.refresh_token):
        answer = await directory.send("GET", "/Users", headers={"authorization": f"Bearer {token}"})
        assert told(answer)[0] == 401


async def test_the_token_opens_nothing_else(directory: Directory) -> None:
    answer = await directory.market.graphql("{ me { id } }", token=directory.token)
    assert answer["data"]["me"] is None
    answer = await directory.market.graphql("{ members { totalCount } }", token=directory.token)
    assert "errors" in answer


async def test_expired_revoked_and_disabled_end_it(directory: Directory) -> None:
    market, tokens = directory.market, "update scim_tokens set"
    for spoil, mend in (
        (f"{tokens} expires_at = now()", f"{tokens} expires_at = now() + interval '1 day'"),
        (f"{tokens} revoked_at = now()", f"{tokens} revoked_at = null"),
        ("update scim_directories set status = 'disabled'", "update scim_directories set status = 'active'"),
    ):
        await market.fetch(spoil)
        assert told(await directory.send("GET", "/Users"))[0] == 401, spoil
        await market.fetch(mend)
        assert (await directory.send("GET", "/Users")).status_code == 200, mend


async def test_using_a_token_is_remembered(directory: Directory) -> None:
    await directory.send("GET", "/Users")
    (row,) = await directory.market.fetch("select last_used_at, token_hash from scim_tokens")
    assert now() - row["last_used_at"] < timedelta(minutes=1)
    assert directory.token.encode() not in row["token_hash"]


async def test_other_directories_of_the_tenant_see_nothing(directory: Directory) -> None:
    other = await connect(directory.market, "Okta")
    made = await directory.add()
    group = await directory.group("Experts", made)
    await assert_blind(other, made, group)


async def test_other_tenants_see_nothing(directory: Directory, foreign_directory: Directory) -> None:
    made = await directory.add()
    group = await directory.group("Experts", made)
    await assert_blind(foreign_directory, made, group)


async def assert_blind(other: Directory, made: dict[str, Any], group: dict[str, Any]) -> None:
    """Nothing of a user and a group can be seen, changed or pointed at."""
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "Mine"}]}
    for kind, resource in (("Users", made), ("Groups", group)):
        path = f"/{kind}/{resource['id']}"
        for method, body in (("GET", None), ("PUT", resource), ("PATCH", patch), ("DELETE", None)):
            assert told(await other.send(method, path, body))[0] == 404, (method, path)
        listed = (await other.send("GET", f"/{kind}")).json()
        assert listed["totalResults"] == 0
        found = (await other.send("GET", f"/{kind}", filter=f'id eq "{resource["id"]}"')).json()
        assert found["totalResults"] == 0
    assert (await other.send("GET", "/")).json()["totalResults"] == 0
    pointing = {"schemas": [GROUP], "displayName": "Mine", "members": [{"value": made["id"]}]}
    assert told(await other.send("POST", "/Groups", pointing))[0] == 400
    bulk = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "DELETE", "path": f"/Users/{made['id']}"}],
    }
    assert (await other.send("POST", "/Bulk", bulk)).json()["Operations"][0]["status"] == "404"


async def test_whom_no_directory_keeps_is_not_there(directory: Directory) -> None:
    person = await directory.market.join("client")
    for asked in (f'userName eq "{person.email}"', f'emails eq "{person.email}"', f'id eq "{person.id}"'):
        assert (await directory.send("GET", "/Users", filter=asked)).json()["totalResults"] == 0
    assert told(await directory.send("GET", f"/Users/{person.id}"))[0] == 404
    assert told(await directory.send("DELETE", f"/Users/{person.id}"))[0] == 404


async def test_an_account_s_id_is_no_user_s(directory: Directory) -> None:
    made = await directory.add()
    account = await directory.account(made)
    assert told(await directory.send("GET", f"/Users/{account['id']}"))[0] == 404


async def test_wrong_tokens_are_limited_and_right_ones_are_not(market: Marketplace, directory: Directory) -> None:
    wrong = {"authorization": f"Bearer {new_token()}"}
    statuses = [
        (await directory.send("GET", "/Users", headers=wrong)).status_code for _ in range(FAILURES.attempts + 2)
    ]
    assert statuses[0] == 401
    refused = await directory.send("GET", "/Users", headers=wrong)
    assert told(refused)[0] == 429
    assert int(refused.headers["retry-after"]) > 0
    assert (await directory.send("GET", "/Users")).status_code == 200, (
        "its neighbours' mistakes cost a directory nothing"
    )


async def test_what_is_done_is_written_down_with_who_did_it(directory: Directory) -> None:
    made = await directory.add(title="CTO")
    await directory.patch(made, {"op": "replace", "path": "title", "value": "Chief"})
    await directory.patch(made, {"op": "replace", "path": "active", "value": False})
    group = await directory.group("Experts", made)
    await directory.send("DELETE", f"/Groups/{group['id']}")
    await directory.send("DELETE", f"/Users/{made['id']}")
    rows = await directory.market.fetch(
        "select action, actor_name, details::text as details from audit_events"
        " where actor_name = 'Entra ID (SCIM)' order by id"
    )
    actions = [row["action"] for row in rows]
    assert {
        "scim.user.created",
        "scim.user.updated",
        "scim.user.deactivated",
        "scim.user.removed",
        "scim.group.created",
        "scim.group.removed",
        "accounts.account.provisioned",
        "accounts.member.suspended",
        "accounts.access.ended",
    } <= set(actions)
    told_of = " ".join(row["details"] for row in rows)
    assert "Chief" not in told_of
    assert made["userName"] not in told_of
    assert str(directory.id) in told_of


async def test_the_console_has_no_directories(console: Marketplace) -> None:
    async with console.browser(accept="application/json") as browser:
        answer = await browser.get("/scim/v2/Users", headers={"authorization": f"Bearer {new_token()}"})
    assert answer.status_code == 404


async def test_a_user_of_another_name_is_free_in_another_tenant(
    directory: Directory, foreign_directory: Directory
) -> None:
    said = user(userName=f"{uuid4().hex}@corp.example")
    assert (await directory.send("POST", "/Users", said)).status_code == 201
    assert (await foreign_directory.send("POST", "/Users", said)).status_code == 201
