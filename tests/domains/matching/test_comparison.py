"""Two to four CTOs side by side, through the API and as a page."""

import re
from uuid import uuid4

import pytest
from tests.factories import PROBLEMS, Marketplace, Person, project, sign_in

COMPARE = """query($ctos: [ID!]!, $project: ID) { comparison(ctoIds: $ctos, projectId: $project) {
    missing project { id }
    ctos { obstacle match { score concern explanation { weight value } } cto { id }
        skills { name must standing } calendar { timeZone openHours } }
} }"""
MATCHES = "query($id: ID!) { matches(projectId: $id) { score cto { id } } }"


async def post(owner: Person, **changes) -> str:
    created = await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project(**changes))
    assert created["__typename"] == "Project", created
    return created["id"]


async def compare(person: Person, *ctos: object, project_id: str | None = None) -> dict:
    return (await person.query(COMPARE, ctos=[str(each) for each in ctos], project=project_id))["comparison"]


async def page(market: Marketplace, person: Person | None, *ctos: object, project_id: str = "") -> tuple[int, str]:
    async with market.browser() as browser:
        if person:
            await sign_in(browser, person)
        said = [("cto", str(each)) for each in ctos] + ([("project", project_id)] if project_id else [])
        answer = await browser.get("/compare", params=said)
        return answer.status_code, answer.text.split("<main")[1]


async def test_they_stand_in_the_order_asked_with_the_scores_of_the_list(market: Marketplace):
    one = await market.listed_cto(skills=[{"name": "Kubernetes", "level": 5}])
    two = await market.listed_cto(skills=[{"name": "Terraform", "level": 2}])
    owner = await market.join("client")
    project_id = await post(owner, skills=["Kubernetes"], niceSkills=["Terraform"])
    await market.work_off()
    listed = {each["cto"]["id"]: each["score"] for each in (await owner.query(MATCHES, id=project_id))["matches"]}
    found = await compare(owner, two.id, one.id, two.id, project_id=project_id)
    assert (found["missing"], found["project"]["id"]) == (0, project_id)
    assert [each["cto"]["id"] for each in found["ctos"]] == [str(two.id), str(one.id)]
    for each in found["ctos"]:
        assert each["match"]["score"] == pytest.approx(listed[each["cto"]["id"]])
        parts = each["match"]["explanation"]
        assert sum(part["weight"] * part["value"] for part in parts) == pytest.approx(each["match"]["score"])
        assert each["calendar"]["timeZone"] == "Europe/Berlin"
    asked = [[(skill["name"], skill["must"]) for skill in each["skills"]] for each in found["ctos"]]
    assert asked[0] == asked[1] == [("Kubernetes", True), ("Terraform", False)]
    assert [skill["standing"] for skill in found["ctos"][1]["skills"]] == ["HAS", "LACKS"]
    assert found["ctos"][0]["skills"][1]["standing"] == "HAS"


async def test_whoever_is_not_on_the_list_is_told_why(market: Marketplace):
    dear, busy, out = (
        await market.listed_cto(hourlyRate=30_000),
        await market.listed_cto(availability=0),
        await market.listed_cto(),
    )
    owner = await market.join("client")
    project_id = await post(owner, maxHourlyRate=20_000, skills=["Kubernetes"])
    await market.work_off()
    await owner.mutate("dismissMatch", "__typename", {"projectId": project_id, "ctoId": str(out.id)})
    found = (await compare(owner, dear.id, busy.id, out.id, project_id=project_id))["ctos"]
    assert [each["match"] for each in found] == [None, None, None]
    assert [each["obstacle"] for each in found] == [
        "Takes more than your rate limit", "Has no hours open", "You took them off this project’s list"
    ]  # fmt: skip
    assert [each["skills"][0]["standing"] for each in found] == ["HAS", "HAS", "HAS"]


async def test_too_few_and_too_many_are_refused(market: Marketplace):
    ctos = [(await market.listed_cto()).id for _ in range(5)]
    client = await market.join("client")
    for asked in ([], ctos[:1], [ctos[0], ctos[0]], ctos):
        answer = await client.graphql(COMPARE, ctos=[str(each) for each in asked])
        assert answer["errors"][0]["extensions"]["code"] == "invalid_input"
        assert "2 to 4" in str(answer["errors"][0])


