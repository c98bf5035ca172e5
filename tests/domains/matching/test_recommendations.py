"""Projects for CTOs: why, why not, and hints that work when they are followed."""

import pytest
from tests.domains.matching.test_matches import create, matches_of
from tests.factories import PROBLEMS, Marketplace, profile, sign_in

from ctorendang.domains.matching.scoring import told_to_cto

FITS = "{ recommendedProjects { score place obstacle concern explanation { component note } project { id } } }"
FIT = "query($id: ID!) { projectFit(projectId: $id) { score place obstacle hints { text place } } }"
SIMILAR = "query($id: ID!) { similarCtos(ctoId: $id) { id } }"


async def publish(owner, **changes) -> str:
    project_id = await create(owner, **changes)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    return project_id


async def test_a_cto_is_told_what_the_client_sees(market: Marketplace):
    cto, owner = await market.listed_cto(), await market.join("client")
    open_project = await publish(owner, skills=["Kubernetes"])
    await publish(owner, maxHourlyRate=1_000)
    draft = await create(owner)
    await market.work_off()
    fits = (await cto.person.query(FITS))["recommendedProjects"]
    assert len(fits) == 2
    assert draft not in {fit["project"]["id"] for fit in fits}
    assert fits[0]["project"]["id"] == open_project
    (match,) = await matches_of(owner, open_project)
    assert (fits[0]["score"], fits[0]["place"], fits[0]["concern"]) == (match["score"], 1, match["concern"])
    assert fits[1]["obstacle"] == "Your rate is above the most that they pay"
    assert fits[1]["score"] is None


async def test_without_a_listed_profile_nothing_is_suggested(market: Marketplace):
    cto, owner = await market.join("cto"), await market.join("client")
    project_id = await publish(owner)
    await market.work_off()
    assert (await cto.query(FITS))["recommendedProjects"] == []
    answer = await cto.graphql(FIT, id=project_id)
    assert answer["errors"][0]["extensions"]["code"] == "not_found"


async def test_a_cto_is_told_only_of_projects_that_are_open_to_them_now(market: Marketplace):
    cto, other, owner = await market.listed_cto(), await market.listed_cto(), await market.join("client")
    closed_circle = await publish(owner, visibility="INVITED")
    paused = await publish(owner)
    await owner.mutate("pauseProject", "__typename", {"projectId": paused})
    await owner.mutate("inviteToProject", "__typename", {"projectId": closed_circle, "ctoId": str(cto.id)})
    await market.work_off()

    async def told(person) -> list[str]:
        return [fit["project"]["id"] for fit in (await person.query(FITS))["recommendedProjects"]]

    async def code(person, project_id: str) -> str | None:
        errors = (await person.graphql(FIT, id=project_id)).get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    assert await told(cto.person) == [closed_circle]
    assert await told(other.person) == []
    assert await code(cto.person, closed_circle) is None
    assert await code(other.person, closed_circle) == "not_found"
    assert await code(cto.person, paused) == "not_found"
    async with market.browser() as browser:
        await sign_in(browser, other.person)
        page = (await browser.get("/projects/matched")).text
        assert closed_circle not in page
        assert paused not in page
        assert (await browser.get(f"/projects/{closed_circle}/fit")).status_code == 404

    await owner.mutate("resumeProject", "__typename", {"projectId": paused})
    assert await told(other.person) == [paused]
    await owner.mutate("withdrawProjectInvitation", "__typename", {"projectId": closed_circle, "ctoId": str(cto.id)})
    assert await told(cto.person) == [paused]


async def test_projects_for_others_take_nobodys_place(market: Marketplace):
    cto, owner = await market.listed_cto(), await market.join("client")
    own_words = "Kubernetes platform for a payment company, " * 4
    for _ in range(12):
        await publish(owner, visibility="INVITED", description=own_words)
    farming = "Tractors, harvesters and greenhouses want firmware, sensors and patience in the field. " * 2
    open_to_all = await publish(owner, title="Firmware for farm machines", description=farming)
    await market.work_off()
    fits = (await cto.person.query(FITS))["recommendedProjects"]
    assert [fit["project"]["id"] for fit in fits] == [open_to_all]


