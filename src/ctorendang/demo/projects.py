"""Projects that clients ask help with."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ctorendang.demo.phrases import fill, texts


@dataclass(frozen=True, slots=True)
class Brief:
    """What a client needs.

    Attributes:
        template: which of the texts it was made from.
        hourly_rate: the most they would pay, whole euros.
        budget: for all of it, whole euros.
        weeks: how long.
        nice: skills that would help.
    """

    template: str
    title: str
    description: str
    industry: str
    skills: tuple[str, ...]
    hours: int
    hourly_rate: int
    budget: int
    weeks: int
    stage: str
    nice: tuple[str, ...]
    goals: str
    deliverables: tuple[str, ...]


def sample_briefs() -> dict[str, str]:
    """Title and description of one brief of each template."""
    return {template["title"]: _written(template, Random(0)) for template in texts("projects")["project"]}  # noqa: S311


def _written(template: Mapping[str, Any], random: Random) -> str:
    # In one go, so that title and description draw the same numbers.
    return fill(f"{template['title']}\n{template['description'].strip()}", random)


def write_briefs(random: Random, kinds: Mapping[str, float], count: int) -> list[Brief]:
    """``count`` different briefs, those first that suit the kinds of CTO that are common here."""

    def suits(template: Mapping[str, Any]) -> float:
        return max(kinds.get(kind, 1.0) for kind in template["kinds"]) + random.random()

    templates = sorted(texts("projects")["project"], key=suits, reverse=True)[:count]
    briefs = []
    for template in templates:
        title, _, description = _written(template, random).partition("\n")
        usual = texts("archetypes")[template["kinds"][0]]["rate"]
        rate = 5 * round(usual * template["share"] * random.uniform(0.97, 1.12) / 5)
        spent = rate * template["hours"] * 4.3 * template["months"] * random.uniform(0.8, 1)
        briefs.append(
            Brief(
                template=template["title"],
                title=title,
                description=description,
                industry=template["industry"],
                skills=tuple(template["skills"]),
                hours=template["hours"],
                hourly_rate=rate,
                budget=max(5_000, 1_000 * round(spent / 1_000)),
                weeks=round(4.3 * template["months"]),
                stage=template["stage"],
                nice=tuple(template["nice"]),
                goals=template["goals"],
                deliverables=tuple(template["deliverables"]),
            )
        )
    return briefs
