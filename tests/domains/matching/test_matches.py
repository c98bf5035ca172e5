"""Matches of a project, from saving it to reading why."""

import pytest
from tests.crowd import gather
from tests.factories import PROBLEMS, Marketplace, Marketplaces, Person, project, sign_in

MATCHES = """
query($project: ID!, $filter: MatchFilter, $first: Int! = 50) {
  matches(projectId: $project, filter: $filter, first: $first) {
    score concern explanation { component weight value note } cto { id name hourlyRate }
  }
}
"""
FARMING = {
    "headline": "Designs embedded firmware for farm machines",
    "bio": "Fifteen years of firmware, sensors and field tests on tractors, harvesters and greenhouses.",
    "skills": [{"name": "Rust", "level": 4}],
    "industries": ["Agriculture & food"],
}


async def create(person: Person, **changes) -> str:
    created = await person.mutate("createProject", "... on Project { id status }" + PROBLEMS, project(**changes))
    assert created["__typename"] == "Project", created
    return created["id"]


async def matches_of(person: Person, project_id: str, **variables) -> list[dict]:
    return (await person.query(MATCHES, project=project_id, **variables))["matches"]


async def ids_of(person: Person, project_id: str, **wanted) -> set[str]:
    return {match["cto"]["id"] for match in await matches_of(person, project_id, filter=wanted)}


def component(match: dict, name: str) -> dict | None:
    return next((each for each in match["explanation"] if each["component"] == name), None)


def assert_adds_up(match: dict) -> None:
    total = sum(each["weight"] * each["value"] for each in match["explanation"])
    assert total == pytest.approx(match["score"], abs=1e-9)
    assert sum(each["weight"] for each in match["explanation"]) == pytest.approx(1, abs=1e-9)
    assert all(0 <= each["value"] <= 1 and each["weight"] > 0 and each["note"] for each in match["explanation"])
    weights = [each["weight"] for each in match["explanation"]]
    assert weights == sorted(weights, reverse=True)


async def test_a_project_is_matched_with_reasons_that_add_up_to_the_score(market: Marketplace):
    fitting = await market.listed_cto()
    await market.listed_cto(**FARMING)
    owner = await market.join("client")
    project_id = await create(owner, skills=["Kubernetes", "Terraform"], industry="Fintech & payments")
    await market.work_off()
    matches = await matches_of(owner, project_id)
    assert [match["cto"]["id"] for match in matches][:1] == [str(fitting.id)]
    assert len(matches) == 2
    for match in matches:
        assert_adds_up(match)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"skills": ["Kubernetes"]},
        {"maxHourlyRate": 12_000},
        {"maxHourlyRate": 0},
        {"industry": "Banking"},
        {"hoursPerWeek": 30},
        {"skills": ["Rust", "Docker", "React"], "maxHourlyRate": 15_000, "industry": "Gaming", "hoursPerWeek": 10},
    ],
    ids=str,
)
@pytest.mark.parametrize("read", [True, False], ids=["read", "not read yet"])
async def test_whatever_a_project_leaves_open_weighs_nothing_and_the_rest_adds_up(market: Marketplace, said, read):
    await gather(market, 12, reviews=2)
    owner = await market.join("client")
    project_id = await create(owner, **said)
    if read:
        await market.work_off()
    matches = await matches_of(owner, project_id)
    assert matches or said.get("maxHourlyRate") == 0
    scores = [match["score"] for match in matches]
    # Postgres and Python may round the last digit of the same sum differently.
    assert scores == pytest.approx(sorted(scores, reverse=True), abs=1e-9)
    for match in matches:
        assert_adds_up(match)
        assert (component(match, "skills") is not None) == ("skills" in said)
        assert (component(match, "industry") is not None) == ("industry" in said)
        assert (component(match, "rate") is not None) == bool(said.get("maxHourlyRate"))
        assert (component(match, "relevance") is not None) == read


