"""What a CTO finds among the projects that others have published: by words, skills, industry, stage, rate and hours."""

from typing import Any

import pytest
from tests.factories import Marketplace, Marketplaces, Person, project, sign_in

OPEN = """
query($filter: ProjectFilter) {
  projects(first: 50, filter: $filter) { totalCount edges { node { title } } }
}
"""


@pytest.fixture(scope="module")
async def market(marketplaces: Marketplaces) -> Marketplace:
    """One for all tests here, which only read."""
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def cto(market: Marketplace) -> Person:
    return (await market.listed_cto()).person


async def post(owner: Person, title: str, *, publish: bool = True, **said: Any) -> str:
    created = await owner.mutate("createProject", "... on Project { id }", project(title=title, **said))
    assert created["__typename"] == "Project", created
    if publish:
        await owner.mutate("publishProject", "__typename", {"projectId": created["id"]})
    return created["id"]


@pytest.fixture(scope="module")
async def posted(market: Marketplace) -> dict[str, str]:
    owner = await market.join("client")
    made = {
        "split": await post(
            owner, "Split the monolith", description="Releases of the order system take a week.",
            goals="Two releases a day", skills=["Kubernetes", "C++"], niceSkills=["Rust"], industry="Banking",
            stage="growth", maxHourlyRate=15_000, hoursPerWeek=8,
        ),
        "stream": await post(
            owner, "Streams for the warehouse", description="Pickers wait for the nightly import.",
            skills=["Apache Kafka"], industry="Gaming", stage="seed", maxHourlyRate=9_000, hoursPerWeek=20,
        ),
        "unsaid": await post(owner, "Something with 100%", description="We shall see."),
    }  # fmt: skip
    await post(owner, "Not out yet", publish=False, skills=["Kubernetes"])
    await post(owner, "For a few", visibility="INVITED", skills=["Kubernetes"])
    return {
        title: name
        for name, title in zip(
            made, ("Split the monolith", "Streams for the warehouse", "Something with 100%"), strict=True
        )
    }


async def found(person: Person, posted: dict[str, str], **wanted: Any) -> set[str]:
    answer = (await person.query(OPEN, filter={"status": "PUBLISHED", "ofOthers": True, **wanted}))["projects"]
    assert answer["totalCount"] == len(answer["edges"])
    return {posted[edge["node"]["title"]] for edge in answer["edges"]}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {"split", "stream", "unsaid"}),
        ({"search": "monolith"}, {"split"}),
        ({"search": "ORDER systems"}, {"split"}),
        ({"search": "releas"}, {"split"}),
        ({"search": "two releases daily"}, set()),
        ({"search": "the"}, {"split", "stream", "unsaid"}),
        ({"search": "kafka"}, {"stream"}),
        ({"search": "k8s"}, {"split"}),
        ({"search": "c++"}, {"split"}),
        ({"search": "c++ monolith"}, {"split"}),
        ({"search": "kafka monolith"}, set()),
        ({"search": "100%"}, {"unsaid"}),
        ({"search": "%"}, {"unsaid"}),
        ({"search": "_"}, set()),
        ({"search": "'"}, set()),
        ({"search": "\\"}, set()),
        ({"search": "o'order\\ :* & |"}, set()),
        ({"search": "\0"}, {"split", "stream", "unsaid"}),
        ({"skills": ["Kubernetes"]}, {"split"}),
        ({"skills": ["k8s", "Rust"]}, {"split"}),
        ({"skills": ["Kubernetes", "Apache Kafka"]}, set()),
        ({"skills": ["No such skill"]}, set()),
        ({"skills": ["\0"]}, set()),
        ({"industries": ["Banking"]}, {"split"}),
        ({"industries": ["Banking", "Gaming"]}, {"split", "stream"}),
        ({"industries": ["\0"]}, set()),
        ({"stages": ["seed"]}, {"stream"}),
        ({"stages": ["growth", "seed"]}, {"split", "stream"}),
        ({"stages": ["unicorn"]}, set()),
        ({"minRate": 9_000}, {"split", "stream", "unsaid"}),
        ({"minRate": 9_001}, {"split", "unsaid"}),
        ({"minRate": 15_001}, {"unsaid"}),
        ({"maxHours": 8}, {"split", "unsaid"}),
        ({"maxHours": 7}, {"unsaid"}),
        ({"search": "system", "skills": ["Rust"], "industries": ["Banking"], "minRate": 10_000}, {"split"}),
    ],
)
async def test_a_cto_narrows_the_open_projects(market, cto, posted, wanted, expected):
    assert await found(cto, posted, **wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "field"),
    [({"minRate": -1}, "minRate"), ({"maxHours": -1}, "maxHours"), ({"maxHours": 169}, "maxHours")],
)
async def test_numbers_out_of_range_are_named(market, cto, wanted, field):
    answer = await cto.graphql(OPEN, filter=wanted)
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"
    assert field in str(answer["errors"][0])


async def test_ones_own_are_left_out_where_that_is_asked(market, posted):
    both = (await market.listed_cto()).person
    await market.fetch("update users set roles = array['cto', 'client'] where id = $1", both.id)
    await post(both, "My own undertaking")
    posted = {**posted, "My own undertaking": "own"}
    assert "own" not in await found(both, posted)
    assert "own" in await found(both, posted, ofOthers=False)
    await market.fetch("update projects set status = 'closed' where owner_id = $1", both.id)


async def test_the_page_holds_its_filters_in_the_address(market, cto, posted):
    async with market.browser() as browser:
        await sign_in(browser, cto)
        page = (await browser.get("/projects/open")).text
        assert all(title in page for title in posted)
        assert "For a few" not in page
        assert "Not out yet" not in page
        narrowed = await browser.get(
            "/projects/open",
            params={"search": "order", "skills": "Kubernetes", "stages": "growth", "minRate": "120", "maxHours": "16"},
        )
        assert "Split the monolith" in narrowed.text
        assert "Streams for the warehouse" not in narrowed.text
        assert "Remove filter" in narrowed.text
        nonsense = {"minRate": "lots", "maxHours": "1e9", "stages": "x", "industries": "\0", "after": "garbage"}
        nothing = await browser.get("/projects/open", params=nonsense)
        assert nothing.status_code == 200
        assert "No open project fits all of this" in nothing.text
        assert 'href="/projects/open"' in (await browser.get("/projects/matched")).text


@pytest.mark.parametrize(("role", "status"), [("client", 403), (None, 401)])
async def test_the_page_is_for_those_who_see_published_projects(market, role, status):
    async with market.browser() as browser:
        if role:
            await sign_in(browser, await market.join(role))
        assert (await browser.get("/projects/open")).status_code == status
