"""What a profile tells in its sections, and how complete that makes it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import PROBLEMS, Marketplace, profile, sign_in, submit

from ctorendang.domains.ctos.completeness import RULES, ProfileFacts, completeness
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.kit.clock import now

SECTIONS = "stages experience { role company started ended changed } languages { code name level }"
CTO = f"... on Cto {{ id {SECTIONS} completeness {{ percent next {{ section }} }} }}" + PROBLEMS
YEAR = now().year

FACTS = st.builds(ProfileFacts, **{name: st.integers(0, 300) for name in ProfileFacts.__dataclass_fields__})


def place(**changes: Any) -> dict[str, Any]:
    return {"role": "CTO", "company": "Nordfrakt", "started": 2019, "ended": 2023, "changed": "Halved it.", **changes}


async def test_sections_are_kept_and_public(market: Marketplace):
    listed = await market.listed_cto(
        stages=["growth", "seed"],
        experience=[place(), place(role="Fractional CTO", started=2023, ended=None, changed="")],
        languages=[{"name": "German", "level": "NATIVE"}, {"name": "en", "level": "FLUENT"}],
    )
    (answer,) = (await market.graphql(f'{{ cto(id: "{listed.id}") {{ {SECTIONS} }} }}'))["data"].values()
    assert answer == {
        "stages": ["growth", "seed"],
        "experience": [place(role="Fractional CTO", started=2023, ended=None, changed=""), place()],
        "languages": [
            {"code": "de", "name": "German", "level": "NATIVE"},
            {"code": "en", "name": "English", "level": "FLUENT"},
        ],
    }
    async with market.browser() as browser:
        shown = (await browser.get(f"/ctos/{listed.id}")).text
    for text in ("Nordfrakt", "Halved it.", "2023 – today", "German", "Growth"):
        assert text in shown


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"stages": ["unicorn"]}, "stages"),
        ({"stages": [*STAGES, "seed "]}, "stages"),
        ({"experience": [place(ended=2018)]}, "experience"),
        ({"experience": [place(started=1066)]}, "experience"),
        ({"experience": [place(ended=YEAR + 1)]}, "experience"),
        ({"experience": [place(role="")]}, "experience"),
        ({"experience": [place(company="x" * 121)]}, "experience"),
        ({"experience": [place(changed="a\u0000b")]}, "experience"),
        ({"experience": [place()] * 13}, "experience"),
        ({"languages": [{"name": "Klingonish", "level": "NATIVE"}]}, "languages"),
        ({"languages": [{"name": "German", "level": "NATIVE"}] * 11}, "languages"),
    ],
)
async def test_nonsense_is_refused_and_nothing_is_written(market: Marketplace, changes: dict[str, Any], column: str):
    cto = await market.join("cto")
    refused = await cto.mutate("updateCtoProfile", CTO, profile(**changes))
    assert [each["field"] for each in refused["fields"]] == [column]
    assert await market.fetch("select 1 from ctos where tenant_id = $1", market.id) == []


async def test_completeness_names_the_next_best_step_to_those_who_may_know(market: Marketplace):
    listed = await market.listed_cto()
    own = f'{{ cto(id: "{listed.id}") {{ completeness {{ percent next {{ text section }} steps {{ done }} }} }} }}'
    (mine,) = (await listed.person.query(own)).values()
    assert mine["completeness"]["next"]["text"] == "Name three skills or more"
    assert 0 < mine["completeness"]["percent"] < 100
    assert (await (await market.join("admin")).query(own))["cto"] == mine
    assert (await market.graphql(own))["data"]["cto"]["completeness"] is None
    assert (await (await market.join("client")).query(own))["cto"]["completeness"] is None


async def test_the_page_saves_sections_without_scripts(market: Marketplace):
    cto = await market.listed_cto()
    fields = {
        **{name: str(value) for name, value in profile().items() if isinstance(value, str | int)},
        "hourlyRate": "150",
        "skillName": ["Kubernetes", "Terraform", "Rust"],
        "skillLevel": ["4", "3", "5"],
        "stages": ["seed", "scale"],
        "positionRole": ["CTO", ""],
        "positionCompany": ["Nordfrakt", ""],
        "positionStarted": ["2019", ""],
        "positionEnded": ["", ""],
        "positionChanged": ["Halved it.", ""],
        "languageName": ["German", ""],
        "languageLevel": ["native", "professional"],
    }
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        refused = await submit(browser, "/account/profile", "/account/profile", fields | {"positionStarted": ["x", ""]})
        assert 'value="Nordfrakt"' in refused.text
        assert "Use a whole number" in refused.text
        assert (await submit(browser, "/account/profile", "/account/profile", fields)).status_code == 303
        shown = (await browser.get("/account/profile")).text
    for text in ('value="Nordfrakt"', 'value="scale" checked', 'value="native" selected', "% complete"):
        assert text in shown


@given(FACTS)
def test_the_next_step_is_the_most_helpful_one_that_is_missing(facts: ProfileFacts):
    found = completeness(facts)
    missing = [rule for rule, met in found.steps if not met]
    assert 0 <= found.percent <= 100
    assert (found.next_step is None) == (found.percent == 100)
    assert not missing or found.next_step.weight == max(rule.weight for rule in missing)


@given(FACTS, FACTS)
def test_saying_more_never_makes_a_profile_less_complete(facts: ProfileFacts, more: ProfileFacts):
    added = ProfileFacts(*(getattr(facts, name) + getattr(more, name) for name in ProfileFacts.__dataclass_fields__))
    assert completeness(added).percent >= completeness(facts).percent


def test_the_weights_add_up_and_fall():
    weights = [rule.weight for rule in RULES]
    assert (sum(weights), weights) == (100, sorted(weights, reverse=True))


async def test_search_engines_read_who_this_is_without_any_script(market: Marketplace):
    listed = await market.listed_cto(
        headline='Builds <b>"teams"</b>',
        experience=[place(ended=None)],
        languages=[{"name": "German", "level": "NATIVE"}],
    )
    async with market.browser() as browser:
        shown = await browser.get(f"/ctos/{listed.id}")
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert "ld+json" not in shown.text
    for said in (
        'itemtype="https://schema.org/ProfilePage"',
        'itemprop="mainEntity" itemscope itemtype="https://schema.org/Person"',
        'itemprop="name">Ada Person<',
        'itemprop="description">Builds &lt;b&gt;',
        'itemprop="jobTitle" content="CTO"',
        'itemprop="knowsLanguage" content="de"',
        'itemprop="knowsAbout">Kubernetes<',
        'itemprop="dateModified"',
    ):
        assert said in shown.text