async def test_hard_limits_leave_nobody_in_who_passes_them(market: Marketplace):
    crowd = await gather(market, 30, reviews=2)
    owner = await market.join("client")
    project_id = await create(owner, maxHourlyRate=12_000)
    free = [member for member in crowd.ctos if member.availability > 0 and member.hourly_rate <= 12_000]

    assert await ids_of(owner, project_id) == {str(member.id) for member in free}
    # The lower of the project's limit and the filter's holds.
    cheap = {str(member.id) for member in free if member.hourly_rate <= 9_000}
    assert await ids_of(owner, project_id, maxHourlyRate=9_000) == cheap
    assert await ids_of(owner, project_id, maxHourlyRate=99_000) == {str(member.id) for member in free}
    idle = {str(member.id) for member in free if member.availability >= 16}
    assert await ids_of(owner, project_id, minAvailability=16) == idle
    praised = {str(member.id) for member in free if member.rating >= 3}
    assert await ids_of(owner, project_id, minRating=3.0) == praised
    assert all(0 < len(each) < len(free) for each in (cheap, idle, praised))
    rusty = {str(member.id) for member in free if "Rust" in member.skills}
    assert rusty
    assert await ids_of(owner, project_id, skills=["rust"]) == rusty
    assert await ids_of(owner, project_id, skills=["Rust", "COBOL"]) == set()


async def test_matches_are_as_many_as_asked_for(market: Marketplace):
    await gather(market, 12)
    owner = await market.join("client")
    project_id = await create(owner)
    whole = await matches_of(owner, project_id)
    for first in (0, 1, 3):
        assert await matches_of(owner, project_id, first=first) == whole[:first]
    for first in (-1, 51, 2**31 - 1):
        answer = await owner.graphql(MATCHES, project=project_id, first=first)
        assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


