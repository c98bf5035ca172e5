"""The texts that demo data is made of."""

from collections import Counter
from random import Random

import pytest

from ctorendang.demo.people import People
from ctorendang.demo.phrases import Decks, Slots, fill, texts
from ctorendang.demo.surroundings import stories, written_small
from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.ctos.languages import LANGUAGES, LanguageLevel
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.domains.ctos.taxonomy import own_skills

KNOWN = {*own_skills(), *(skill for skills in own_skills().values() for skill in skills)}


@pytest.mark.parametrize("kind", texts("archetypes"))
def test_every_kind_of_cto_has_skills_with_stories_and_industries_that_exist(kind):
    archetype = texts("archetypes")[kind]
    assert set(archetype["skills"]) <= KNOWN
    assert set(archetype["skills"]) <= set(stories())
    assert set(archetype["industries"]) <= set(INDUSTRIES)
    assert len(archetype["headlines"]) >= 5
    assert len(archetype["openers"]) >= 5


def test_every_story_is_of_a_known_skill_and_has_both_sides():
    assert set(stories()) <= KNOWN
    for skill, table in stories().items():
        assert table["bio"], skill
        assert table["review"], skill
        assert set(table.get("industries", ())) <= set(INDUSTRIES), skill


def test_no_phrase_is_written_twice():
    phrases = [phrase for table in stories().values() for part in ("bio", "review") for phrase in table[part]]
    for name in ("common", "reviews"):
        phrases += [phrase for part in texts(name).values() for phrase in part if phrase]
    for archetype in texts("archetypes").values():
        phrases += archetype["openers"] + archetype["headlines"]
    assert [phrase for phrase, times in Counter(phrases).items() if times > 1] == []


def test_every_kind_has_a_past_and_every_industry_companies_to_have_worked_at():
    careers = texts("careers")
    assert set(careers["kinds"]) == set(texts("archetypes"))
    assert set(careers["words"]) == set(INDUSTRIES)
    for kind in careers["kinds"].values():
        assert set(kind["stages"]) <= set(STAGES)
    for region in texts("names").values():
        assert set(region["spoken"]) <= set(LANGUAGES)
        assert set(region["spoken"].values()) <= set(LanguageLevel)


def test_projects_ask_for_known_skills_and_kinds():
    for project in texts("projects")["project"]:
        assert set(project["nice"]) <= {skill for skills in own_skills().values() for skill in skills}
        assert not set(project["nice"]) & set(project["skills"])
        assert project["stage"] in STAGES
        assert 3 <= len(project["deliverables"]) <= 6
        assert set(project["skills"]) <= set(stories()), project["title"]
        assert set(project["kinds"]) <= set(texts("archetypes")), project["title"]
        assert project["industry"] in INDUSTRIES


def test_every_industry_has_companies_and_a_name_for_sentences():
    assert set(texts("companies")["kinds"]) == set(INDUSTRIES) == set(texts("companies")["fields"])


def test_the_same_range_in_one_phrase_is_the_same_number():
    for seed in range(20):
        first, second = fill("{10..99} and {10..99}", Random(seed)).split(" and ")
        assert first == second


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("{3..3} people", "Three people"),
        ("at {14..14} plants", "At 14 plants"),
        ("up {5..5}%, from 3.{4..4}", "Up 5%, from 3.4"),
        ("{1240..1240} calls", "1,200 calls"),
        ("since {1998..1998}", "Since 1998"),
        ("a {8..8}-week job. then {2..2} more", "An eight-week job. Then two more"),
    ],
)
def test_numbers_are_written_as_people_write_them(phrase, text):
    assert fill(phrase, Random(1)) == text


def test_a_name_that_nothing_stands_for_is_an_error():
    with pytest.raises(KeyError, match="co"):
        fill("at {co}", Random(1))


class OneCompany(Slots):
    def get(self, name: str, *, possessive: bool) -> str:
        return "a mill" if possessive else "a mill in Turku"


def test_a_company_is_named_short_before_an_s():
    assert fill("{co}'s mill", Random(1), OneCompany()) == "A mill's mill"
    assert fill("at {co}", Random(1), OneCompany()) == "At a mill in Turku"


def test_a_deck_deals_every_card_before_any_comes_again():
    decks = Decks(Random(1))
    dealt = [card for _ in range(6) for card in decks.deal("d", ["a", "b", "c"])]
    assert sorted(dealt[:3]) == sorted(dealt[3:]) == ["a", "b", "c"]
    for _ in range(50):
        assert len(set(decks.deal("e", ["a", "b", "c"], 2))) == 2


def test_addresses_are_plain_and_each_is_somebodys():
    people = People(Random(1), "acme.example")
    emails = [people.make().email for _ in range(6_000)]  # more than there are names
    assert len(set(emails)) == len(emails)
    assert all(email.isascii() and email == email.lower() and " " not in email for email in emails)


@pytest.mark.parametrize(
    ("skill", "small"),
    [
        ("Incident management", "incident management"),
        ("SOC 2", "SOC 2"),
        ("Kubernetes", "Kubernetes"),
        ("iOS development", "iOS development"),
    ],
)
def test_skills_inside_a_sentence_keep_only_the_capitals_they_own(skill, small):
    assert written_small(skill) == small
