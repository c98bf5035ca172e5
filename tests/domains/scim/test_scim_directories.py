"""Directories as their administrators see them: in GraphQL and as pages."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.domains.scim.directories import Directory, told
from tests.factories import PROBLEMS, REFUSALS, Marketplace, Person, sign_in, submit

from ctorendang.kit.crypto import token_hash

DIRECTORY = "... on ScimDirectory { id name enabled baseUrl defaultRole tokens { id } }" + PROBLEMS
TOKEN = "... on CreatedScimToken { secret token { id prefix label daysLeft } }" + PROBLEMS


async def create(admin: Person, **changes: Any) -> dict[str, Any]:
    return await admin.mutate("createScimDirectory", DIRECTORY, {"name": "Entra ID", **changes})


async def make_token(admin: Person, directory_id: str, **changes: Any) -> dict[str, Any]:
    value = {"directoryId": directory_id, "label": "Production", **changes}
    return await admin.mutate("createScimToken", TOKEN, value)


async def speaks(market: Marketplace, admin: Person, directory_id: str, secret: str) -> int:
    answer = await Directory(market, UUID(directory_id), secret, admin).send("GET", "/Users")
    return answer.status_code


async def test_a_directory_is_made_and_given_a_token(market: Marketplace) -> None:
    admin = await market.join("admin")
    made = await create(admin)
    assert re.fullmatch(rf"http://{re.escape(market.host)}(:\d+)?/scim/v2", made["baseUrl"]), made
    assert (made["enabled"], made["defaultRole"], made["tokens"]) == (True, "CLIENT", [])
    token = await make_token(admin, made["id"])
    assert token["secret"].startswith(token["token"]["prefix"])
    assert len(token["token"]["prefix"]) < 12
    assert token["token"]["daysLeft"] in (364, 365)
    assert await speaks(market, admin, made["id"], token["secret"]) == 200
    (row,) = await market.fetch("select token_hash from scim_tokens")
    assert row["token_hash"] == token_hash(token["secret"]), "and nothing else is kept of it"
    rows = await market.fetch("select details::text as details from audit_events where action = 'scim.token.created'")
    assert token["secret"] not in rows[0]["details"]


async def test_two_tokens_are_good_at_once_and_not_three(market: Marketplace) -> None:
    admin = await market.join("admin")
    directory = await create(admin)
    first, second = [await make_token(admin, directory["id"]) for _ in range(2)]
    for each in (first, second):
        assert await speaks(market, admin, directory["id"], each["secret"]) == 200
    assert (await make_token(admin, directory["id"]))["code"] == "too_many_tokens"
    rotated = await admin.mutate("rotateScimToken", TOKEN, {"tokenId": first["token"]["id"]})
    assert rotated["code"] == "too_many_tokens"
    revoked = await admin.mutate("revokeScimToken", "... on ScimToken { id }", {"tokenId": first["token"]["id"]})
    assert revoked["id"] == first["token"]["id"]
    assert await speaks(market, admin, directory["id"], first["secret"]) == 401
    assert await speaks(market, admin, directory["id"], second["secret"]) == 200


async def test_a_rotated_token_lives_on_for_a_week(market: Marketplace) -> None:
    admin = await market.join("admin")
    directory = await create(admin)
    old = await make_token(admin, directory["id"], expiresInDays=90)
    new = await admin.mutate("rotateScimToken", TOKEN, {"tokenId": old["token"]["id"]})
    assert new["token"]["label"] == "Production"
    for each in (old, new):
        assert await speaks(market, admin, directory["id"], each["secret"]) == 200
    rows = await market.fetch("select expires_at - now() as left from scim_tokens order by expires_at")
    assert timedelta(days=6, hours=23) < rows[0]["left"] <= timedelta(days=7)
    assert timedelta(days=89) < rows[1]["left"] <= timedelta(days=90)


async def test_tokens_and_mappings_want_a_recent_sign_in(market: Marketplace) -> None:
    admin = await market.join("admin")
    directory = await create(admin)
    token = await make_token(admin, directory["id"])
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    for field, value in (
        ("createScimToken", {"directoryId": directory["id"], "label": "x"}),
        ("rotateScimToken", {"tokenId": token["token"]["id"]}),
        ("mapScimGroups", {"directoryId": directory["id"], "mapping": [{"group": "IT", "role": "ADMIN"}]}),
    ):
        assert (await admin.mutate(field, REFUSALS, value))["code"] == "step_up_required", field
    revoked = await admin.mutate("revokeScimToken", "... on ScimToken { id }", {"tokenId": token["token"]["id"]})
    assert "id" in revoked, "to close a door nobody has to prove anything"


async def test_what_is_typed_is_checked(market: Marketplace) -> None:
    admin = await market.join("admin")
    directory = await create(admin)
    assert (await create(admin, name="entra id"))["code"] == "directory_name_taken"
    for changes, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "Other", "defaultRole": "ADMIN"}, "defaultRole"),
        ({"name": "Other", "connectionId": str(uuid4())}, "connectionId"),
    ):
        refused = await create(admin, **changes)
        assert [each["field"] for each in refused["fields"]] == [field], changes
    for changes, field in (({"label": ""}, "label"), ({"expiresInDays": 7}, "expiresInDays")):
        refused = await make_token(admin, directory["id"], **changes)
        assert [each["field"] for each in refused["fields"]] == [field], changes
    for rows in (
        [("", "CTO")],
        [("x" * 301, "CTO")],
        [("IT", "PLATFORM_ADMIN")],
        [(f"{n}", "CTO") for n in range(201)],
    ):
        mapping = [{"group": group, "role": role} for group, role in rows]
        refused = await admin.mutate("mapScimGroups", PROBLEMS, {"directoryId": directory["id"], "mapping": mapping})
        assert [each["field"] for each in refused["fields"]] == ["mapping"], rows[0]


async def test_directories_and_tokens_of_other_tenants_are_not_there(
    market: Marketplace, foreign_directory: Directory
) -> None:
    admin = await market.join("admin")
    (row,) = await foreign_directory.market.fetch("select id from scim_tokens")
    directory = {"directoryId": str(foreign_directory.id)}
    for field, value in (
        ("updateScimDirectory", {**directory, "name": "Mine"}),
        ("mapScimGroups", {**directory, "mapping": []}),
        ("disableScimDirectory", directory),
        ("createScimToken", {**directory, "label": "x"}),
        ("rotateScimToken", {"tokenId": str(row["id"])}),
        ("revokeScimToken", {"tokenId": str(row["id"])}),
    ):
        assert (await admin.mutate(field, REFUSALS, value))["code"] == "not_found", field
    found = await admin.query("query($id: ID!) { scimDirectory(id: $id) { id } }", id=str(foreign_directory.id))
    assert found["scimDirectory"] is None
    assert (await foreign_directory.send("GET", "/Users")).status_code == 200


async def test_turned_off_and_on_again(directory: Directory) -> None:
    made = await directory.add()
    value = {"directoryId": str(directory.id)}
    off = await directory.administrator.mutate("disableScimDirectory", DIRECTORY, value)
    assert off["enabled"] is False
    assert told(await directory.send("GET", "/Users"))[0] == 401
    assert (await directory.account(made))["status"] == "active"
    await directory.administrator.mutate("enableScimDirectory", DIRECTORY, value)
    assert (await directory.send("GET", "/Users")).json()["totalResults"] == 1


async def test_the_overview_tells_what_there_is_and_what_happened(directory: Directory) -> None:
    ada = await directory.add(displayName="Ada King")
    await directory.add(active=False)
    await directory.group("Experts", ada)
    gone = await directory.add(displayName="Grace Hopper")
    await directory.send("DELETE", f"/Users/{gone['id']}")
    answer = await directory.administrator.query(
        "{ scimDirectories { name users activeUsers lastUsedAt groups { name members } tokens { lastUsedAt }"
        " log { action name } } }"
    )
    (shown,) = answer["scimDirectories"]
    assert (shown["users"], shown["activeUsers"]) == (2, 1)
    assert shown["groups"] == [{"name": "Experts", "members": 1}]
    assert shown["lastUsedAt"] is not None
    assert [(each["action"], each["name"]) for each in shown["log"]] == [
        ("scim.user.removed", "Grace Hopper"),
        ("scim.user.created", "Grace Hopper"),
        ("scim.group.created", "Experts"),
        ("scim.user.deactivated", "Ada Adams"),
        ("scim.user.created", "Ada Adams"),
        ("scim.user.created", "Ada King"),
    ]


class TestPages:
    """What an administrator clicks through."""

    @pytest.fixture
    async def browser(self, market: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
        async with market.browser() as browser:
            await sign_in(browser, await market.join("admin"))
            yield browser

    async def test_from_nothing_to_a_working_token(self, market: Marketplace, browser: httpx.AsyncClient) -> None:
        begin = await browser.get("/admin/scim")
        assert "Connect your directory in three steps" in begin.text
        made = await submit(browser, "/admin/scim/new", "/admin/scim/new", {"name": "Okta", "defaultRole": "CTO"})
        assert made.status_code == 303, made.text
        page = made.headers["location"]
        shown = await submit(browser, page, f"{page}/tokens", {"label": "Production", "expiresInDays": "365"})
        assert shown.status_code == 200, shown.text
        (secret,) = re.findall(r"<code>(scim_[\w-]{43})</code>", shown.text)
        assert f'data-copy="{secret}"' in shown.text
        assert shown.headers["cache-control"] == "private, no-store"
        assert secret not in str(shown.headers)
        assert secret not in (await browser.get(page)).text, "shown once"
        async with market.browser(authorization=f"Bearer {secret}") as program:
            assert (await program.get("/scim/v2/Users")).status_code == 200
        assert "Okta" in (await browser.get("/admin/scim")).text

    async def test_mapping_settings_rotation_and_the_end(self, market: Marketplace, browser: httpx.AsyncClient) -> None:
        made = await submit(browser, "/admin/scim/new", "/admin/scim/new", {"name": "Okta"})
        page = made.headers["location"]
        fields = {"group": ["Experts", ""], "role": ["CTO", "CLIENT"]}
        assert (await submit(browser, page, f"{page}/mapping", fields)).status_code == 303
        assert 'value="Experts"' in (await browser.get(page)).text
        saved = await submit(browser, page, f"{page}/settings", {"name": "Okta 2", "defaultRole": "CTO"})
        assert saved.status_code == 303
        taken = await submit(browser, page, f"{page}/settings", {"name": " "})
        assert taken.status_code == 422
        assert "Fill this in." in taken.text
        await submit(browser, page, f"{page}/tokens", {"label": "A", "expiresInDays": "90"})
        (row,) = await market.fetch("select id from scim_tokens")
        rotated = await submit(browser, page, f"{page}/tokens/{row['id']}/rotate", {})
        assert len(re.findall(r"<code>scim_[\w-]{43}</code>", rotated.text)) == 1
        third = await submit(browser, page, f"{page}/tokens", {"label": "C", "expiresInDays": "90"})
        assert third.status_code == 409
        assert "two tokens already" in third.text
        assert (await submit(browser, page, f"{page}/tokens/{row['id']}/revoke", {})).status_code == 303
        assert (await submit(browser, page, f"{page}/disable", {})).status_code == 303
        assert "Turn on" in (await browser.get(page)).text
        assert (await submit(browser, page, f"{page}/enable", {})).status_code == 303

    async def test_a_sign_in_of_long_ago_is_confirmed_first(
        self, market: Marketplace, browser: httpx.AsyncClient
    ) -> None:
        made = await submit(browser, "/admin/scim/new", "/admin/scim/new", {"name": "Okta"})
        page = made.headers["location"]
        await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
        asked = await submit(browser, page, f"{page}/tokens", {"label": "A", "expiresInDays": "90"})
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/step-up?next=")

    async def test_nobody_else_sees_them(self, market: Marketplace, directory: Directory) -> None:
        async with market.browser() as browser:
            await sign_in(browser, await market.join("client"))
            for page in ("/admin/scim", "/admin/scim/new", f"/admin/scim/{directory.id}"):
                assert (await browser.get(page)).status_code == 403, page
