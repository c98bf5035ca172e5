"""Many operations in one request (RFC 7644 section 3.7)."""

from typing import Any
from uuid import uuid4

from tests.domains.scim.directories import BULK, GROUP, PATCH, Directory, told, user

from ctorendang.domains.scim.schemas import MOST_BYTES, MOST_OPERATIONS


async def bulk(directory: Directory, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = await directory.send("POST", "/Bulk", {"schemas": [BULK], "Operations": list(operations), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["Operations"]


def post(body: dict[str, Any], bulk_id: str = "a", path: str = "/Users") -> dict[str, Any]:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": body}


async def test_users_and_their_group_come_together(directory: Directory) -> None:
    group = {"schemas": [GROUP], "displayName": "Experts", "members": [{"value": "bulkId:ada"}]}
    done = await bulk(directory, post(group, "experts", "/Groups"), post(user(), "ada"))
    assert [each["status"] for each in done] == ["201", "201"]
    (kept,) = (await directory.send("GET", "/Groups")).json()["Resources"]
    assert [each["value"] for each in kept["members"]] == [done[1]["location"].rpartition("/")[2]]


async def test_one_that_fails_leaves_the_others(directory: Directory) -> None:
    taken = await directory.add()
    group = await directory.group("Experts")
    done = await bulk(
        directory,
        post(user(), "a"),
        post(user(userName=taken["userName"]), "b"),
        {
            "method": "PATCH",
            "path": f"/Groups/{group['id']}",
            "data": {
                "schemas": [PATCH],
                "Operations": [{"op": "Add", "path": "members", "value": [{"value": taken["id"]}]}],
            },
        },
        {"method": "DELETE", "path": "/Users/nobody"},
        post(user(emails=[{"value": "nonsense"}]), "c"),
        {"method": "PUT", "path": f"/Users/{taken['id']}", "version": 'W/"7"', "data": taken},
        # Written before the member is found to be nobody's: all of it is taken back.
        post({"schemas": [GROUP], "displayName": "Half", "members": [{"value": str(uuid4())}]}, "e", "/Groups"),
        post(user(), "d"),
    )
    assert [each["status"] for each in done] == ["201", "409", "200", "404", "400", "412", "400", "201"]
    assert (await directory.send("GET", "/Groups")).json()["totalResults"] == 1
    assert (await directory.send("GET", "/Users")).json()["totalResults"] == 3
    changed = (await directory.send("GET", f"/Groups/{group['id']}")).json()
    assert [each["value"] for each in changed["members"]] == [taken["id"]]


async def test_it_stops_after_as_many_errors_as_are_accepted(directory: Directory) -> None:
    wrong = {"method": "DELETE", "path": "/Users/nobody"}
    done = await bulk(directory, wrong, wrong, post(user()), failOnErrors=2)
    assert len(done) == 2
    assert (await directory.send("GET", "/Users")).json()["totalResults"] == 0


async def test_entra_s_shapes_are_understood_within(directory: Directory) -> None:
    made, other = await directory.add(), await directory.add()
    group = await directory.group("Experts", made, other)
    operations = [{"op": "Remove", "path": "members", "value": [{"$ref": None, "value": made["id"]}]}]
    disable = [{"op": "Replace", "path": "active", "value": "False"}]
    done = await bulk(
        directory,
        {"method": "PATCH", "path": f"/Groups/{group['id']}", "data": {"schemas": [PATCH], "Operations": operations}},
        {"method": "PATCH", "path": f"/Users/{made['id']}", "data": {"schemas": [PATCH], "Operations": disable}},
    )
    assert [each["status"] for each in done] == ["200", "200"]
    changed = (await directory.send("GET", f"/Groups/{group['id']}")).json()
    assert [each["value"] for each in changed["members"]] == [other["id"]]
    assert (await directory.account(made))["status"] == "suspended"


async def test_too_many_or_too_large_is_refused_as_a_whole(directory: Directory) -> None:
    many = {"schemas": [BULK], "Operations": [post(user(), str(each)) for each in range(MOST_OPERATIONS + 1)]}
    assert told(await directory.send("POST", "/Bulk", many))[0] == 413
    large = b'{"schemas": ["' + b"x" * MOST_BYTES + b'"]}'
    for path in ("/Bulk", "/Users"):
        assert told(await directory.send("POST", path, large))[0] == 413, path
    assert (await directory.send("GET", "/Users")).json()["totalResults"] == 0
