"""What Entra ID and Okta send, as their documentation shows it.

Entra ID: https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
Okta: https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/
"""

from typing import Any
from uuid import uuid4

import pytest
from tests.domains.scim.directories import ENTERPRISE, GROUP, PATCH, USER, Directory


def entra_user() -> dict[str, Any]:
    name = f"ryan.{uuid4().hex[:8]}"
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": name,
        "userName": f"{name}@testuser.example",
        "active": True,
        "displayName": "Ryan Leonard",
        "emails": [{"primary": True, "type": "work", "value": f"{name}@testuser.example"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Ryan Leonard", "familyName": "Leonard", "givenName": "Ryan"},
        "roles": [],
        ENTERPRISE: {"employeeNumber": "4711", "department": "Platform", "manager": "00000000-aaaa"},
    }


class TestEntra:
    """Microsoft Entra ID."""

    @pytest.fixture
    async def ryan(self, directory: Directory) -> dict[str, Any]:
        answer = await directory.send("POST", "/Users", entra_user())
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def test_asks_for_somebody_who_is_not_there(self, directory: Directory) -> None:
        answer = await directory.send("GET", "/Users", filter=f'userName eq "{uuid4()}"')
        assert answer.status_code == 200
        assert answer.json() == {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 0,
            "Resources": [],
            "startIndex": 1,
            "itemsPerPage": 0,
        }

    async def test_makes_a_user_with_its_manager_s_id_alone(self, ryan: dict[str, Any]) -> None:
        assert ryan[ENTERPRISE]["manager"] == {"value": "00000000-aaaa"}
        assert ryan["active"] is True

    async def test_finds_by_name_external_id_and_work_address(self, directory: Directory, ryan: dict[str, Any]) -> None:
        for asked in (
            f'userName eq "{ryan["userName"]}"',
            f'externalId eq "{ryan["externalId"]}"',
            f'emails[type eq "work"].value eq "{ryan["userName"]}"',
            f'emails[type eq "work" and value eq "{ryan["userName"]}"]',
        ):
            found = await directory.send("GET", "/Users", filter=asked)
            assert [each["id"] for each in found.json()["Resources"]] == [ryan["id"]], asked

    async def test_changes_several_attributes(self, directory: Directory, ryan: dict[str, Any]) -> None:
        answer = await directory.patch(
            ryan,
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "updated@testuser.example"},
            {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1 555 0100"},
            {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "Berlin"},
            {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "DE"},
            {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "11111111-bbbb"},
            {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Research"},
        )
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["emails"] == [{"primary": True, "type": "work", "value": "updated@testuser.example"}]
        assert body["name"]["familyName"] == "updatedFamilyName"
        assert body["phoneNumbers"] == [{"type": "mobile", "value": "+1 555 0100"}]
        assert body["addresses"] == [{"type": "work", "locality": "Berlin", "country": "DE"}]
        assert body[ENTERPRISE] == {
            "employeeNumber": "4711",
            "department": "Research",
            "manager": {"value": "11111111-bbbb"},
        }

    async def test_replaces_without_a_path_by_attribute_paths(self, directory: Directory, ryan: dict[str, Any]) -> None:
        value = {
            "displayName": "Ryan L.",
            "name.givenName": "Rian",
            'emails[type eq "work"].value': "rian@testuser.example",
            f"{ENTERPRISE}:manager": "22222222-cccc",
            f"{ENTERPRISE}:department": "Sales",
        }
        answer = await directory.patch(ryan, {"op": "replace", "value": value})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert (body["displayName"], body["name"]["givenName"]) == ("Ryan L.", "Rian")
        assert body["emails"][0]["value"] == "rian@testuser.example"
        assert body[ENTERPRISE]["manager"] == {"value": "22222222-cccc"}
        assert body[ENTERPRISE]["department"] == "Sales"

    @pytest.mark.parametrize("value", ["False", "false", False])
    async def test_disables(self, directory: Directory, ryan: dict[str, Any], value: object) -> None:
        answer = await directory.patch(ryan, {"op": "Replace", "path": "active", "value": value})
        assert (answer.status_code, answer.json()["active"]) == (200, False)
        assert (await directory.account(ryan))["status"] == "suspended"
        answer = await directory.patch(ryan, {"op": "Replace", "path": "active", "value": "True"})
        assert (answer.status_code, answer.json()["active"]) == (200, True)
        assert (await directory.account(ryan))["status"] == "active"

    async def test_removes_a_manager_and_what_is_not_there(self, directory: Directory, ryan: dict[str, Any]) -> None:
        gone = await directory.patch(ryan, {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""})
        assert "manager" not in gone.json()[ENTERPRISE]
        nothing = await directory.patch(
            ryan,
            {"op": "Remove", "path": 'phoneNumbers[type eq "fax"].value'},
            {"op": "Remove", "path": "title", "value": "CTO"},
            {"op": "Remove", "path": f"{ENTERPRISE}:manager"},
        )
        assert nothing.status_code == 200, nothing.text

    async def test_sends_roles_that_are_none_of_ours(self, directory: Directory, ryan: dict[str, Any]) -> None:
        operation = {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "admin"}
        assert (await directory.patch(ryan, operation)).status_code == 200
        assert (await directory.account(ryan))["roles"] == ["client"], "roles come from groups, never from an attribute"

    async def test_keeps_groups(self, directory: Directory, ryan: dict[str, Any]) -> None:
        other = await directory.add()
        body = {
            "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
            "displayName": "displayName",
            "meta": {"resourceType": "Group"},
        }
        made = await directory.send("POST", "/Groups", body)
        assert made.status_code == 201, made.text
        group = made.json()
        assert "members" not in group
        found = await directory.send(
            "GET", "/Groups", excludedAttributes="members", filter='displayName eq "DISPLAYNAME"'
        )
        assert [each["id"] for each in found.json()["Resources"]] == [group["id"]]

        members = [{"$ref": None, "value": ryan["id"]}, {"$ref": None, "value": other["id"]}]
        added = await directory.patch(group, {"op": "Add", "path": "members", "value": members})
        assert added.status_code == 200, added.text
        asked = f'id eq "{group["id"]}" and members eq "{ryan["id"]}"'
        found = await directory.send("GET", "/Groups", attributes="id", filter=asked)
        assert found.json()["totalResults"] == 1

        removed = await directory.patch(
            group, {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ryan["id"]}]}
        )
        assert [each["value"] for each in removed.json()["members"]] == [other["id"]]
        nobody = await directory.patch(group, {"op": "Remove", "path": "members", "value": []})
        assert len(nobody.json()["members"]) == 1, "nobody was named, and so nobody leaves"
        renamed = await directory.patch(group, {"op": "Replace", "path": "displayName", "value": "1879db59"})
        assert renamed.json()["displayName"] == "1879db59"
        assert (await directory.send("DELETE", f"/Groups/{group['id']}")).status_code == 204


