"""Profiles that read as if their owners had written them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ctorendang.demo.people import Person
from ctorendang.demo.phrases import Decks, fill, texts
from ctorendang.demo.surroundings import Surroundings, any_city, stories, written_small

# What a CTO of any kind may also know.
_COMMON_GROUND = (
    "Engineering hiring",
    "Roadmap planning",
    "Remote teams",
    "Incident management",
    "Board communication",
    "Technical debt reduction",
    "PostgreSQL",
    "Python",
    "Mentoring first-time CTOs",
    "Build versus buy",
)
# More phrases in common than this and two bios feel related.
_MOST_SHARED = 2
# Bios further back than this are compared no more: in a tenant of 20,000 it would take longer than all the rest.
_REMEMBERED = 300


@dataclass(frozen=True, slots=True)
class Profile:
    """What a CTO's page shows.

    Attributes:
        kind: a table of ``texts/archetypes.toml``.
        skills: name and level, strongest first.
        hourly_rate: whole euros.
        availability: hours a week.
    """

    person: Person
    kind: str
    headline: str
    bio: str
    skills: tuple[tuple[str, int], ...]
    industries: tuple[str, ...]
    hourly_rate: int
    availability: int
    years: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    skill: str = ""
    """Whose story it is, if any: it then happens where that skill is at home."""


class ProfileWriter:
    """Writes profiles for one tenant, none of which repeats another."""

    def __init__(self, random: Random, decks: Decks) -> None:
        self._random = random
        self._decks = decks
        self._headlines: set[str] = set()
        self._readers: dict[str, list[int]] = {}
        self._written = 0

    def write(self, person: Person, kind: str) -> Profile:
        """A profile for a person of one kind."""
        archetype = texts("archetypes")[kind]
        years = min(34, max(10, round(self._random.gauss(17, 6))))
        industries = self._random.sample(archetype["industries"], self._random.randint(1, 3))
        skills = self._skills(archetype, years)
        # "X and Y" beside another "and" is hard to read.
        first, second, *_ = sorted((name for name, _ in skills), key=lambda name: " and " in name)
        words = {
            "field": texts("companies")["fields"][industries[0]],
            "years": str(years),
            "languages": texts("names")[person.region]["languages"],
            "s1": written_small(first),
            "s2": written_small(second),
        }
        return Profile(
            person=person,
            kind=kind,
            headline=self._headline(kind, words),
            bio=self._bio(kind, person, industries, [name for name, _ in skills], words),
            skills=tuple(skills),
            industries=tuple(industries),
            hourly_rate=self._rate(archetype, person, years),
            availability=2 * self._random.choice((2, 3, 4, 4, 5, 6, 6, 8, 8, 8, 10, 10, 12, 12, 16, 20)),
            years=years,
        )

    def _skills(self, archetype: Mapping[str, Any], years: int) -> list[tuple[str, int]]:
        names = self._random.sample(archetype["skills"], 5)
        if self._random.random() < 0.35:
            names[-1] = self._random.choice([name for name in _COMMON_GROUND if name not in names])
        best = 5 if years >= 12 or self._random.random() < 0.4 else 4
        levels = [best, self._random.choice((4, 4, best)), *self._random.choices((2, 3, 3, 4), k=3)]
        return sorted(zip(names, levels, strict=True), key=lambda skill: -skill[1])

    def _rate(self, archetype: Mapping[str, Any], person: Person, years: int) -> int:
        experience = 0.72 + 0.02 * min(years, 24)
        place = texts("names")[person.region]["rate"]
        rate: float = archetype["rate"] * experience * place * self._random.uniform(0.88, 1.14)
        return 5 * round(rate / 5)

    def _headline(self, kind: str, words: Mapping[str, str]) -> str:
        headline = ""
        for _ in range(12):
            (phrase,) = self._decks.deal(("headline", kind), texts("archetypes")[kind]["headlines"])
            headline = fill(phrase, self._random, Surroundings(self._random, "", (), (), words))
            if headline not in self._headlines:
                break
        self._headlines.add(headline)
        return headline[0].upper() + headline[1:]

    def _bio(
        self, kind: str, person: Person, industries: Sequence[str], skills: Sequence[str], words: Mapping[str, str]
    ) -> str:
        paragraphs = self._unlike_others(kind, skills)
        cities = [person.city]
        while len(cities) < 3:
            city = any_city(self._random)
            if city not in cities:
                cities.append(city)
        general = Surroundings(self._random, person.region, cities, industries, words)

        def written(phrase: _Phrase) -> str:
            at_home = stories()[phrase.skill].get("industries") if phrase.skill else None
            return fill(phrase.text, self._random, general.elsewhere(at_home) if at_home else general)

        return "\n\n".join(" ".join(written(phrase) for phrase in paragraph) for paragraph in paragraphs)

    def _unlike_others(self, kind: str, skills: Sequence[str]) -> list[list[_Phrase]]:
        for _ in range(6):
            paragraphs = self._paragraphs(kind, skills)
            used = [phrase.text for paragraph in paragraphs for phrase in paragraph]
            shared = Counter(reader for text in used for reader in self._readers.get(text, ())[-_REMEMBERED:])
            if not shared or max(shared.values()) <= _MOST_SHARED:
                break
        for text in used:
            self._readers.setdefault(text, []).append(self._written)
        self._written += 1
        return paragraphs

    def _paragraphs(self, kind: str, skills: Sequence[str]) -> list[list[_Phrase]]:
        """Who, what was done, how, on which terms; in two to four paragraphs."""
        opener = self._deal(("opener", kind), texts("archetypes")[kind]["openers"])
        background = self._common("backgrounds", likely=0.75)
        told = self._random.sample(skills[:4], self._random.choice((2, 2, 3)))
        done = [_Phrase(text, skill) for skill in told for text in self._decks.deal(skill, stories()[skill]["bio"])]
        manner = self._common("styles", count=self._random.choice((2, 2, 3)))
        terms, private = self._common("terms", likely=0.6), self._common("personal", likely=0.45)
        shapes = (
            [opener + background, done, manner + terms + private],
            [opener + done[:1], background + done[1:], manner, terms + private],
            [opener + background + done[:1], done[1:] + manner[:1], manner[1:] + terms + private],
            [opener + manner[:1], done + background, manner[1:] + terms],
        )
        *body, last = [paragraph for paragraph in self._random.choice(shapes) if paragraph]
        if len(last) == 1:  # a sentence alone at the end looks forgotten
            return [*body[:-1], body[-1] + last]
        return [*body, last]

    def _common(self, part: str, *, count: int = 1, likely: float = 1) -> list[_Phrase]:
        return self._deal(part, texts("common")[part], count) if self._random.random() < likely else []

    def _deal(self, name: object, cards: Sequence[str], count: int = 1) -> list[_Phrase]:
        return [_Phrase(text) for text in self._decks.deal(name, cards, count)]