@pytest.mark.parametrize(
    "wanted",
    [
        {"maxHourlyRate": -1},
        {"minAvailability": -1},
        {"minAvailability": 169},
        {"skills": ["No such skill"]},
        {"skills": ["\0"]},
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(market: Marketplace, wanted):
    owner = await market.join("client")
    answer = await owner.graphql(MATCHES, project=await create(owner), filter=wanted)
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


@pytest.mark.parametrize("rating", [-1.0, 0.0, 5.0, 5.5, 1e308, -1e-308])
async def test_any_number_may_be_asked_of_a_rating(market: Marketplace, rating):
    await gather(market, 3, reviews=1)
    owner = await market.join("client")
    answer = await owner.graphql(MATCHES, project=await create(owner), filter={"minRating": rating})
    assert [each["extensions"]["code"] for each in answer.get("errors", [])] in ([], ["invalid_input"])


async def test_one_who_has_no_time_is_not_matched(market: Marketplace):
    await market.listed_cto(availability=0)
    owner = await market.join("client")
    assert await ids_of(owner, await create(owner)) == set()


async def test_ones_own_profile_is_not_matched_with_ones_own_project(market: Marketplace):
    own, other, admin = await market.listed_cto(), await market.listed_cto(), await market.join("admin")
    roles = {"memberId": str(own.person.id), "roles": ["CTO", "CLIENT"]}
    await admin.mutate("setMemberRoles", "__typename", roles)
    project_id = await create(own.person)
    assert await ids_of(own.person, project_id) == {str(other.id)}


async def test_a_draft_paused_or_suspended_profile_is_not_matched(market: Marketplace):
    paused, suspended, admin = await market.listed_cto(), await market.listed_cto(), await market.join("admin")
    owner = await market.join("client")
    project_id = await create(owner)
    assert await ids_of(owner, project_id) == {str(paused.id), str(suspended.id)}
    await paused.person.mutate("pauseCtoProfile", "__typename")
    await admin.mutate("suspendMember", "__typename", {"memberId": str(suspended.person.id)})
    await market.work_off()
    assert await ids_of(owner, project_id) == set()


async def test_whose_rate_is_in_another_currency_is_neither_left_out_nor_compared(marketplaces: Marketplaces):
    market = await marketplaces.open(currency="USD")
    cto = await market.listed_cto(hourlyRate=90_000)
    # The tenant decides to trade in euros: profiles keep what was meant when they were written.
    changed = await marketplaces.open(slug=market.slug, domains=[market.host], currency="EUR")
    assert changed.id == market.id
    owner = await changed.join("client")
    project_id = await create(owner, maxHourlyRate=10_000)
    (match,) = await matches_of(owner, project_id)
    assert match["cto"]["id"] == str(cto.id)
    rate = component(match, "rate")
    assert rate is not None
    assert (rate["value"], rate["note"]) == (0.5, "Charges in another currency than you plan in")
    assert_adds_up(match)


async def test_matches_are_the_owners_and_the_administrators(market: Marketplace):
    await market.listed_cto()
    owner, other = await market.join("client"), await market.join("client")
    cto, admin = await market.join("cto"), await market.join("admin")
    project_id = await create(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    assert len(await matches_of(owner, project_id)) == len(await matches_of(admin, project_id)) == 1
    codes = {}
    for name, person in {"other": other, "cto": cto}.items():
        answer = await person.graphql(MATCHES, project=project_id)
        assert answer["data"] is None
        codes[name] = answer["errors"][0]["extensions"]["code"]
    assert codes == {"other": "not_found", "cto": "forbidden"}
    visitor = await market.graphql(MATCHES, project=project_id)
    assert visitor["errors"][0]["extensions"]["code"] == "sign_in_required"


async def test_matches_stop_at_the_tenants_border(market: Marketplace, other_market: Marketplace):
    own = await market.listed_cto()
    await other_market.listed_cto()
    owner, stranger = await market.join("client"), await other_market.join("client")
    project_id = await create(owner)
    await market.work_off()
    assert await ids_of(owner, project_id) == {str(own.id)}
    answer = await stranger.graphql(MATCHES, project=project_id)
    assert answer["errors"][0]["extensions"]["code"] == "not_found"


async def test_a_relative_of_a_skill_counts_a_little_and_is_called_one(market: Marketplace):
    exact = await market.listed_cto(skills=[{"name": "Kubernetes", "level": 3}])
    near = await market.listed_cto(skills=[{"name": "Terraform", "level": 5}])
    far = await market.listed_cto(skills=[{"name": "COBOL", "level": 5}])
    owner = await market.join("client")
    found = {match["cto"]["id"]: match for match in await matches_of(owner, await create(owner, skills=["Kubernetes"]))}
    values = [component(found[str(each.id)], "skills")["value"] for each in (exact, near, far)]
    assert values[0] == pytest.approx(0.8)
    assert values[0] > values[1] >= values[2] == 0
    parents = await market.fetch(
        "select count(distinct parent_id) from skills where name in ('Kubernetes', 'Terraform')"
    )
    assert values[1] == pytest.approx(0.3 if parents[0][0] == 1 else 0)
    assert found[str(far.id)]["concern"] == "Does not name Kubernetes"


async def test_reviews_move_a_score_towards_their_mean_the_more_there_are(market: Marketplace):
    praised, unknown = await market.listed_cto(), await market.listed_cto()
    owner = await market.join("client")
    for client in [owner, await market.join("client"), await market.join("client")]:
        await client.mutate("writeReview", "__typename", {"ctoId": str(praised.id), "rating": 5, "body": "Good."})
    found = {match["cto"]["id"]: match for match in await matches_of(owner, await create(owner))}
    rating = component(found[str(praised.id)], "rating")
    assert rating["value"] == pytest.approx(1)
    assert rating["note"] == "5.0 of 5 from 3 reviews"
    assert component(found[str(unknown.id)], "rating")["note"] == "No reviews yet, counted as average"


async def test_the_projects_page_shows_matches_to_the_owner_alone(market: Marketplace, client):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    await sign_in(client, owner)
    assert f"/ctos/{cto.id}" in (await client.get(f"/projects/{project_id}")).text
    assert f"/ctos/{cto.id}" not in (await client.get(f"/projects/{project_id}?maxHourlyRate=10")).text
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        page = await browser.get(f"/projects/{project_id}")
        assert page.status_code == 200
        assert f"/ctos/{cto.id}" not in page.text
