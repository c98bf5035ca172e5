"""What is taken out of texts, and what is not."""

import re
import time
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.matching.test_matches import MATCHES, create
from tests.factories import Marketplace

from ctorendang.domains.matching.stages import STAGES, told_stage, told_stages
from ctorendang.domains.matching.texts import neutral, sentences
from ctorendang.domains.matching.vocabulary import Vocabulary

BIO = (
    "{name} has run platforms for a decade. {They} moved {their} teams to Kubernetes and terraformed the rest."
    " Ask {them} about on-call; {they} wrote the rota {themself}. {Title} {last} grew companies"
    " from 10 people to 90 people."
)
PEOPLE = [
    {"name": "Ada Lindqvist", "They": "She", "they": "she", "their": "her", "them": "her", "themself": "herself",
     "Title": "Ms", "last": "Lindqvist"},
    {"name": "Mohammed Al-Farsi", "They": "He", "they": "he", "their": "his", "them": "him", "themself": "himself",
     "Title": "Mr.", "last": "Al-Farsi"},
    {"name": "Kim Novak", "They": "They", "they": "they", "their": "their", "them": "them", "themself": "themselves",
     "Title": "Mx", "last": "Novak"},
]  # fmt: skip


def bio_of(person: dict[str, str]) -> str:
    return BIO.format(**person)


def test_who_somebody_is_does_not_change_what_is_read():
    assert len({neutral(bio_of(person), person["name"]) for person in PEOPLE}) == 1


@given(st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read_and_reading_twice_changes_nothing(text: str, name: str):
    once = neutral(text, name)
    assert neutral(once, "") == once
    assert len(sentences(text)) <= 16


async def test_names_pronouns_and_pictures_move_nobodys_rank(market: Marketplace):
    """Twins of each other in everything else have the same score, whoever they are."""
    twins = []
    for person in PEOPLE:
        cto = await market.listed_cto(bio=bio_of(person))
        await market.fetch(
            "update users set name = $2, avatar = $3 where tenant_id = $1 and id = $4 returning id",
            market.id, person["name"], None if person is PEOPLE[0] else "a" * 32, cto.person.id,
        )  # fmt: skip
        await market.fetch(
            "update ctos set name = $2 where tenant_id = $1 and id = $3 returning id", market.id, person["name"], cto.id
        )
        twins.append(str(cto.id))
    owner = await market.join("client")
    project_id = await create(owner, skills=["Kubernetes"], description="We are sixty people. Releases scare us.")
    await market.work_off()
    found = (await owner.query(MATCHES, project=project_id, first=10))["matches"]
    assert {match["cto"]["id"] for match in found} == set(twins)
    assert len({match["score"] for match in found}) == 1
    assert len({str(match["explanation"]) for match in found}) == 1


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("There are five of us.", ["seed"]),
        ("We are 60 people after our Series A.", ["growth"]),
        ("From 10 people to 90 people", ["seed", "growth"]),
        ("three hundred engineers", ["scale"]),
        ("1,200 employees and a works council", ["enterprise"]),
        ("We build software.", []),
        ("999999999999999999999999 people", ["enterprise"]),
    ],
)
def test_how_large_a_company_is_is_told_from_its_words(text: str, stages: list[str]):
    assert told_stages(text) == stages
    assert told_stage(text) == (stages[0] if len(stages) == 1 else None)


@pytest.mark.parametrize("word", ["a ", "and-", "1,", "one ", "hundred", "1 ", "there are a "])
def test_a_text_of_nothing_but_numbers_is_read_as_fast_as_any(word: str):
    begun = time.process_time()
    told_stages(word * (10_000 // len(word)))
    assert time.process_time() - begun < 2


def test_letters_that_pass_for_others_are_no_error():
    assert neutral("ſhe and hiſ team", "Ada") == "they and their team"
    skill_id = uuid4()
    pattern = re.compile("postgresql", re.IGNORECASE)
    rows = np.zeros((1, 1), dtype=np.float32)
    vocabulary = Vocabulary(
        [skill_id], {"postgresql": skill_id}, pattern, re.compile("(?!)"), rows, np.zeros(1, np.intp), np.ones(1, bool)
    )
    assert vocabulary.named_in("PoſtgreSQL and PostgreSQL") == [skill_id]


@given(st.text(max_size=500))
def test_any_text_tells_known_stages(text: str):
    assert set(told_stages(text)) <= set(STAGES)


async def test_a_skill_is_known_from_the_text_by_any_of_its_names(market: Marketplace):
    cto = await market.listed_cto(
        bio="I have kept k8s clusters alive and moved three banks to Golang services.",
        skills=[{"name": "Rust", "level": 3}],
    )
    owner = await market.join("client")
    project_id = await create(owner, skills=["Kubernetes"])
    await market.work_off()
    (match,) = (await owner.query(MATCHES, project=project_id))["matches"]
    assert match["cto"]["id"] == str(cto.id)
    skills = next(each for each in match["explanation"] if each["component"] == "skills")
    assert skills["value"] == pytest.approx(0.5)
    assert skills["note"] == "Names all you ask for: Kubernetes"


async def test_what_a_founder_says_is_bridged_to_what_engineers_call_it(market: Marketplace):
    await market.listed_cto()
    owner = await market.join("client")
    project_id = await create(
        owner,
        title="Our bill from the cloud grows and grows",
        description="Finance wants our cloud costs halved. We are sixty people. We want cheaper servers.",
    )
    await market.work_off()
    needs = await market.fetch(
        "select s.name, n.strength from project_needs n join skills s on s.id = n.skill_id where n.project_id = $1"
        " order by n.strength desc",
        project_id,
    )
    assert "Cloud cost optimisation" in [row["name"] for row in needs][:3]
    assert all(0 < row["strength"] <= 1 for row in needs)
    (vector,) = await market.fetch("select stage from project_vectors where project_id = $1", project_id)
    assert vector["stage"] == "growth"
