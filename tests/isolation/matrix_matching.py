"""Who may say what about matches, weigh them, and be told how they stand among them."""

from typing import Any

from tests.factories import PROBLEMS, project
from tests.isolation.matrix import (
    A_CTO,
    ADMIN,
    EVERYBODY,
    OTHER_CLIENT,
    OWNER,
    Cast,
    Operation,
    a_listed_profile,
    fresh,
    the_cto,
    the_project,
)

CTO = "... on Cto { id }" + PROBLEMS


async def a_published_project(cast: Cast) -> dict[str, Any]:
    client = await fresh(cast.client)
    created = await client.mutate("createProject", "... on Project { id }" + PROBLEMS, project())
    await client.mutate("publishProject", "__typename", {"projectId": created["id"]})
    return {"id": created["id"]}


async def a_project_that_fits(cast: Cast) -> dict[str, Any]:
    await a_listed_profile(cast)
    await a_published_project(cast)
    await cast.market.work_off()
    return {}


async def two_ctos(cast: Cast) -> dict[str, Any]:
    """The one, and another who is like them."""
    await a_listed_profile(cast)
    if len(await cast.market.fetch("select from ctos where status = 'listed'")) == 1:
        await cast.market.listed_cto()
    await cast.market.work_off()
    return await the_cto(cast)


async def a_match(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    await cast.market.fetch("delete from match_feedback")
    return {"projectId": cast.project_id, "ctoId": str(cast.cto.id)}


async def a_dismissed_match(cast: Cast) -> dict[str, Any]:
    match = await a_match(cast)
    dismissed = await (await fresh(cast.client)).mutate("dismissMatch", CTO, match)
    assert dismissed["__typename"] == "Cto", dismissed
    return match


async def the_project_with_a_dismissed_match(cast: Cast) -> dict[str, Any]:
    await a_dismissed_match(cast)
    return await the_project(cast)


async def other_weights(cast: Cast) -> dict[str, Any]:
    (row,) = await cast.market.fetch("select coalesce(max(revision), 0) as revision from tenant_match_weights")
    return {"factors": {"rate": 1.5}, "revision": row["revision"]}


QUERIES = [
    Operation(
        "dismissedMatches",
        "dismissedMatches(projectId: $id) { cto { id } }",
        OWNER,
        OTHER_CLIENT,
        the_project_with_a_dismissed_match,
    ),
    Operation("matchWeights", "matchWeights { version weights { component weight } }", ADMIN),
    Operation("matchWeightsEffect", "matchWeightsEffect(factors: {rate: 2}) { title entering }", ADMIN),
    Operation("recommendedProjects", "recommendedProjects { project { id } }", A_CTO, prepare=a_project_that_fits),
    Operation("projectFit", "projectFit(projectId: $id) { place }", A_CTO, prepare=a_published_project),
    Operation("similarCtos", "similarCtos(ctoId: $id) { id }", EVERYBODY, prepare=two_ctos),
]
MUTATIONS = [
    Operation("dismissMatch", CTO, OWNER, blind=OTHER_CLIENT, prepare=a_match),
    Operation("restoreMatch", CTO, OWNER, blind=OTHER_CLIENT, prepare=a_dismissed_match),
    Operation("changeMatchWeights", "... on MatchWeights { revision }" + PROBLEMS, ADMIN, prepare=other_weights),
]
