"""Who decides on the roles of somebody whom a directory keeps and who signs on through a connection."""

from typing import Any

import pytest
from tests.domains.scim.directories import Directory
from tests.domains.sso.vouching import DOMAIN, Provider
from tests.domains.sso.vouching import connect as connect_provider


class Scene:
    """A directory and a connection that both map groups, and somebody whom both know."""

    def __init__(self, directory: Directory, provider: Provider, user: dict[str, Any]) -> None:
        self.directory, self.provider, self.user = directory, provider, user

    async def roles(self) -> list[str]:
        return sorted((await self.directory.account(self.user))["roles"])

    async def sign_on(self, *groups: str) -> list[str]:
        """The person's roles after signing on with these groups."""
        await self.provider.signs_on("ada", email=self.user["userName"], groups=groups, email_verified=True)
        return await self.roles()

    async def administer(self, field: str, **value: Any) -> None:
        answer = await self.directory.administrator.mutate(
            field, "__typename", {"directoryId": str(self.directory.id), **value}
        )
        assert answer["__typename"] in ("ScimDirectory", "Done"), answer


@pytest.fixture
async def scene(directory: Directory) -> Scene:
    provider = await connect_provider(directory.market, roles_by_group={"it": "admin", "staff": "client"})
    ada = await directory.add(userName=f"ada@{DOMAIN}")
    await directory.map(("Experts", "cto"))
    await directory.group("Experts", ada)
    return Scene(directory, provider, ada)


async def test_signing_on_leaves_the_roles_that_a_directory_gives(scene: Scene) -> None:
    assert await scene.sign_on() == ["client", "cto"], "the connection would take the client role"
    assert await scene.sign_on("it") == ["client", "cto"], "and give the admin role"


async def test_the_connection_decides_where_the_directory_maps_no_groups(scene: Scene) -> None:
    await scene.directory.map()
    assert await scene.roles() == ["client"]
    assert await scene.sign_on("it", "staff") == ["admin", "client"]
    assert await scene.sign_on("staff") == ["client"]


async def test_the_connection_decides_while_the_directory_is_turned_off(scene: Scene) -> None:
    await scene.administer("disableScimDirectory")
    assert await scene.sign_on("it", "staff") == ["admin", "client", "cto"]
    assert await scene.sign_on("staff") == ["client", "cto"]
    await scene.administer("enableScimDirectory")
    assert await scene.sign_on("it") == ["client", "cto"]


async def test_the_connection_decides_on_people_whom_no_directory_keeps(scene: Scene) -> None:
    grace = await scene.provider.signs_on("grace", email=f"grace@{DOMAIN}", groups=("it",))
    (row,) = await scene.directory.market.fetch("select roles from users where id = $1", grace)
    assert row["roles"] == ["admin"]


async def test_the_connection_decides_once_the_directory_is_deleted(scene: Scene) -> None:
    account = await scene.directory.account(scene.user)
    await scene.administer("disableScimDirectory")
    await scene.administer("deleteScimDirectory", confirmedName="Entra ID")
    await scene.provider.signs_on("ada", email=account["email"], groups=("it",))
    (row,) = await scene.directory.market.fetch("select roles from users where id = $1", account["id"])
    assert row["roles"] == ["admin", "cto"]
