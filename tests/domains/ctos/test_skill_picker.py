"""Picking skills: by name or another name, with a few letters wrong, with a level and years."""

import pytest
from tests.factories import PROBLEMS, Marketplace, profile, sign_in, submit

SKILLS = "query($search: String) { skills(search: $search, first: 5) { name } }"
CTO = "... on Cto { skills { name level years } }" + PROBLEMS


async def found(market: Marketplace, search: str) -> list[str]:
    return [skill["name"] for skill in (await market.graphql(SKILLS, search=search))["data"]["skills"]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Kubernetes", "Kubernetes"),
        ("kubernets", "Kubernetes"),
        ("Kuberentes", "Kubernetes"),
        ("k8s", "Kubernetes"),
        ("teraform", "Terraform"),
        ("postgress", "PostgreSQL"),
        ("typscript", "TypeScript"),
    ],
)
async def test_a_skill_is_found_however_it_is_spelled(market: Marketplace, typed: str, meant: str):
    assert (await found(market, typed))[0] == meant


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'; drop table skills; --", "\x00", "x" * 5_000, ":typed", "🦀"])
async def test_nonsense_finds_something_or_nothing(market: Marketplace, typed: str):
    assert len(await found(market, typed)) <= 5


async def test_exact_names_come_before_similar_ones(market: Marketplace):
    names = await found(market, "java")
    assert names[0].lower().startswith("java")
    assert len(names) == len(set(names)) == 5


async def test_years_are_kept_beside_the_level(market: Marketplace):
    cto = await market.join("cto")
    skills = [{"name": "Kubernetes", "level": 4, "years": 6}, {"name": "Terraform", "level": 3}]
    saved = await cto.mutate("updateCtoProfile", CTO, profile(skills=skills))
    assert saved["skills"] == [
        {"name": "Kubernetes", "level": 4, "years": 6},
        {"name": "Terraform", "level": 3, "years": None},
    ]
    for years in (-1, 61):
        skills = [{"name": "Kubernetes", "level": 4, "years": years}]
        refused = await cto.mutate("updateCtoProfile", CTO, profile(skills=skills))
        assert [each["field"] for each in refused["fields"]] == ["skills"]


async def test_without_scripts_the_page_says_what_may_have_been_meant(market: Marketplace):
    cto = await market.listed_cto()
    fields = {
        "headline": "Scales teams",
        "bio": "Twelve years of building payment systems and the teams that run them.",
        "hourlyRate": "150",
        "availability": "16",
        "yearsExperience": "12",
        "timeZone": "Europe/Berlin",
        "skillName": ["Kubernets", "Terraform"],
        "skillLevel": ["4", "3"],
        "skillYears": ["6", ""],
    }
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        refused = await submit(browser, "/account/profile", "/account/profile", fields)
        assert "“Kubernets” is not a skill we know. Did you mean Kubernetes" in refused.text
        assert 'value="Kubernets"' in refused.text
        fields["skillName"] = ["Kubernetes", "Terraform"]
        assert (await submit(browser, "/account/profile", "/account/profile", fields)).status_code == 303
        shown = await browser.get(f"/ctos/{cto.id}")
        assert "6 years" in shown.text
        assert 'aria-label="Years with skill 1" value="6"' in (await browser.get("/account/profile")).text
