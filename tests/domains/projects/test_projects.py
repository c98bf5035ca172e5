"""Projects: written, published, closed, and seen by those whose business they are."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import PROBLEMS, Marketplace, Person, project, sign_in, submit

PROJECT = (
    "... on Project { id title description status industry budget currency maxHourlyRate hoursPerWeek startsOn"
    " skills { name } owner { name } }" + PROBLEMS
)


async def create(person: Person, **changes: object) -> dict:
    created = await person.mutate("createProject", PROJECT, project(**changes))
    assert created["__typename"] == "Project", created
    return created


async def step(person: Person, mutation: str, project_id: str) -> dict:
    return await person.mutate(mutation, PROJECT, {"projectId": project_id})


async def seen(person: Person, project_id: str) -> bool:
    answer = await person.query("query($id: ID!) { project(id: $id) { id } }", id=project_id)
    return answer["project"] is not None


async def titles(person: Person, **wanted: str) -> list[str]:
    query = "query($filter: ProjectFilter) { projects(filter: $filter) { totalCount edges { node { title } } } }"
    found = (await person.query(query, filter=wanted))["projects"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["title"] for edge in found["edges"]]


async def test_a_title_and_a_description_are_enough(market: Marketplace):
    client = await market.join("client")
    created = await create(client)
    assert (created["status"], created["currency"], created["owner"]["name"]) == ("DRAFT", "EUR", "Ada Person")
    assert [created[name] for name in ("budget", "industry", "maxHourlyRate", "hoursPerWeek", "startsOn")] == [None] * 5
    assert created["skills"] == []


async def test_a_project_goes_from_draft_to_published_to_closed(market: Marketplace):
    client = await market.join("client")
    id_ = (await create(client))["id"]
    assert (await step(client, "publishProject", id_))["status"] == "PUBLISHED"
    assert (await step(client, "publishProject", id_))["code"] == "project_already_published"
    assert (await step(client, "closeProject", id_))["status"] == "CLOSED"
    for mutation in ("publishProject", "closeProject"):
        assert (await step(client, mutation, id_))["code"] == "project_already_closed"
    update = await client.mutate("updateProject", PROJECT, {"projectId": id_, "title": "Too late"})
    assert update["code"] == "project_already_closed"


async def test_a_draft_may_be_closed_without_ever_being_published(market: Marketplace):
    client = await market.join("client")
    assert (await step(client, "closeProject", (await create(client))["id"]))["status"] == "CLOSED"


async def test_a_change_leaves_alone_what_it_does_not_mention_and_null_takes_away(market: Marketplace):
    client = await market.join("client")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    said = {
        "budget": 5_000_000,
        "maxHourlyRate": 15_000,
        "hoursPerWeek": 8,
        "startsOn": tomorrow,
        "industry": "Banking",
    }
    created = await create(client, skills=["Rust", "Kubernetes"], **said)
    id_ = created["id"]
    changed = await client.mutate("updateProject", PROJECT, {"projectId": id_, "title": "Renamed"})
    assert changed == {**created, "title": "Renamed"}
    emptied = await client.mutate(
        "updateProject", PROJECT, {"projectId": id_, **dict.fromkeys(said), "skills": ["k8s"]}
    )
    assert emptied == {**changed, **dict.fromkeys(said), "skills": [{"name": "Kubernetes"}]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 141}, "title"),
        ({"title": "Two\nlines"}, "title"),
        ({"description": ""}, "description"),
        ({"description": "x" * 10_001}, "description"),
        ({"industry": "Alchemy"}, "industry"),
        ({"budget": -1}, "budget"),
        ({"maxHourlyRate": -1}, "maxHourlyRate"),
        ({"maxHourlyRate": 1_000_001}, "maxHourlyRate"),
        ({"hoursPerWeek": 0}, "hoursPerWeek"),
        ({"hoursPerWeek": 61}, "hoursPerWeek"),
        ({"hoursPerWeek": -8}, "hoursPerWeek"),
        ({"lengthWeeks": 0}, "lengthWeeks"),
        ({"lengthWeeks": -4}, "lengthWeeks"),
        ({"lengthWeeks": 261}, "lengthWeeks"),
        ({"currency": "USD", "budget": 1}, "currency"),
        ({"stage": "unicorn"}, "stage"),
        ({"goals": "x" * 4_001}, "goals"),
        ({"deliverables": ["Two\nlines"]}, "deliverables"),
        ({"deliverables": ["x" * 201]}, "deliverables"),
        ({"deliverables": ["A plan"] * 16}, "deliverables"),
        ({"niceSkills": ["Nothing we know"]}, "niceSkills"),
        ({"niceSkills": ["Rust"] * 21}, "niceSkills"),
        ({"skills": ["Kubernetes"], "niceSkills": ["k8s"]}, "niceSkills"),
        ({"startsOn": "1999-01-01"}, "startsOn"),
        ({"startsOn": "9999-12-31"}, "startsOn"),
        ({"skills": ["\0"]}, "skills"),
        ({"skills": ["Rust"] * 21}, "skills"),
    ],
)
async def test_what_a_project_cannot_say_is_named_new_or_changed(market: Marketplace, change, field):
    client = await market.join("client")
    refused = await client.mutate("createProject", PROJECT, project(**change))
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await market.fetch("select from projects") == []
    created = await create(client)
    refused = await client.mutate("updateProject", PROJECT, {"projectId": created["id"], **change})
    assert [each["field"] for each in refused["fields"]] == [field]
    answer = await client.query("query($id: ID!) { project(id: $id) { title description } }", id=created["id"])
    assert answer["project"] == {"title": created["title"], "description": created["description"]}


async def test_a_draft_is_its_owners_and_a_published_project_every_ctos(market: Marketplace):
    owner, other = await market.join("client"), await market.join("client")
    cto, admin = await market.join("cto"), await market.join("admin")
    id_ = (await create(owner))["id"]
    who = {"owner": owner, "other": other, "cto": cto, "admin": admin}

    async def seeing() -> set[str]:
        found = {name for name, person in who.items() if await seen(person, id_)}
        assert found == {name for name, person in who.items() if await titles(person)}
        return found

    assert await seeing() == {"owner", "admin"}
    await step(owner, "publishProject", id_)
    assert await seeing() == {"owner", "cto", "admin"}
    await step(owner, "closeProject", id_)
    assert await seeing() == {"owner", "admin"}


@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_nobody_else_changes_a_project(market: Marketplace, role):
    owner, other = await market.join("client"), await market.join(role)
    created = await create(owner)
    await step(owner, "publishProject", created["id"])
    for mutation, value in (("updateProject", {"title": "Taken over"}), ("publishProject", {}), ("closeProject", {})):
        refused = await other.mutate(mutation, PROJECT, {"projectId": created["id"], **value})
        assert refused["code"] in {"forbidden", "not_found"}
    (row,) = await market.fetch("select title, status from projects")
    assert tuple(row) == (created["title"], "published")


async def test_visitors_are_asked_to_sign_in(market: Marketplace, client):
    answer = await market.graphql("{ projects { totalCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "sign_in_required"
    for path in ("/projects", "/projects/new", "/projects/x/edit"):
        assert (await client.get(path)).status_code == 401


async def test_projects_are_found_by_status_and_title_newest_first(market: Marketplace):
    client = await market.join("client")
    first = await create(client, title="Payments platform")
    await create(client, title="100% uptime_plan", description="Warehouses that stay open.")
    await step(client, "publishProject", first["id"])
    assert await titles(client) == ["100% uptime_plan", "Payments platform"]
    assert await titles(client, status="PUBLISHED") == ["Payments platform"]
    assert await titles(client, search="PAYMENTS") == ["Payments platform"]
    assert await titles(client, search="%") == ["100% uptime_plan"]
    assert await titles(client, search="_") == ["100% uptime_plan"]
    assert await titles(client, search="x%y") == []


async def test_the_wizard_keeps_every_step_and_goes_where_the_button_leads(market: Marketplace, client):
    person = await market.join("client")
    await sign_in(client, person)
    begun = await submit(
        client, "/projects/new", "/projects", {"title": "Move to Kubernetes", "description": "Lead us."}
    )
    edit = begun.headers["location"].partition("?")[0]
    assert begun.headers["location"] == f"{edit}?step=skills"
    id_ = edit.split("/")[2]
    steps = [
        (
            "skills",
            {"skills": ["Kubernetes", "Terraform", ""], "industry": "Banking", "go": "next"},
            f"{edit}?step=terms",
        ),
        (
            "terms",
            {"budget": "50000", "maxHourlyRate": "150.50", "hoursPerWeek": "8", "go": "back"},
            f"{edit}?step=skills",
        ),
        ("about", {"title": "Move to the cloud", "description": "Lead us.", "go": "exit"}, f"/projects/{id_}"),
    ]
    for name, fields, leads_to in steps:
        answer = await submit(client, f"{edit}?step={name}", f"{edit}?step={name}", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    (row,) = await market.fetch("select title, budget, max_hourly_rate, hours_per_week, industry, status from projects")
    assert tuple(row) == ("Move to the cloud", 5_000_000, 15_050, 8, "Banking", "draft")
    assert len(await market.fetch("select from project_skills")) == 2
    published = await submit(client, f"{edit}?step=review", f"/projects/{id_}/publish", {})
    assert published.headers["location"] == f"/projects/{id_}"
    assert (await market.fetch("select status from projects"))[0]["status"] == "published"


async def test_a_refused_step_is_shown_again_with_what_was_typed(market: Marketplace, client):
    person = await market.join("client")
    await sign_in(client, person)
    edit = f"/projects/{(await create(person))['id']}/edit?step=terms"
    answer = await submit(client, edit, edit, {"budget": "lots", "hoursPerWeek": "80", "maxHourlyRate": "100"})
    assert answer.status_code == 422
    assert 'value="lots"' in answer.text
    (row,) = await market.fetch("select budget, hours_per_week, max_hourly_rate from projects")
    assert tuple(row) == (None, None, None)


async def test_anothers_project_is_not_found_on_any_page(market: Marketplace, client):
    owner, other = await market.join("client"), await market.join("client")
    id_ = (await create(owner))["id"]
    await sign_in(client, other)
    for path in (f"/projects/{id_}", f"/projects/{id_}/edit"):
        assert (await client.get(path)).status_code == 404
    for action in ("publish", "close", "edit?step=about"):
        fields = {"title": "Taken over", "description": "Mine now."}
        assert (await submit(client, "/account", f"/projects/{id_}/{action}", fields)).status_code == 404
    assert (await market.fetch("select status from projects"))[0]["status"] == "draft"
