"""What ends when a directory says that somebody has left: everything, at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.domains.scim.directories import Directory, recent
from tests.factories import Person

from ctorendang.domains.accounts.keys.service import KeyService, NewKey
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.sessions import Sessions
from ctorendang.infra.auth.actor import Actor
from ctorendang.kit.crypto import random_token, token_hash


@dataclass
class Access:
    """Every way in that somebody has."""

    person: Person
    cookie: str
    key: str
    reset: str

    async def ways(self) -> dict[str, bool]:
        """Which of them let in now."""
        market = self.person.market
        async with market.browser(cookie=f"session={self.cookie}") as browser:
            page = await browser.get("/account")
        known = await self.person.graphql("{ me { id } }")
        with_key = await market.graphql("{ tenant { id } projects { edges { node { id } } } }", token=self.key)
        refreshed = await market.mutate(
            "refreshToken", "... on Tokens { accessToken }", {"refreshToken": self.person.refresh_token}
        )
        rows = await market.fetch("select 1 from email_tokens where token_hash = $1 and used_at is null", self.reset)
        return {
            "browser session": page.status_code == 200,
            "access token": known["data"]["me"] is not None,
            "refresh token": refreshed["__typename"] == "Tokens",
            "API key": "errors" not in with_key,
            "mailed secret": bool(rows),
        }


async def enter(directory: Directory, user: dict[str, Any]) -> Access:
    """Come in by every way there is."""
    market, account = directory.market, await directory.account(user)
    actor = Actor(market.id, account["id"], frozenset({"client"}), name="Ada")
    product = market.marketplaces.site.product
    proven = Proven(actor, Method.SSO, strong=True)
    sessions = Sessions(product, Actor(market.id))
    cookie = await sessions.open_for_browser(proven, "a test")
    pair = await sessions.open_for_program(proven, "a test")
    person = Person(market, account["id"], account["email"], actor.roles, pair.access_token, pair.refresh_token)
    async with product.units.begin(replace(recent(person), session_id=None)) as work:
        key, _ = await KeyService(work).create(NewKey("A key", ["read_projects"], 30))
    reset = token_hash(random_token())
    await market.fetch(
        "insert into email_tokens (tenant_id, user_id, purpose, token_hash, expires_at)"
        " values ($1, $2, 'reset_password', $3, now() + interval '1 hour')",
        *(market.id, account["id"], reset),
    )
    return Access(person, cookie, key, reset)


async def deactivate(directory: Directory, user: dict[str, Any]) -> None:
    assert (await directory.patch(user, {"op": "replace", "value": {"active": False}})).status_code == 200


async def disable_as_entra(directory: Directory, user: dict[str, Any]) -> None:
    operation = {"op": "Replace", "path": "active", "value": "False"}
    assert (await directory.patch(user, operation)).status_code == 200


async def replace_as_inactive(directory: Directory, user: dict[str, Any]) -> None:
    answer = await directory.send("PUT", f"/Users/{user['id']}", {**user, "active": False})
    assert answer.status_code == 200, answer.text


async def delete(directory: Directory, user: dict[str, Any]) -> None:
    assert (await directory.send("DELETE", f"/Users/{user['id']}")).status_code == 204


async def delete_in_bulk(directory: Directory, user: dict[str, Any]) -> None:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "DELETE", "path": f"/Users/{user['id']}"}],
    }
    answer = await directory.send("POST", "/Bulk", body)
    assert answer.json()["Operations"][0]["status"] == "204", answer.text


@pytest.mark.parametrize("leave", [deactivate, disable_as_entra, replace_as_inactive, delete, delete_in_bulk])
async def test_every_way_in_has_ended_once_the_directory_is_answered(
    directory: Directory, leave: Callable[[Directory, dict[str, Any]], Awaitable[None]]
) -> None:
    user = await directory.add()
    access = await enter(directory, user)
    # The refresh token works once: it is left for afterwards, and stands for itself in the other test.
    before = await replace(access, person=replace(access.person, refresh_token="none")).ways()
    assert before == {
        "browser session": True,
        "access token": True,
        "refresh token": False,
        "API key": True,
        "mailed secret": True,
    }
    await leave(directory, user)
    ways = await access.ways()
    assert ways == dict.fromkeys(ways, False)
    for table in ("sessions", "api_keys"):
        left = f"select id from {table} where user_id = $1 and ended_at is null"
        assert await directory.market.fetch(left, access.person.id) == [], f"{table} are ended, not only refused"
    (row,) = await directory.market.fetch("select status from users where id = $1", access.person.id)
    assert row["status"] == "suspended"
    events = await directory.market.fetch("select event from outbox where event = 'member.suspended'")
    assert events, "who lists people hears of it"


async def test_a_refresh_token_works_as_long_as_nobody_has_left(directory: Directory) -> None:
    access = await enter(directory, await directory.add())
    assert (await access.ways())["refresh token"]


async def test_reactivation_lets_in_again_but_brings_nothing_back(directory: Directory) -> None:
    user = await directory.add()
    access = await enter(directory, user)
    await deactivate(directory, user)
    assert (await directory.patch(user, {"op": "replace", "value": {"active": True}})).status_code == 200
    assert (await directory.account(user))["status"] == "active"
    assert not any((await access.ways()).values()), "old sessions and keys stay ended"
    again = await enter(directory, user)
    assert (await again.ways())["access token"]


async def test_whom_an_administrator_has_suspended_a_directory_does_not_let_in(directory: Directory) -> None:
    user = await directory.add()
    account = await directory.account(user)
    suspended = await directory.administrator.mutate(
        "suspendMember", "... on Member { status }", {"memberId": str(account["id"])}
    )
    assert suspended["status"] == "SUSPENDED"
    for active in (False, True):
        answer = await directory.patch(user, {"op": "replace", "value": {"active": active}})
        assert answer.status_code == 200
    assert (await directory.account(user))["status"] == "suspended"


@pytest.mark.parametrize("after", [["suspendMember"], ["restoreMember", "suspendMember"]])
async def test_an_administrator_s_decision_ends_the_directory_s(directory: Directory, after: list[str]) -> None:
    """The directory shut them out first, and says later that they are active."""
    user = await directory.add()
    await deactivate(directory, user)
    member = {"memberId": str((await directory.account(user))["id"])}
    for decision in after:
        decided = await directory.administrator.mutate(decision, "... on Member { status }", member)
        assert decided["__typename"] == "Member"
    assert (await directory.patch(user, {"op": "replace", "value": {"active": True}})).status_code == 200
    assert (await directory.account(user))["status"] == "suspended"


async def test_nobody_signs_on_who_was_made_inactive(directory: Directory) -> None:
    user = await directory.add(active=False)
    assert (await directory.account(user))["status"] == "suspended"
