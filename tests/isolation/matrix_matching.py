"""Who may say what about matches, weigh them, and be told how they stand among them."""

from typing import Any

from tests.factories import PROBLEMS, project
from tests.isolation.matrix import A_CTO, ADMIN, EVERYBODY, OTHER_CLIENT, OWNER, Cast, Operation, the_cto, the_project

CTO = "... on Cto { id }" + PROBLEMS


async def a_published_project(cast: Cast) -> dict[str, Any]:
    created = await cast.client.mutate("createProject", "... on Project { id }" + PROBLEMS, project())
    await cast.client.mutate("publishProject", "__typename", {"projectId": created["id"]})
    return {"id": created["id"]}


async def a_match(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    await cast.market.fetch("delete from match_feedback")
    return {"projectId": cast.project_id, "ctoId": str(cast.cto.id)}


async def a_dismissed_match(cast: Cast) -> dict[str, Any]:
    match = await a_match(cast)
    await cast.client.mutate("dismissMatch", "__typename", match)
    return match


async def other_weights(cast: Cast) -> dict[str, Any]:
    (row,) = await cast.market.fetch("select coalesce(max(revision), 0) as revision from tenant_match_weights")
    return {"factors": {"rate": 1.5}, "revision": row["revision"]}


QUERIES = [
    Operation("dismissedMatches", "dismissedMatches(projectId: $id) { cto { id } }", OWNER, OTHER_CLIENT, the_project),
    Operation("matchWeights", "matchWeights { version weights { component weight } }", ADMIN),
    Operation("matchWeightsEffect", "matchWeightsEffect(factors: {rate: 2}) { title entering }", ADMIN),
    Operation("recommendedProjects", "recommendedProjects { project { id } }", A_CTO),
    Operation("projectFit", "projectFit(projectId: $id) { place }", A_CTO, prepare=a_published_project),
    Operation("similarCtos", "similarCtos(ctoId: $id) { id }", EVERYBODY, prepare=the_cto),
]
MUTATIONS = [
    Operation("dismissMatch", CTO, OWNER, blind=OTHER_CLIENT, prepare=a_match),
    Operation("restoreMatch", CTO, OWNER, blind=OTHER_CLIENT, prepare=a_dismissed_match),
    Operation("changeMatchWeights", "... on MatchWeights { revision }" + PROBLEMS, ADMIN, prepare=other_weights),
]
