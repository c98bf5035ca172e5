"""Who may do what about projects beyond posting them."""

from typing import Any

from tests.factories import PROBLEMS
from tests.isolation.matrix import CLIENTS, OTHER_CLIENT, OWNER, Cast, Operation, Prepare

PROJECT = "... on Project { id }" + PROBLEMS


def a_project(status: str) -> Prepare:
    """The owner's project in a state."""

    async def prepare(cast: Cast) -> dict[str, Any]:
        await cast.market.fetch("update projects set status = $1 where id = $2", status, cast.project_id)
        return {"projectId": cast.project_id}

    return prepare


async def a_listed_cto(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    return {}


async def a_cto_to_invite(cast: Cast) -> dict[str, Any]:
    """Not invited yet."""
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    await cast.market.fetch_as("worker", "delete from project_invitations")
    return {**await a_project("draft")(cast), "ctoId": str(cast.cto.id)}


async def an_invited_cto(cast: Cast) -> dict[str, Any]:
    value = await a_cto_to_invite(cast)
    await cast.market.fetch_as(
        "worker",
        "insert into project_invitations (tenant_id, project_id, cto_id, owner_id, user_id)"
        " values ($1, $2, $3, $4, $5)",
        cast.market.id,
        cast.project_id,
        cast.cto.id,
        cast.client.id,
        cast.cto.person.id,
    )
    return value


async def a_file(cast: Cast) -> dict[str, Any]:
    (made,) = await cast.market.fetch(
        "insert into project_attachments (tenant_id, project_id, name, media_type, size, key)"
        " values ($1, $2, 'a.txt', 'text/plain', 1, 'nowhere') returning id",
        cast.market.id,
        cast.project_id,
    )
    return {**await a_project("draft")(cast), "attachmentId": str(made["id"])}


QUERIES: list[Operation] = [
    Operation("candidates", 'candidates(search: "persom") { id }', CLIENTS, prepare=a_listed_cto),
]

MUTATIONS = [
    Operation("pauseProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("published")),
    Operation("resumeProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("paused")),
    Operation("duplicateProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("draft")),
    Operation("inviteToProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_cto_to_invite),
    Operation("withdrawProjectInvitation", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=an_invited_cto),
    Operation("removeProjectAttachment", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_file),
]
