"""What the list of projects tells its owner to do next."""

import httpx
import pytest
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person, project, sign_in

CREATED = "... on Project { id }" + PROBLEMS


@pytest.fixture
async def owner(market: Marketplace, client: httpx.AsyncClient) -> Person:
    owner = await market.join("client")
    await sign_in(client, owner)
    return owner


async def create(owner: Person, **changes: object) -> str:
    return (await owner.mutate("createProject", CREATED, project(**changes)))["id"]


async def press(owner: Person, mutation: str, id_: str) -> None:
    assert (await owner.mutate(mutation, CREATED, {"projectId": id_}))["__typename"] == "Project"


async def steps(client: httpx.AsyncClient) -> str:
    answer = await client.get("/projects")
    assert answer.status_code == 200
    return answer.text.partition("next-steps")[2].partition("</section>")[0]


async def test_each_state_has_its_next_step(client, owner):
    assert await steps(client) == ""  # the empty page says what to do by itself
    id_ = await create(owner)
    assert f"/projects/{id_}/edit?step=review" in await steps(client)
    await press(owner, "publishProject", id_)
    assert f"/projects/{id_}#matches" in await steps(client)
    await press(owner, "pauseProject", id_)
    assert "Resume or close" in await steps(client)
    await press(owner, "closeProject", id_)
    assert "Nothing waits for you" in await steps(client)


async def test_a_project_for_invited_ctos_asks_for_invitations(market: Marketplace, client, owner):
    id_ = await create(owner, visibility="INVITED")
    await press(owner, "publishProject", id_)
    assert f"/projects/{id_}/edit?step=access" in await steps(client)
    cto: ListedCto = await market.listed_cto()
    await owner.mutate("inviteToProject", CREATED, {"projectId": id_, "ctoId": str(cto.id)})
    assert "Look at matches" in await steps(client)


async def test_who_is_talked_to_takes_the_place_of_matches(market: Marketplace, client, owner):
    id_ = await create(owner)
    await press(owner, "publishProject", id_)
    cto = await market.listed_cto()
    await owner.mutate("shortlistCto", PROBLEMS, {"projectId": id_, "ctoId": str(cto.id)})
    shown = await steps(client)
    assert "Look at matches" not in shown


@pytest.mark.parametrize("role", ["cto", "admin"])
async def test_others_are_told_of_no_steps(market: Marketplace, role):
    other = await market.join(role)
    async with market.browser() as browser:
        await sign_in(browser, other)
        assert await steps(browser) == ""


async def test_the_page_of_a_project_says_everything_and_has_its_buttons(client, owner):
    terms = {
        "goals": "It runs.", "deliverables": ["A plan"], "lengthWeeks": 26, "ndaRequired": True, "stage": "seed",
        "niceSkills": ["Rust"],
    }  # fmt: skip
    id_ = await create(owner, **terms)
    shown = (await client.get(f"/projects/{id_}")).text
    for text in ("It runs.", "A plan", "26 weeks", "NDA", "Seed, up to", "Rust", f"{id_}/publish", f"{id_}/duplicate"):
        assert text in shown
    await press(owner, "publishProject", id_)
    shown = (await client.get(f"/projects/{id_}")).text
    assert f"{id_}/pause" in shown
    assert f"{id_}/close" in shown
    await press(owner, "closeProject", id_)
    shown = (await client.get(f"/projects/{id_}")).text
    assert f"{id_}/pause" not in shown
    assert f"{id_}/duplicate" in shown
