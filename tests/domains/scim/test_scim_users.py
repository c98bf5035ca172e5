"""Users over SCIM: the accounts behind them, and whom a directory may take over."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from scim2_models import PreconditionFailedException
from tests.domains.accounts.planting import left, plant
from tests.domains.scim.directories import ENTERPRISE, Directory, connect, told, user, verify_domain
from tests.factories import Marketplace, Person

from ctorendang.domains.scim.bearers import ROLE
from ctorendang.domains.scim.repository import DirectoryRepository
from ctorendang.domains.scim.resources import UserData
from ctorendang.domains.scim.schemas import provider
from ctorendang.domains.scim.users import ProvisionedUsers
from ctorendang.infra.auth.actor import Actor


async def trail(directory: Directory) -> list[str]:
    rows = await directory.market.fetch("select action from audit_events where action like 'scim.%' order by id")
    return [row["action"] for row in rows]


async def test_a_user_is_made_read_and_listed(directory: Directory) -> None:
    made = await directory.add(title="CTO")
    read = await directory.send("GET", f"/Users/{made['id']}")
    assert read.json() == made
    assert read.headers["etag"] == 'W/"1"'
    assert read.headers["content-type"].startswith("application/scim+json")
    assert read.headers["cache-control"] == "no-store"
    listed = await directory.send("GET", "/Users", filter=f'userName eq "{made["userName"].upper()}"')
    assert listed.json()["totalResults"] == 1
    assert listed.json()["Resources"] == [made]


async def test_the_account_has_no_password_and_the_directory_s_default_role(directory: Directory) -> None:
    made = await directory.add(displayName="Ada A.")
    account = await directory.account(made)
    assert account["name"] == "Ada A."
    assert account["email"] == made["userName"]
    assert account["roles"] == ["client"]
    assert account["managed"]
    assert account["email_verified_at"] is None, "nobody has proven that the domain is the tenant's"
    assert await directory.market.fetch("select * from password_credentials where user_id = $1", account["id"]) == []
    assert "scim.user.created" in await trail(directory)


async def test_an_address_in_a_verified_domain_needs_no_confirmation(directory: Directory) -> None:
    await verify_domain(directory.market)
    account = await directory.account(await directory.add())
    assert account["email_verified_at"] is not None


async def test_names_and_addresses_are_chosen_with_sense(directory: Directory) -> None:
    emails = [{"value": "home@corp.example", "type": "home"}, {"value": "Work@Corp.Example", "type": "work"}]
    made = await directory.add(
        userName="ada", emails=emails, displayName="see www.evil.example", name={"formatted": "Ada"}
    )
    account = await directory.account(made)
    assert (account["email"], account["name"]) == ("work@corp.example", "Ada")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"userName": None}, "invalidValue"),
        ({"userName": ""}, "invalidValue"),
        ({"userName": "ada", "emails": []}, "invalidValue"),
        ({"emails": [{"value": "nonsense"}]}, "invalidValue"),
        ({"emails": [{"value": "a@b.example", "primary": True}, {"value": "c@b.example", "primary": True}]}, None),
        ({"userName": "x" * 300}, "invalidValue"),
        ({"displayName": "a\0b"}, "invalidValue"),
        ({"active": "perhaps"}, "invalidValue"),
        ({"name": "Ada"}, None),
        ({"schemas": ["urn:nothing"]}, None),
    ],
)
async def test_what_cannot_be_a_user_is_refused(
    directory: Directory, changes: dict[str, Any], kind: str | None
) -> None:
    status, scim_type, _ = told(await directory.send("POST", "/Users", user(**changes)))
    assert status == 400
    assert kind is None or scim_type == kind


async def test_names_and_addresses_are_taken_once(directory: Directory) -> None:
    made = await directory.add()
    again = user(userName=made["userName"].upper(), emails=[{"value": "other@corp.example"}])
    assert told(await directory.send("POST", "/Users", again))[:2] == (409, "uniqueness")
    same_address = user(userName="other", emails=made["emails"])
    assert told(await directory.send("POST", "/Users", same_address))[:2] == (409, "uniqueness")
    other = await directory.add()
    renamed = await directory.patch(other, {"op": "replace", "path": "userName", "value": made["userName"]})
    assert told(renamed)[:2] == (409, "uniqueness")
    readdressed = await directory.patch(other, {"op": "replace", "path": "emails", "value": made["emails"]})
    assert told(readdressed)[:2] == (409, "uniqueness")
    assert (await directory.send("GET", f"/Users/{other['id']}")).json() == other, "a refusal leaves nothing behind"


async def test_a_replacement_says_everything_but_activity(directory: Directory) -> None:
    made = await directory.add(title="CTO")
    await directory.patch(made, {"op": "replace", "value": {"active": False}})
    body = {name: each for name, each in made.items() if name not in ("active", "title")}
    replaced = await directory.send("PUT", f"/Users/{made['id']}", {**body, "displayName": "Countess"})
    assert replaced.status_code == 200, replaced.text
    assert replaced.json()["displayName"] == "Countess"
    assert "title" not in replaced.json()
    assert replaced.json()["active"] is False, "not said, and so not changed"
    assert (await directory.account(made))["status"] == "suspended"


async def test_a_new_name_or_address_reaches_the_account_and_who_listens(directory: Directory) -> None:
    await verify_domain(directory.market)
    made = await directory.add()
    answer = await directory.patch(
        made,
        {"op": "replace", "path": "displayName", "value": "Ada King"},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "King@corp.example"},
    )
    assert answer.status_code == 200
    account = await directory.account(made)
    assert (account["name"], account["email"]) == ("Ada King", "king@corp.example")
    events = await directory.market.fetch("select event from outbox")
    assert "account.renamed" in {row["event"] for row in events}


async def test_a_change_moves_the_entity_tag_and_conditions_hold(directory: Directory) -> None:
    made = await directory.add()
    path, change = f"/Users/{made['id']}", {"op": "replace", "path": "title", "value": "CTO"}
    changed = await directory.patch(made, change)
    assert changed.headers["etag"] == 'W/"2"'
    assert changed.json()["meta"]["version"] == 'W/"2"'
    for method, body in (("PUT", made), ("DELETE", None)):
        refused = await directory.send(method, path, body, headers={"if-match": 'W/"1"'})
        assert told(refused)[0] == 412
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
    assert told(await directory.send("PATCH", path, body, headers={"if-match": 'W/"1"'}))[0] == 412
    unchanged = await directory.send("GET", path, headers={"if-none-match": 'W/"2"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (await directory.send("DELETE", path, headers={"if-match": 'W/"2"'})).status_code == 204
    assert told(await directory.send("GET", path))[0] == 404


async def test_what_has_changed_since_it_was_read_is_not_overwritten(directory: Directory) -> None:
    made = await directory.add()
    product = directory.market.marketplaces.site.product
    with provider():
        data = UserData.of(provider().model_for(provider().resource_types[0]).model_validate(made))
    async with product.units.begin(Actor.service(directory.market.id, ROLE)) as work:
        kept = await DirectoryRepository(work.session).find(work.tenant_id, directory.id)
        assert kept is not None
        with pytest.raises(PreconditionFailedException):
            await ProvisionedUsers(work, kept).update(UUID(made["id"]), data, 'W/"7"')


async def test_two_changes_at_once_both_happen(directory: Directory) -> None:
    made = await directory.add()
    values = [("title", "CTO"), ("nickName", "Ada"), ("userType", "Employee"), ("locale", "en-GB")]
    answers = await asyncio.gather(
        *(directory.patch(made, {"op": "replace", "path": path, "value": value}) for path, value in values)
    )
    assert [each.status_code for each in answers] == [200] * 4
    now = (await directory.send("GET", f"/Users/{made['id']}")).json()
    assert {path: now[path] for path, _ in values} == dict(values)


async def test_the_enterprise_extension_is_kept(directory: Directory) -> None:
    manager = await directory.add()
    made = await directory.add(**{ENTERPRISE: {"department": "Platform", "manager": {"value": manager["id"]}}})
    assert made[ENTERPRISE] == {"department": "Platform", "manager": {"value": manager["id"]}}
    found = await directory.send("GET", "/Users", filter=f'{ENTERPRISE}:department eq "platform"')
    assert [each["id"] for each in found.json()["Resources"]] == [made["id"]]


async def test_a_password_is_never_taken(directory: Directory) -> None:
    made = await directory.add(password="correct horse battery staple")
    assert "password" not in made
    kept = await directory.market.fetch("select resource::text as resource from scim_users")
    assert "horse" not in str(await kept_by_admin(directory))
    assert kept == [], "people's data is for the directory's role and administrators alone"


async def kept_by_admin(directory: Directory) -> list[Any]:
    return await directory.market.fetch_as("admin", "select resource::text as resource from scim_users")


class TestAdoption:
    """Whom a directory takes over, and whom not."""

    async def ask(self, directory: Directory, person: Person) -> Any:
        return await directory.send("POST", "/Users", user(userName=person.email))

    @pytest.fixture
    async def person(self, market: Marketplace) -> Person:
        person = await market.join("client", email="grace@corp.example")
        await market.fetch("update users set email_verified_at = now() where id = $1", person.id)
        return person

    async def test_of_a_verified_domain(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market)
        made = await self.ask(directory, person)
        assert made.status_code == 201, made.text
        account = await directory.account(made.json())
        assert (account["id"], account["managed"], account["name"]) == (person.id, True, "Ada Adams")
        assert (await person.query("{ me { id } }"))["me"], "whoever confirmed the address stays signed in"

    async def test_not_of_another_domain(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market, "elsewhere.example")
        status, _, detail = told(await self.ask(directory, person))
        assert (status, "not verified" in detail) == (409, True)

    async def test_not_of_an_administrator(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market)
        await directory.market.fetch("update users set roles = '{admin}' where id = $1", person.id)
        status, _, detail = told(await self.ask(directory, person))
        assert (status, "administrator" in detail) == (409, True)

    async def test_not_of_somebody_for_emergencies(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market)
        await directory.market.fetch("update users set break_glass = true where id = $1", person.id)
        assert told(await self.ask(directory, person))[0] == 409

    async def test_not_of_somebody_suspended(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market)
        await directory.market.fetch("update users set status = 'suspended' where id = $1", person.id)
        assert told(await self.ask(directory, person))[0] == 409

    async def test_leaves_nothing_of_whoever_never_confirmed_the_address(
        self, directory: Directory, person: Person
    ) -> None:
        await verify_domain(directory.market)
        await directory.market.fetch("update users set email_verified_at = null where id = $1", person.id)
        assert (await self.ask(directory, person)).status_code == 201
        assert (await person.query("{ me { id } }"))["me"] is None, "signed out"
        signed_in = await directory.market.mutate(
            "signIn", "... on Refusal { code }", {"email": person.email, "password": "correct horse battery staple"}
        )
        assert signed_in.get("code") == "credentials_not_accepted"

    async def test_leaves_no_way_in_that_was_planted(self, directory: Directory, person: Person) -> None:
        await verify_domain(directory.market)
        await plant(directory.market, person)
        await directory.market.fetch("update users set email_verified_at = null where id = $1", person.id)
        assert (await self.ask(directory, person)).status_code == 201
        assert await left(directory.market, person) == set()

    async def test_not_of_whom_another_directory_keeps(self, directory: Directory) -> None:
        await verify_domain(directory.market)
        made = await directory.add()
        other = await connect(directory.market, "Okta")
        refused = await other.send("POST", "/Users", user(userName=made["userName"]))
        assert told(refused)[:2] == (409, "uniqueness")


class TestComingBack:
    """Removed, and provisioned again."""

    async def test_to_the_same_directory(self, directory: Directory) -> None:
        made = await directory.add()
        account = await directory.account(made)
        assert (await directory.send("DELETE", f"/Users/{made['id']}")).status_code == 204
        (left,) = await directory.market.fetch("select * from users where id = $1", account["id"])
        assert (left["status"], left["managed"]) == ("suspended", False)
        again = await directory.add(userName=made["userName"])
        assert again["id"] != made["id"]
        back = await directory.account(again)
        assert (back["id"], back["status"], back["managed"]) == (account["id"], "active", True)

    async def test_not_as_the_administrator_that_one_was(self, directory: Directory) -> None:
        made = await directory.add()
        account = await directory.account(made)
        await directory.market.fetch("update users set roles = '{admin,cto}' where id = $1", account["id"])
        await directory.send("DELETE", f"/Users/{made['id']}")
        again = await directory.account(await directory.add(userName=made["userName"]))
        assert again["roles"] == ["cto"]

    async def test_not_to_another_directory_without_a_verified_domain(self, directory: Directory) -> None:
        made = await directory.add()
        await directory.send("DELETE", f"/Users/{made['id']}")
        other = await connect(directory.market, "Okta")
        assert told(await other.send("POST", "/Users", user(userName=made["userName"])))[0] == 409

    async def test_what_the_directory_told_goes_with_the_user(self, directory: Directory) -> None:
        made = await directory.add(title="Secret project lead")
        await directory.send("DELETE", f"/Users/{made['id']}")
        (row,) = await directory.market.fetch_as("admin", "select * from scim_users where id = $1", UUID(made["id"]))
        assert (row["resource"], row["emails"], row["external_id"]) == ("{}", [], None)


async def test_an_administrator_gets_no_address_that_is_not_proven(directory: Directory) -> None:
    made = await directory.add()
    account = await directory.account(made)
    await directory.market.fetch("update users set roles = '{admin}' where id = $1", account["id"])
    change = {"op": "replace", "path": "emails", "value": [{"value": "mallory@evil.example"}]}
    assert told(await directory.patch(made, change))[0] == 409
    assert (await directory.account(made))["email"] == made["userName"]
