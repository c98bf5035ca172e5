"""What a client says of matches changes the list at once, and can be taken back."""

import pytest
from tests.domains.matching.test_matches import create, ids_of
from tests.factories import PROBLEMS, Marketplace

DISMISSED = "query($id: ID!) { dismissedMatches(projectId: $id) { reason cto { id } } }"


async def dismiss(person, project_id: str, cto, **more) -> dict:
    value = {"projectId": project_id, "ctoId": str(cto.id), **more}
    return await person.mutate("dismissMatch", "... on Cto { id }" + PROBLEMS, value)


async def restore(person, project_id: str, cto) -> dict:
    return await person.mutate(
        "restoreMatch", "... on Cto { id }" + PROBLEMS, {"projectId": project_id, "ctoId": str(cto.id)}
    )


async def test_whoever_is_dismissed_is_gone_at_once_and_back_on_undo(market: Marketplace):
    one, two = await market.listed_cto(), await market.listed_cto()
    owner = await market.join("client")
    project_id, other_project = await create(owner), await create(owner)
    assert (await dismiss(owner, project_id, one, reason="RATE"))["__typename"] == "Cto"
    assert await ids_of(owner, project_id) == {str(two.id)}
    assert await ids_of(owner, other_project) == {str(one.id), str(two.id)}
    (said,) = (await owner.query(DISMISSED, id=project_id))["dismissedMatches"]
    assert said == {"reason": "RATE", "cto": {"id": str(one.id)}}
    # Another word on it replaces the first.
    await dismiss(owner, project_id, one)
    (said,) = (await owner.query(DISMISSED, id=project_id))["dismissedMatches"]
    assert said["reason"] is None
    assert (await restore(owner, project_id, one))["__typename"] == "Cto"
    assert await ids_of(owner, project_id) == {str(one.id), str(two.id)}
    refused = await restore(owner, project_id, one)
    assert refused["code"] == "no_feedback_given"


async def test_only_the_owner_says_who_is_not_relevant(market: Marketplace, other_market: Marketplace):
    cto, owner, other = await market.listed_cto(), await market.join("client"), await market.join("client")
    admin, stranger = await market.join("admin"), await other_market.join("client")
    project_id = await create(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    codes = [(await dismiss(person, project_id, cto)).get("code") for person in (other, stranger, admin, cto.person)]
    assert codes == ["not_found", "not_found", "forbidden", "forbidden"]
    assert await ids_of(owner, project_id) == {str(cto.id)}
    for person in (other, stranger):
        answer = await person.graphql(DISMISSED, id=project_id)
        assert answer["errors"][0]["extensions"]["code"] == "not_found"


async def test_nobody_is_dismissed_who_is_not_listed_here(market: Marketplace, other_market: Marketplace):
    abroad, owner = await other_market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    assert (await dismiss(owner, project_id, abroad))["code"] == "not_found"


async def test_whoever_is_not_listed_any_more_is_not_shown_by_taking_feedback_back(market: Marketplace):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    await dismiss(owner, project_id, cto)
    await cto.person.mutate("pauseCtoProfile", "... on Cto { status }")
    assert await restore(owner, project_id, cto) == {
        "__typename": "Refusal",
        "code": "not_found",
        "message": "There is no such CTO.",
    }


async def test_each_word_of_feedback_is_audited(market: Marketplace):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    await dismiss(owner, project_id, cto, reason="STAGE")
    await restore(owner, project_id, cto)
    rows = await market.fetch("select action, details from audit_events where action like 'matching.%' order by id")
    assert [row["action"] for row in rows] == ["matching.match.dismissed", "matching.match.restored"]


@pytest.mark.parametrize("reason", ["NO_SUCH_REASON"])
async def test_an_unknown_reason_is_refused(market: Marketplace, reason: str):
    cto, owner = await market.listed_cto(), await market.join("client")
    answer = await owner.graphql(
        "mutation($input: DismissMatchInput!) { dismissMatch(input: $input) { __typename } }",
        input={"projectId": await create(owner), "ctoId": str(cto.id), "reason": reason},
    )
    assert answer["errors"]
