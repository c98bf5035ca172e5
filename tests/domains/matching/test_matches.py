"""Matches of a project, from saving it to reading why."""

from tests.factories import PROBLEMS, Marketplace, project

MATCHES = """
query($project: ID!, $filter: MatchFilter, $first: Int) {
  matches(projectId: $project, filter: $filter, first: $first) {
    score concern explanation { component weight value note } cto { id name hourlyRate }
  }
}
"""


async def create(person, **changes) -> str:
    created = await person.mutate("createProject", "... on Project { id status }" + PROBLEMS, project(**changes))
    assert created["__typename"] == "Project", created
    return created["id"]


async def test_a_project_is_matched_with_reasons_that_add_up_to_the_score(market: Marketplace):
    fitting = await market.listed_cto()
    await market.listed_cto(
        headline="Designs embedded firmware for farm machines",
        bio="Fifteen years of firmware, sensors and field tests on tractors, harvesters and greenhouses.",
        skills=[{"name": "Rust", "level": 4}],
        industries=["Agriculture & food"],
    )
    owner = await market.join("client")
    project_id = await create(owner, skills=["Kubernetes", "Terraform"], industry="Fintech & payments")
    await market.work_off()
    matches = (await owner.query(MATCHES, project=project_id))["matches"]
    assert matches[0]["cto"]["id"] == str(fitting.id)
    assert len(matches) == 2
    for match in matches:
        total = sum(each["weight"] * each["value"] for each in match["explanation"])
        assert abs(total - match["score"]) < 1e-9
        assert abs(sum(each["weight"] for each in match["explanation"]) - 1) < 1e-9
        assert all(each["note"] for each in match["explanation"])
