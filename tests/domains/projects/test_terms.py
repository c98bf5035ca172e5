"""What a project says beyond its text, and its way from draft to closed and back."""

import pytest
from tests.factories import PROBLEMS, Marketplace, Person, project

PROJECT = (
    "... on Project { id title description status visibility stage goals deliverables lengthWeeks ndaRequired version"
    " budget currency startsOn skills { name } niceSkills { name } }" + PROBLEMS
)
TERMS = {
    "stage": "growth",
    "goals": "Releases within a day.",
    "deliverables": ["A plan", "A coached team"],
    "lengthWeeks": 26,
    "ndaRequired": True,
    "visibility": "INVITED",
}


async def create(person: Person, **changes: object) -> dict:
    created = await person.mutate("createProject", PROJECT, project(**changes))
    assert created["__typename"] == "Project", created
    return created


async def act(person: Person, mutation: str, project_id: str, **value: object) -> dict:
    return await person.mutate(mutation, PROJECT, {"projectId": project_id, **value})


async def test_terms_are_kept_and_taken_away(market: Marketplace):
    client = await market.join("client")
    created = await create(client, **TERMS, currency="EUR")
    assert {name: created[name] for name in TERMS} == TERMS
    emptied = {"stage": None, "goals": "", "deliverables": [], "lengthWeeks": None, "ndaRequired": False}
    changed = await act(client, "updateProject", created["id"], **emptied)
    assert changed == {**created, **emptied, "version": 2}


async def test_a_project_without_terms_is_open_to_all_and_asks_for_no_agreement(market: Marketplace):
    created = await create(await market.join("client"))
    assert (created["visibility"], created["ndaRequired"], created["version"]) == ("TENANT", False, 1)
    assert (created["deliverables"], created["goals"], created["niceSkills"]) == ([], "", [])


async def test_what_must_be_known_and_what_would_help_are_told_apart(market: Marketplace):
    client = await market.join("client")
    created = await create(client, skills=["Kubernetes"], niceSkills=["Rust"])
    assert (created["skills"], created["niceSkills"]) == ([{"name": "Kubernetes"}], [{"name": "Rust"}])
    turned = await act(client, "updateProject", created["id"], skills=["Rust"], niceSkills=["Kubernetes"])
    assert (turned["skills"], turned["niceSkills"]) == ([{"name": "Rust"}], [{"name": "Kubernetes"}])
    kept = await act(client, "updateProject", created["id"], title="Another title")
    assert (kept["skills"], kept["niceSkills"]) == (turned["skills"], turned["niceSkills"])
    rows = await market.fetch("select importance from project_skills order by importance")
    assert [row["importance"] for row in rows] == ["must", "nice"]


async def test_of_two_who_change_the_same_version_the_second_is_told(market: Marketplace):
    client = await market.join("client")
    created = await create(client)
    first = await act(client, "updateProject", created["id"], version=1, title="The first")
    assert (first["title"], first["version"]) == ("The first", 2)
    second = await act(client, "updateProject", created["id"], version=1, title="The second")
    assert second["code"] == "project_changed_meanwhile"
    again = await act(client, "updateProject", created["id"], version=2, title="The second")
    assert (again["title"], again["version"]) == ("The second", 3)
    published = await act(client, "publishProject", created["id"])
    assert published["version"] == 3  # says the same as before


async def test_a_published_project_is_paused_and_goes_on(market: Marketplace):
    client, cto = await market.join("client"), await market.join("cto")
    id_ = (await create(client))["id"]

    async def seen() -> bool:
        answer = await cto.query("query($id: ID!) { project(id: $id) { id } }", id=id_)
        return answer["project"] is not None

    for mutation, code in (("pauseProject", "project_not_published"), ("resumeProject", "project_not_paused")):
        assert (await act(client, mutation, id_))["code"] == code
    await act(client, "publishProject", id_)
    assert await seen()
    assert (await act(client, "pauseProject", id_))["status"] == "PAUSED"
    assert not await seen()
    assert (await act(client, "pauseProject", id_))["code"] == "project_not_published"
    assert (await act(client, "publishProject", id_))["code"] == "project_already_published"
    assert (await act(client, "resumeProject", id_))["status"] == "PUBLISHED"
    assert await seen()
    await act(client, "closeProject", id_)
    for mutation in ("pauseProject", "resumeProject"):
        assert (await act(client, mutation, id_))["code"] == "project_already_closed"


async def test_a_copy_says_the_same_and_is_a_draft_of_its_own(market: Marketplace):
    client = await market.join("client")
    said = {**TERMS, "skills": ["Kubernetes"], "niceSkills": ["Rust"], "budget": 100}
    created = await create(client, **said, title="x" * 140)
    await act(client, "publishProject", created["id"])
    await act(client, "closeProject", created["id"])
    copy = await act(client, "duplicateProject", created["id"])
    assert copy["id"] != created["id"]
    assert copy["title"] == "x" * 130 + " (copy)"
    same = {name: value for name, value in created.items() if name not in {"id", "title"}}
    assert {name: copy[name] for name in same} == same
    (row,) = await market.fetch("select status from projects where id = $1", created["id"])
    assert row["status"] == "closed"


@pytest.mark.parametrize("mutation", ["pauseProject", "resumeProject", "duplicateProject"])
@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_nobody_else_moves_or_copies_a_project(market: Marketplace, role, mutation):
    owner, other = await market.join("client"), await market.join(role)
    id_ = (await create(owner))["id"]
    await act(owner, "publishProject", id_)
    refused = await act(other, mutation, id_)
    assert refused["code"] in {"forbidden", "not_found"}
    (row,) = await market.fetch("select status from projects")
    assert row["status"] == "published"


async def test_every_step_leaves_its_event(market: Marketplace):
    client = await market.join("client")
    id_ = (await create(client))["id"]
    for mutation in ("publishProject", "pauseProject", "resumeProject", "closeProject"):
        await act(client, mutation, id_)
    rows = await market.fetch(
        "select action from audit_events where action like 'projects.%' and subject_id = $1 order by id", id_
    )
    verbs = [row["action"].rpartition(".")[2] for row in rows]
    assert verbs == ["created", "published", "paused", "resumed", "closed"]