async def test_every_hint_works_when_it_is_followed(market: Marketplace):
    skills = [{"name": "Python", "level": 3}]
    cto = await market.listed_cto(skills=skills, availability=6, hourlyRate=16_000)
    for rival in ("Kubernetes", "COBOL", "Flutter"):
        await market.listed_cto(skills=[{"name": rival, "level": 4}])
    owner = await market.join("client")
    project_id = await publish(owner, skills=["Kubernetes", "Rust"], hoursPerWeek=16, maxHourlyRate=16_000)
    await market.work_off()
    fit = (await cto.person.query(FIT, id=project_id))["projectFit"]
    assert fit["place"] == 4
    assert len(fit["hints"]) > 1
    follow = {
        "Add Kubernetes to your skills, if you have it": {"skills": [*skills, {"name": "Kubernetes", "level": 3}]},
        "Add Rust to your skills, if you have it": {"skills": [*skills, {"name": "Rust", "level": 3}]},
        "Open 16 hours a week": {"availability": 16},
    }
    before = {"skills": skills, "availability": 6, "hourlyRate": 16_000}
    for hint in fit["hints"]:
        changed = profile(**{**before, **follow[hint["text"]]})
        saved = await cto.person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, changed)
        assert saved["__typename"] == "Cto"
        await market.work_off()
        after = (await cto.person.query(FIT, id=project_id))["projectFit"]
        assert after["place"] == hint["place"] < fit["place"]
        await cto.person.mutate("updateCtoProfile", "__typename", profile(**before))
        await market.work_off()


async def test_trying_a_hint_leaves_nothing_behind(market: Marketplace):
    cto = await market.listed_cto(availability=4, skills=[{"name": "Python", "level": 3}])
    owner = await market.join("client")
    project_id = await publish(owner, skills=["Rust"], hoursPerWeek=20)
    await market.work_off()
    tables = ("ctos", "cto_skills", "cto_vectors", "cto_readings", "cto_sketches", "cto_mentions")
    before = [await market.fetch(f"select * from {table} order by id") for table in tables]
    await cto.person.query(FIT, id=project_id)
    assert [await market.fetch(f"select * from {table} order by id") for table in tables] == before


async def test_a_rate_above_the_limit_is_the_hint_that_matters(market: Marketplace):
    cto, owner = await market.listed_cto(hourlyRate=20_000), await market.join("client")
    project_id = await publish(owner, maxHourlyRate=15_000)
    await market.work_off()
    fit = (await cto.person.query(FIT, id=project_id))["projectFit"]
    assert fit["hints"] == [{"text": "Bring your rate within theirs", "place": 1}]


async def test_similar_ctos_are_listed_ones_of_this_tenant(market: Marketplace, other_market: Marketplace):
    one, two = await market.listed_cto(), await market.listed_cto()
    paused = await market.listed_cto()
    await other_market.listed_cto()
    await market.work_off()
    # Also before the worker has heard of it.
    await paused.person.mutate("pauseCtoProfile", "__typename")
    found = (await market.graphql(SIMILAR, id=str(one.id)))["data"]["similarCtos"]
    assert found == [{"id": str(two.id)}]


async def test_each_of_several_ctos_asked_for_together_gets_the_nearest_first(market: Marketplace):
    told = {"Kubernetes": ["Terraform", "React"], "React": ["Vue.js", "Terraform"]}
    ctos = {
        name: await market.listed_cto(skills=[{"name": name, "level": 5}]) for name in (*told, "Terraform", "Vue.js")
    }
    await market.work_off()
    asked = {
        name: f'{place}: similarCtos(ctoId: "{ctos[name].id}") {{ id }}' for name, place in zip(told, "ab", strict=True)
    }
    answer = (await market.graphql("{" + " ".join(asked.values()) + "}"))["data"]
    for (name, (near, far)), place in zip(told.items(), "ab", strict=True):
        found = [each["id"] for each in answer[place]]
        assert len(found) == 3
        assert str(ctos[name].id) not in found
        assert found.index(str(ctos[near].id)) < found.index(str(ctos[far].id)), name


async def test_the_pages_show_it(market: Marketplace):
    cto, owner = await market.listed_cto(skills=[{"name": "Python", "level": 3}]), await market.join("client")
    project_id = await publish(owner, skills=["Rust"])
    await market.work_off()
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        assert project_id in (await browser.get("/projects/matched")).text
        assert f'href="/projects/{project_id}/fit"' in (await browser.get(f"/projects/{project_id}")).text
        assert "What would move you up" in (await browser.get(f"/projects/{project_id}/fit")).text


@pytest.mark.parametrize(
    ("to_client", "to_cto"),
    [
        ("16 hours a week open, you ask for 8", "16 hours a week open, they ask for 8"),
        ("At home in a growing company like yours", "At home in a growing company like theirs"),
        ("Within your rate limit", "Within their rate limit"),
        ("Charges in another currency than you plan in", "Charges in another currency than they plan in"),
        ("Uses other words than you", "Uses other words than they do"),
        ("Names all you ask for: Kubernetes", "Names all they ask for: Kubernetes"),
    ],
)
def test_what_was_found_is_told_to_the_cto_from_their_side(to_client, to_cto):
    assert told_to_cto(to_client) == to_cto
