"""Refusals are part of the answer, and leave nothing behind."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.factories import PROBLEMS, Marketplace, profile, project

from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.projects.repository import ProjectRepository
from ctorendang.domains.search.service import SearchService

TABLES = ("users", "ctos", "cto_skills", "reviews", "projects", "project_skills", "outbox", "audit_events")


async def contents(market: Marketplace) -> dict[str, list[str]]:
    return {table: sorted(row[0] for row in await market.fetch(f"select r::text from {table} r")) for table in TABLES}


async def test_a_typed_refusal_takes_everything_back(market: Marketplace):
    client, cto, admin = await market.join("client"), await market.listed_cto(), await market.join("admin")
    created = await client.mutate("createProject", "... on Project { id }", project())
    await client.mutate("closeProject", "... on Project { id }", {"projectId": created["id"]})
    before = await contents(market)
    refused = [
        (client, "createProject", project(skills=["Kubernetes", "Basket weaving under water"])),
        (client, "createProject", project(budget=-1)),
        (client, "createProject", project(description="x" * 10_001)),
        (client, "updateProject", {"projectId": created["id"], "title": "Too late"}),
        (client, "closeProject", {"projectId": created["id"]}),
        (client, "publishProject", {"projectId": str(uuid4())}),
        (client, "writeReview", {"ctoId": str(cto.id), "rating": 6, "body": "Good"}),
        (client, "approveCto", {"ctoId": str(cto.id)}),
        (cto.person, "updateCtoProfile", profile(skills=[{"name": "Kubernetes", "level": 9}])),
        (cto.person, "createProject", project()),
        (admin, "approveCto", {"ctoId": str(cto.id)}),
        (admin, "declineCto", {"ctoId": str(cto.id), "reason": " "}),
        (admin, "setMemberRoles", {"memberId": str(client.id), "roles": []}),
    ]
    for person, mutation, value in refused:
        answer = await person.mutate(mutation, PROBLEMS, value)
        assert answer["__typename"] in {"Refusal", "InvalidInput"}, (mutation, answer)
        assert await contents(market) == before, mutation


async def test_a_program_learns_the_code_and_a_person_the_words(market: Marketplace):
    client = await market.join("client")
    assert await client.mutate("submitCtoProfile", PROBLEMS) == {
        "__typename": "Refusal",
        "code": "forbidden",
        "message": "Your role does not allow this. An administrator can change it under Members.",
    }
    visitor = await market.mutate("createProject", PROBLEMS, project())
    assert visitor["code"] == "sign_in_required"


async def test_every_field_that_is_wrong_is_named(market: Marketplace):
    client = await market.join("client")
    bad = project(
        title="", budget=-1, maxHourlyRate=-1, hoursPerWeek=0, startsOn="1900-01-01", industry="Alchemy", skills=["?"]
    )
    answer = await client.mutate("createProject", PROBLEMS, bad)
    named = {each["field"] for each in answer["fields"]}
    assert named == {"title", "budget", "maxHourlyRate", "hoursPerWeek", "startsOn", "industry", "skills"}


@pytest.mark.parametrize(
    "change",
    [
        {"budget": 2**31},
        {"startsOn": "2026-02-30"},
        {"startsOn": "soon"},
        {"title": None},
        {"skills": "Basket weaving"},
        {"colour": "red"},
    ],
    ids=str,
)
async def test_a_value_of_another_type_is_a_bad_request_and_no_failure(market: Marketplace, change):
    client = await market.join("client")
    source = "mutation($input: CreateProjectInput!) { createProject(input: $input) { __typename } }"
    answer = await client.graphql(source, input=project(**change))
    if change == {"skills": "Basket weaving"}:  # GraphQL takes one value for a list of one
        assert answer["data"]["createProject"]["__typename"] == "InvalidInput"
    else:
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["bad_request"]
    assert await market.fetch("select from projects") == []


@pytest.fixture
def broken_names(monkeypatch) -> Iterator[str]:
    """A defect in the product, with something that nobody must read."""
    secret = f"postgresql://app:{uuid4().hex}@db/ctorendang"

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(CtoService, "page", fail)
    monkeypatch.setattr(SearchService, "find", fail)
    monkeypatch.setattr(ProjectRepository, "put_skills", fail)
    return secret


async def test_a_failure_is_answered_without_saying_what_failed(market: Marketplace, broken_names):
    response = await market.post_graphql("{ tenant { slug } ctos { totalCount } }")
    body = response.json()
    assert broken_names not in response.text
    assert body["data"] is None
    (error,) = body["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"] == {"code": "internal_error"}
    assert error["path"] == ["ctos"]


async def test_a_failure_in_a_mutation_takes_everything_back(market: Marketplace, broken_names):
    client = await market.join("client")
    before = await contents(market)
    source = "mutation($input: CreateProjectInput!) { createProject(input: $input) { __typename } }"
    answer = await client.graphql(source, input=project(skills=["Kubernetes"]))
    assert answer["errors"][0]["extensions"]["code"] == "internal_error"
    assert broken_names not in str(answer)
    assert await contents(market) == before


async def test_a_failure_on_a_page_is_a_themed_page_with_a_reference(market: Marketplace, client, broken_names):
    page = await client.get("/ctos")
    assert page.status_code == 500
    assert page.headers["x-request-id"] in page.text
    assert broken_names not in page.text
    assert "Traceback" not in page.text
    assert f"Market {market.slug}" in page.text


async def test_a_refused_field_neither_fails_the_others_nor_breaks_their_connection(market: Marketplace):
    both = '{ ctos(after: "garbage") { totalCount } ctoFacets { total skills { count } } skills { name } }'
    for _ in range(20):
        answer = await market.graphql(both)
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["invalid_input"]
    assert (await market.graphql("{ ctoFacets { total } }"))["data"] == {"ctoFacets": {"total": 0}}