class TestOkta:
    """Okta."""

    @pytest.fixture
    async def isaac(self, directory: Directory) -> dict[str, Any]:
        name = f"isaac.{uuid4().hex[:8]}@example.com"
        body = {
            "schemas": [USER],
            "userName": name,
            "name": {"givenName": "Isaac", "familyName": "Brock"},
            "emails": [{"primary": True, "value": name, "type": "work"}],
            "displayName": "Isaac Brock",
            "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        }
        answer = await directory.send("POST", "/Users", body, headers={"content-type": "application/json"})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def test_tests_the_connection(self, directory: Directory) -> None:
        answer = await directory.send("GET", "/Users", startIndex="1", count="2")
        assert answer.status_code == 200
        assert answer.json()["startIndex"] == 1

    async def test_looks_somebody_up(self, directory: Directory, isaac: dict[str, Any]) -> None:
        asked = f'userName eq "{isaac["userName"]}"'
        answer = await directory.send("GET", "/Users", filter=asked, startIndex="1", count="100")
        assert [each["id"] for each in answer.json()["Resources"]] == [isaac["id"]]

    async def test_reads_then_replaces(self, directory: Directory, isaac: dict[str, Any]) -> None:
        body = (await directory.send("GET", f"/Users/{isaac['id']}")).json()
        body["name"]["middleName"] = "Excited"
        answer = await directory.send("PUT", f"/Users/{isaac['id']}", body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["name"]["middleName"] == "Excited"

    async def test_deactivates_and_reactivates(self, directory: Directory, isaac: dict[str, Any]) -> None:
        answer = await directory.patch(isaac, {"op": "replace", "value": {"active": False}})
        assert (answer.status_code, answer.json()["active"]) == (200, False)
        assert (await directory.account(isaac))["status"] == "suspended"
        answer = await directory.patch(isaac, {"op": "replace", "value": {"active": True}})
        assert (answer.status_code, answer.json()["active"]) == (200, True)
        assert (await directory.account(isaac))["status"] == "active"

    async def test_pushes_a_group(self, directory: Directory, isaac: dict[str, Any]) -> None:
        body = {"schemas": [GROUP], "displayName": "Test SCIMv2", "members": []}
        group = (await directory.send("POST", "/Groups", body)).json()
        # Okta repeats the id, which nobody may change, beside what it changes.
        renamed = await directory.patch(
            group, {"op": "replace", "value": {"id": group["id"], "displayName": "Test SCIMv2 too"}}
        )
        assert (renamed.status_code, renamed.json()["displayName"]) == (200, "Test SCIMv2 too")
        member = {"value": isaac["id"], "display": isaac["userName"]}
        joined = await directory.patch(
            group,
            {"op": "remove", "path": f'members[value eq "{isaac["id"]}"]'},
            {"op": "add", "path": "members", "value": [member]},
        )
        assert [each["value"] for each in joined.json()["members"]] == [isaac["id"]]
        replaced = await directory.patch(group, {"op": "replace", "path": "members", "value": [member]})
        assert [each["value"] for each in replaced.json()["members"]] == [isaac["id"]]
        put = {**body, "id": group["id"], "displayName": "Test SCIMv2 three", "members": [member]}
        answer = await directory.send("PUT", f"/Groups/{group['id']}", put)
        assert answer.status_code == 200, answer.text
        shown = (await directory.send("GET", f"/Users/{isaac['id']}")).json()
        assert [each["display"] for each in shown["groups"]] == ["Test SCIMv2 three"]


async def test_a_patch_about_nothing_is_answered_with_the_resource(directory: Directory) -> None:
    made = await directory.add()
    answer = await directory.send(
        "PATCH", f"/Users/{made['id']}", {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"id": "1"}}]}
    )
    assert (answer.status_code, answer.json()) == (200, made)
