"""Who may do what about directories: administrators, and nobody else."""

from typing import Any
from uuid import uuid4

from tests.factories import PROBLEMS, REFUSALS
from tests.isolation.matrix import ADMIN, Cast, Operation, open_session

DIRECTORY = "... on ScimDirectory { id name }" + PROBLEMS
TOKEN = "... on CreatedScimToken { token { id } }"


async def _directory(cast: Cast) -> str:
    token = (await open_session(cast.admin)).access_token
    made = await cast.market.mutate("createScimDirectory", DIRECTORY, await a_new_directory(cast), token)
    return made["id"]


async def a_new_directory(_: Cast) -> dict[str, Any]:
    return {"name": f"Directory {uuid4().hex}"}


async def an_id(cast: Cast) -> dict[str, Any]:
    return {"id": await _directory(cast)}


async def a_directory(cast: Cast) -> dict[str, Any]:
    await _directory(cast)
    return {}


async def the_directory(cast: Cast) -> dict[str, Any]:
    return {"directoryId": await _directory(cast)}


async def a_directory_to_delete(cast: Cast) -> dict[str, Any]:
    token = (await open_session(cast.admin)).access_token
    made = await cast.market.mutate("createScimDirectory", DIRECTORY, await a_new_directory(cast), token)
    await cast.market.mutate("disableScimDirectory", DIRECTORY, {"directoryId": made["id"]}, token)
    return {"directoryId": made["id"], "confirmedName": made["name"]}


async def a_changed_directory(cast: Cast) -> dict[str, Any]:
    return {**await the_directory(cast), **await a_new_directory(cast), "defaultRole": "CTO"}


async def a_mapping(cast: Cast) -> dict[str, Any]:
    return {**await the_directory(cast), "mapping": [{"group": "Experts", "role": "CTO"}]}


async def a_new_token(cast: Cast) -> dict[str, Any]:
    return {**await the_directory(cast), "label": "Production"}


async def the_token(cast: Cast) -> dict[str, Any]:
    token = (await open_session(cast.admin)).access_token
    made = await cast.market.mutate("createScimToken", TOKEN, await a_new_token(cast), token)
    return {"tokenId": made["token"]["id"]}


QUERIES = [
    Operation(
        "scimDirectories", "scimDirectories { id name tokens { prefix } log { action } }", ADMIN, prepare=a_directory
    ),
    Operation("scimDirectory", "scimDirectory(id: $id) { id baseUrl groups { name } }", ADMIN, prepare=an_id),
]
MUTATIONS = [
    Operation("createScimDirectory", DIRECTORY, ADMIN, prepare=a_new_directory),
    Operation("updateScimDirectory", DIRECTORY, ADMIN, prepare=a_changed_directory),
    Operation("mapScimGroups", DIRECTORY, ADMIN, prepare=a_mapping),
    Operation("enableScimDirectory", DIRECTORY, ADMIN, prepare=the_directory),
    Operation("disableScimDirectory", DIRECTORY, ADMIN, prepare=the_directory),
    Operation("deleteScimDirectory", "... on Done { message }" + PROBLEMS, ADMIN, prepare=a_directory_to_delete),
    Operation("createScimToken", TOKEN + PROBLEMS, ADMIN, prepare=a_new_token),
    Operation("rotateScimToken", TOKEN + PROBLEMS, ADMIN, prepare=the_token),
    Operation("revokeScimToken", "... on ScimToken { id }" + REFUSALS, ADMIN, prepare=the_token),
]
