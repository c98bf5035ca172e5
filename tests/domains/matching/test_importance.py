"""What a project must have counts more than what would merely help, and alone is a reason for concern."""

from tests.domains.matching.test_matches import assert_adds_up, component, create, matches_of
from tests.factories import Marketplace


async def test_a_missing_nice_skill_counts_less_than_a_missing_must_skill_and_is_no_concern(market: Marketplace):
    only_must = await market.listed_cto(skills=[{"name": "Kubernetes", "level": 3}])
    only_nice = await market.listed_cto(skills=[{"name": "COBOL", "level": 3}])
    both = await market.listed_cto(skills=[{"name": "Kubernetes", "level": 3}, {"name": "COBOL", "level": 3}])
    owner = await market.join("client")
    project_id = await create(owner, skills=["Kubernetes"], niceSkills=["COBOL"])
    found = {match["cto"]["id"]: match for match in await matches_of(owner, project_id)}
    assert list(found) == [str(each.id) for each in (both, only_must, only_nice)]
    values, notes = {}, {}
    for each in (only_must, only_nice, both):
        assert_adds_up(found[str(each.id)])
        skills = component(found[str(each.id)], "skills")
        values[each.id], notes[each.id] = skills["value"], skills["note"]
    assert values[both.id] > values[only_must.id] > values[only_nice.id] > 0
    assert notes[only_must.id] == "Names Kubernetes"
    assert notes[both.id].startswith("Names all you ask for: ")
    assert found[str(only_nice.id)]["concern"] == "Does not name Kubernetes"
    assert "COBOL" not in (found[str(only_must.id)]["concern"] or "")


async def test_a_relative_of_a_nice_skill_is_no_concern_either(market: Marketplace):
    near = await market.listed_cto(skills=[{"name": "Terraform", "level": 5}, {"name": "COBOL", "level": 3}])
    owner = await market.join("client")
    project_id = await create(owner, skills=["COBOL"], niceSkills=["Kubernetes"])
    (match,) = await matches_of(owner, project_id)
    assert match["cto"]["id"] == str(near.id)
    assert component(match, "skills")["note"] == "Names COBOL"
    assert "Kubernetes" not in (match["concern"] or "")
