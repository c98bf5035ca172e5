"""Who may do what about projects beyond posting them."""

from typing import Any

from tests.factories import PROBLEMS
from tests.isolation.matrix import OTHER_CLIENT, OWNER, Cast, Operation, Prepare

PROJECT = "... on Project { id }" + PROBLEMS


def a_project(status: str) -> Prepare:
    """The owner's project in a state."""

    async def prepare(cast: Cast) -> dict[str, Any]:
        await cast.market.fetch("update projects set status = $1 where id = $2", status, cast.project_id)
        return {"projectId": cast.project_id}

    return prepare


QUERIES: list[Operation] = []

MUTATIONS = [
    Operation("pauseProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("published")),
    Operation("resumeProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("paused")),
    Operation("duplicateProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_project("draft")),
]
