"""What a text speaks of: companies, cities, skills."""

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from ctorendang.demo.phrases import Slots, fill, texts

_STORIES = ("stories_platform", "stories_data", "stories_product", "stories_leadership", "stories_systems")


@cache
def stories() -> Mapping[str, Mapping[str, Any]]:
    """What is said of each skill, by its own people (``bio``) and by their clients (``review``)."""
    return {skill: table for name in _STORIES for skill, table in texts(name).items()}


def written_small(skill: str) -> str:
    """A skill's name as it stands inside a sentence."""
    first = skill.split()[0]
    if skill in texts("companies")["writing"]["proper"] or not first[1:].islower():
        return skill
    return skill[0].lower() + skill[1:]


def any_city(random: Random) -> str:
    """A city from anywhere."""
    return str(random.choice(random.choice(list(texts("names").values()))["cities"]))


class Surroundings(Slots):
    """The companies and cities of one text; each company is another one.

    Args:
        region: where the writer lives; many of the companies are from there.
        cities: what ``{city}``, ``{city2}`` and ``{city3}`` stand for.
        words: what other names stand for.
    """

    def __init__(
        self, random: Random, region: str, cities: Sequence[str], industries: Sequence[str], words: Mapping[str, str]
    ) -> None:
        self._named: set[str] = set()
        self._random = random
        self._region = region
        self._cities = cities
        self._words = {**words, **dict(zip(("city", "city2", "city3"), cities, strict=False))}
        kinds = texts("companies")["kinds"]
        self._kinds = [(industry, kind) for industry in industries for kind in kinds[industry]]
        random.shuffle(self._kinds)

    def elsewhere(self, industries: Sequence[str]) -> "Surroundings":
        """The same with companies of other industries."""
        other = Surroundings(self._random, self._region, self._cities, industries, self._words)
        other._named = self._named
        return other

    def get(self, name: str, *, possessive: bool) -> str:
        """As every ``Slots``."""
        if name != "co":
            return self._words[name]
        company = self._company()
        if possessive or self._random.random() < 0.6:
            return company
        near = self._random.random() < 0.7
        city = self._random.choice(texts("names")[self._region]["cities"]) if near else any_city(self._random)
        return f"{company} in {city}"

    def _company(self) -> str:
        new = [each for each in self._kinds if each[1] not in self._named]
        industry, kind = (new or self._kinds)[0]
        self._named.add(kind)
        companies = texts("companies")
        age = next((age for age, names in companies["established"].items() if industry in names), "young")
        return f"a {fill(self._random.choice(companies['sizes'][age]), self._random, small=True)} {kind}"