async def test_nobody_learns_who_is_unlisted_unknown_or_elsewhere(market: Marketplace, other_market: Marketplace):
    one, two, paused = await market.listed_cto(), await market.listed_cto(), await market.listed_cto()
    await paused.person.mutate("pauseCtoProfile", "__typename")
    foreign = await other_market.listed_cto()
    client = await market.join("client")
    for stranger in (paused.id, foreign.id, uuid4(), "nonsense"):
        for viewer in (client, paused.person):
            found = await compare(viewer, one.id, stranger, two.id)
            assert found["missing"] == 1
            assert [each["cto"]["id"] for each in found["ctos"]] == [str(one.id), str(two.id)]
        status, shown = await page(market, None, one.id, stranger, two.id)
        assert status == 200
        assert "One of those you asked for is not listed here, or no longer." in shown


async def test_only_one_s_own_project_measures(market: Marketplace, other_market: Marketplace):
    one, two = await market.listed_cto(), await market.listed_cto()
    owner, other = await market.join("client"), await market.join("client")
    project_id = await post(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    foreign = await post(await other_market.join("client"))
    cases = [(other, project_id, 404), (owner, foreign, 404), (owner, "nonsense", 404), (one.person, project_id, 403)]
    for viewer, asked, status in [*cases, (None, project_id, 401)]:
        assert (await page(market, viewer, one.id, two.id, project_id=asked))[0] == status
    assert (await page(market, await market.join("admin"), one.id, two.id, project_id=project_id))[0] == 200


async def test_the_page_shows_each_with_a_next_step(market: Marketplace):
    one, two, three = [await market.listed_cto() for _ in range(3)]
    owner = await market.join("client")
    project_id = await post(owner, skills=["Kubernetes"])
    await market.work_off()
    await owner.mutate("shortlistCto", "__typename", {"projectId": project_id, "ctoId": str(two.id)})
    _, shown = await page(market, owner, one.id, two.id, three.id, project_id=project_id)
    assert shown.count('action="/engagements"') == 2
    assert re.search(r'class="button primary small" href="/engagements/[0-9a-f-]+">Go on', shown)
    assert "Think about" in shown
    assert "Has it" in shown
    _, shown = await page(market, None, one.id, two.id)
    assert "Strongest in" in shown
    assert "Think about" not in shown


async def test_what_the_address_asks_in_vain_is_said_in_words(market: Marketplace):
    ctos = [(await market.listed_cto()).id for _ in range(5)]
    assert "Nobody to compare yet" in (await page(market, None))[1]
    assert "One more makes a comparison" in (await page(market, None, ctos[0]))[1]
    assert "One more makes a comparison" in (await page(market, None, ctos[0], ctos[0]))[1]
    assert "One more makes a comparison" in (await page(market, None, ctos[0], uuid4()))[1]
    assert "Four at most: the first four are shown." in (await page(market, None, *ctos))[1]
    assert "named twice" in (await page(market, None, ctos[0], ctos[1], ctos[0]))[1]


async def test_people_are_ticked_in_the_directory_and_among_matches(market: Marketplace):
    one, two = await market.listed_cto(), await market.listed_cto()
    owner = await market.join("client")
    project_id = await post(owner)
    await market.work_off()
    async with market.browser() as browser:
        await sign_in(browser, owner)
        for path in ("/ctos", f"/projects/{project_id}"):
            shown = (await browser.get(path)).text
            assert '<form id="compare"' in shown, (path, shown.split("<main")[1][:3000])
            for cto in (one, two):
                assert f'type="checkbox" name="cto" value="{cto.id}" form="compare"' in shown
        assert f'name="project" value="{project_id}"' in shown
        again = (await browser.get("/ctos", params={"cto": str(one.id)})).text
        assert re.search(rf'value="{one.id}" form="compare"[^>]* checked', again)
        fewer = (await browser.get(f"/projects/{project_id}", params={"cto": str(uuid4())})).text
        assert fewer.count('type="hidden" name="cto"') == 1
