"""What is left when a directory is deleted: the people, nobody's to manage, and as shut out as they were."""

import json
from typing import Any

import pytest
from tests.domains.scim.directories import Directory, connect, told, user, verify_domain
from tests.factories import PROBLEMS, REFUSALS, sign_in, submit


async def turn_off(directory: Directory) -> None:
    value = {"directoryId": str(directory.id)}
    off = await directory.administrator.mutate("disableScimDirectory", "... on ScimDirectory { enabled }", value)
    assert off["enabled"] is False


async def ask(directory: Directory, name: str = "Entra ID") -> dict[str, Any]:
    value = {"directoryId": str(directory.id), "confirmedName": name}
    return await directory.administrator.mutate("deleteScimDirectory", "... on Done { message }" + PROBLEMS, value)


async def delete(directory: Directory) -> None:
    await turn_off(directory)
    assert (await ask(directory))["message"] == "Entra ID is deleted."


async def account(directory: Directory, email: str) -> dict[str, Any]:
    (row,) = await directory.market.fetch("select status, roles, managed from users where email = $1", email)
    return dict(row)


async def test_its_people_stay_and_are_managed_no_more(directory: Directory) -> None:
    await directory.map(("Experts", "cto"))
    ada = await directory.add()
    await directory.group("Experts", ada)
    assert (await account(directory, ada["userName"]))["managed"] is True
    await delete(directory)
    after = await account(directory, ada["userName"])
    assert after == {"status": "active", "roles": ["client", "cto"], "managed": False}
    for table in ("scim_directories", "scim_tokens", "scim_users", "scim_groups", "scim_group_members"):
        assert await directory.market.fetch_as("admin", f"select id from {table}") == [], table
    assert told(await directory.send("GET", "/Users"))[0] == 401


async def test_people_of_another_directory_stay_its_own(directory: Directory) -> None:
    other = await connect(directory.market, "Okta")
    grace = await other.add()
    await delete(directory)
    assert (await account(directory, grace["userName"]))["managed"] is True
    assert (await other.send("GET", f"/Users/{grace['id']}")).status_code == 200


@pytest.mark.parametrize("leaving", ["inactive", "removed"])
async def test_whom_it_shut_out_stays_out_and_no_directory_lets_them_in(directory: Directory, leaving: str) -> None:
    await verify_domain(directory.market)
    ada = await directory.add()
    if leaving == "inactive":
        await directory.patch(ada, {"op": "replace", "value": {"active": False}})
    else:
        await directory.send("DELETE", f"/Users/{ada['id']}")
    await delete(directory)
    assert (await account(directory, ada["userName"]))["status"] == "suspended"
    again = await connect(directory.market, "Entra ID")
    status, _, detail = told(await again.send("POST", "/Users", user(userName=ada["userName"])))
    assert status == 409
    assert "suspended" in detail
    assert (await account(directory, ada["userName"]))["status"] == "suspended"


async def test_another_directory_takes_over_whom_it_left(directory: Directory) -> None:
    await verify_domain(directory.market)
    ada = await directory.add()
    await delete(directory)
    again = await connect(directory.market, "Entra ID")
    await again.add(userName=ada["userName"])
    assert (await account(directory, ada["userName"]))["managed"] is True


async def test_it_is_turned_off_first_and_its_name_is_typed(directory: Directory) -> None:
    assert (await ask(directory))["code"] == "directory_turned_on"
    await turn_off(directory)
    for name in ("", "entra id", "Okta"):
        refused = await ask(directory, name)
        assert [each["field"] for each in refused["fields"]] == ["confirmedName"], name
    assert len(await directory.market.fetch_as("admin", "select id from scim_directories")) == 1


async def test_it_wants_a_recent_sign_in_and_an_administrator_of_its_own(
    directory: Directory, foreign_directory: Directory
) -> None:
    await turn_off(directory)
    await turn_off(foreign_directory)
    foreign = {"directoryId": str(foreign_directory.id), "confirmedName": "Entra ID"}
    assert (await directory.administrator.mutate("deleteScimDirectory", REFUSALS, foreign))["code"] == "not_found"
    client = await directory.market.join("client")
    value = {"directoryId": str(directory.id), "confirmedName": "Entra ID"}
    assert (await client.mutate("deleteScimDirectory", REFUSALS, value))["code"] == "forbidden"
    await directory.market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    assert (await ask(directory))["code"] == "step_up_required"


async def test_the_trail_tells_of_it(directory: Directory) -> None:
    await directory.add()
    await delete(directory)
    (row,) = await directory.market.fetch(
        "select actor_id, subject_id, details from audit_events where action = 'scim.directory.deleted'"
    )
    assert (row["actor_id"], row["subject_id"]) == (directory.administrator.id, directory.id)
    assert json.loads(row["details"]) == {"directory_id": str(directory.id), "name": "Entra ID", "released": 1}


async def test_on_its_page(directory: Directory) -> None:
    page = f"/admin/scim/{directory.id}"
    async with directory.market.browser() as browser:
        await sign_in(browser, directory.administrator)
        assert "Delete this directory" not in (await browser.get(page)).text
        await submit(browser, page, f"{page}/disable", {})
        refused = await submit(browser, page, f"{page}/delete", {"confirmedName": "Okta"})
        assert refused.status_code == 422
        assert "Type Entra ID, as it is written here." in refused.text
        deleted = await submit(browser, page, f"{page}/delete", {"confirmedName": "Entra ID"})
        assert (deleted.status_code, deleted.headers["location"]) == (303, "/admin/scim")
        assert "Entra ID is deleted." in (await browser.get("/admin/scim")).text
        assert (await browser.get(page)).status_code == 404
