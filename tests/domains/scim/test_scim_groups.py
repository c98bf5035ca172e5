"""Groups over SCIM, and the roles that they give."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.domains.scim.directories import Directory, connect, told


async def roles(directory: Directory, user: dict[str, Any]) -> list[str]:
    return sorted((await directory.account(user))["roles"])


async def test_groups_give_roles_and_take_them(directory: Directory) -> None:
    ada = await directory.add()
    await directory.map(("Experts", "cto"), ("IT", "admin"))
    experts = await directory.group("Experts", ada)
    assert await roles(directory, ada) == ["client", "cto"], "what was there before and is not mapped stays"
    it = await directory.group("IT", ada)
    assert await roles(directory, ada) == ["admin", "client", "cto"]
    await directory.patch(experts, {"op": "remove", "path": "members"})
    assert await roles(directory, ada) == ["admin", "client"]
    await directory.send("DELETE", f"/Groups/{it['id']}")
    assert await roles(directory, ada) == ["client"]


async def test_a_renamed_group_gives_what_its_new_name_gives(directory: Directory) -> None:
    ada = await directory.add()
    await directory.map(("Experts", "cto"))
    group = await directory.group("Newcomers", ada)
    assert await roles(directory, ada) == ["client"]
    await directory.patch(group, {"op": "replace", "path": "displayName", "value": "Experts"})
    assert await roles(directory, ada) == ["client", "cto"]


async def test_people_follow_a_changed_mapping(directory: Directory) -> None:
    ada = await directory.add()
    await directory.group("Experts", ada)
    await directory.map(("Experts", "cto"))
    assert await roles(directory, ada) == ["client", "cto"]
    await directory.map(("Experts", "admin"))
    assert await roles(directory, ada) == ["admin", "client"]
    await directory.map()
    assert await roles(directory, ada) == ["client"], "what a mapping had given goes with it"


async def test_without_a_mapping_roles_are_the_administrators(directory: Directory) -> None:
    ada = await directory.add()
    account = await directory.account(ada)
    await directory.market.fetch("update users set roles = '{cto}' where id = $1", account["id"])
    await directory.group("Experts", ada)
    assert await roles(directory, ada) == ["cto"]


async def test_who_becomes_an_administrator_shows_what_administrators_must(directory: Directory) -> None:
    market, ada = directory.market, await directory.add()
    await directory.map(("IT", "admin"))
    await market.fetch("insert into access_policies (tenant_id, mfa) values ($1, 'required_for_admins')", market.id)
    person = await market.join("client")
    await market.fetch_as("admin", "update scim_users set user_id = $1", person.id)
    await directory.group("IT", ada)
    assert await roles(directory, ada) == ["admin", "client"]
    assert (await person.query("{ me { id } }"))["me"] is None


async def test_a_role_that_is_given_by_hand_at_the_same_moment_stays(directory: Directory) -> None:
    ada = await directory.add()
    await directory.map(("IT", "admin"))
    account = await directory.account(ada)
    app = await asyncpg.connect(directory.market.marketplaces.settings.database.url)
    change = app.transaction()
    await change.start()
    await app.execute("select set_config('app.tenant_id', $1, true)", str(directory.market.id))
    await app.execute("update users set roles = '{client,cto}' where id = $1", account["id"])
    following = asyncio.create_task(directory.group("IT", ada))
    done, _ = await asyncio.wait([following], timeout=1)
    assert not done, "it waits for the change"
    await change.commit()
    await app.close()
    await following
    assert await roles(directory, ada) == ["admin", "client", "cto"]


async def test_emergency_access_goes_with_the_admin_role(directory: Directory) -> None:
    ada = await directory.add()
    await directory.map(("IT", "admin"))
    it = await directory.group("IT", ada)
    await directory.market.fetch(
        "update users set break_glass = true where id = $1", (await directory.account(ada))["id"]
    )
    await directory.patch(it, {"op": "remove", "path": "members"})
    assert (await directory.account(ada))["break_glass"] is False


async def test_events_tell_of_new_roles(directory: Directory) -> None:
    await directory.map(("Experts", "cto"))
    await directory.group("Experts", await directory.add())
    events = await directory.market.fetch("select handler from outbox where event = 'member.roles_set'")
    assert "ctos.pause_former" in {row["handler"] for row in events}


class TestTheLastAdministrator:
    """Somebody must be left to administer."""

    @pytest.fixture
    async def last(self, directory: Directory) -> dict[str, Any]:
        await directory.map(("IT", "admin"))
        ada = await directory.add()
        await directory.group("IT", ada)
        await directory.market.fetch("update users set roles = '{client}' where id = $1", directory.administrator.id)
        return ada

    async def test_is_not_deactivated(self, directory: Directory, last: dict[str, Any]) -> None:
        for answer in (
            await directory.patch(last, {"op": "replace", "value": {"active": False}}),
            await directory.send("PUT", f"/Users/{last['id']}", {**last, "active": False}),
            await directory.send("DELETE", f"/Users/{last['id']}"),
        ):
            status, _, detail = told(answer)
            assert (status, detail) == (409, "Make someone else an administrator first.")
        account = await directory.account(last)
        assert (account["status"], account["roles"]) == ("active", ["admin", "client"])
        shown = (await directory.send("GET", f"/Users/{last['id']}")).json()
        assert shown["active"] is True

    async def test_does_not_lose_the_role(self, directory: Directory, last: dict[str, Any]) -> None:
        groups = (await directory.send("GET", "/Groups", filter='displayName eq "IT"')).json()["Resources"]
        assert told(await directory.patch(groups[0], {"op": "remove", "path": "members"}))[0] == 409
        assert told(await directory.send("DELETE", f"/Groups/{groups[0]['id']}"))[0] == 409
        assert "admin" in await roles(directory, last)
        await directory.map()
        assert "admin" in await roles(directory, last), "not by a changed mapping either"


async def test_members_are_users_of_the_directory(directory: Directory) -> None:
    other = await connect(directory.market, "Okta")
    stranger = await other.add()
    group = await directory.group("Experts")
    for value in (stranger["id"], str(uuid4()), "nobody", ""):
        answer = await directory.patch(group, {"op": "add", "path": "members", "value": [{"value": value}]})
        assert told(answer)[:2] == (400, "invalidValue"), value
    assert "members" not in (await directory.send("GET", f"/Groups/{group['id']}")).json()


async def test_whoever_is_removed_leaves_the_groups(directory: Directory) -> None:
    ada, grace = await directory.add(), await directory.add()
    group = await directory.group("Experts", ada, grace)
    assert (await directory.send("DELETE", f"/Users/{ada['id']}")).status_code == 204
    now = (await directory.send("GET", f"/Groups/{group['id']}")).json()
    assert [each["value"] for each in now["members"]] == [grace["id"]]
    assert now["meta"]["version"] != group["meta"]["version"]


async def test_members_can_be_left_out(directory: Directory) -> None:
    group = await directory.group("Experts", await directory.add())
    assert "members" not in (await directory.send("GET", f"/Groups/{group['id']}", excludedAttributes="members")).json()
    listed = await directory.send("GET", "/Groups", excludedAttributes="members")
    assert ["members" in each for each in listed.json()["Resources"]] == [False]
    part = (await directory.send("GET", f"/Groups/{group['id']}", attributes="members.value")).json()
    assert len(part["members"]) == 1


async def test_a_large_group_changes_in_one_request(directory: Directory) -> None:
    people = [await directory.add() for _ in range(30)]
    group = await directory.group("Everybody", *people)
    assert len(group["members"]) == 30
    changed = await directory.patch(
        group, {"op": "replace", "path": "members", "value": [{"value": each["id"]} for each in people[20:]]}
    )
    assert {each["value"] for each in changed.json()["members"]} == {each["id"] for each in people[20:]}
