"""How complete a profile is, and what would help it most next."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What a profile says, as far as completeness goes; texts by their length, lists by how many there are."""

    headline: int = 0
    bio: int = 0
    skills: int = 0
    skills_with_years: int = 0
    industries: int = 0
    stages: int = 0
    positions: int = 0
    positions_told: int = 0
    languages: int = 0
    portfolio: int = 0
    hourly_rate: int = 0
    availability: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that helps a profile.

    Attributes:
        text: what to do, as its owner reads it.
        why: what it is good for.
        section: of the page, where it is done.
        weight: how much it helps, beside the others.
        met: whether a profile has it.
    """

    text: str
    why: str
    section: str
    weight: int
    met: Callable[[ProfileFacts], bool]


RULES: tuple[Rule, ...] = (
    Rule("Name three skills or more", "Projects find you by them.", "skills", 18, lambda f: f.skills >= 3),
    Rule("Write a headline of your own", "It is all that lists show.", "summary", 14, lambda f: f.headline >= 10),
    Rule(
        "Tell about your work in 200 characters or more",
        "Matching reads it, and so do clients.",
        "summary",
        12,
        lambda f: f.bio >= 200,
    ),
    Rule("Set your hourly rate", "Clients filter by it.", "terms", 11, lambda f: f.hourly_rate > 0),
    Rule("Say how many hours are free", "Without any you match nothing.", "terms", 11, lambda f: f.availability > 0),
    Rule(
        "Add two places you worked at",
        "Clients look for where you did it.",
        "experience",
        10,
        lambda f: f.positions >= 2,
    ),
    Rule(
        "Say what changed at one of them",
        "One result says more than a list of duties.",
        "experience",
        6,
        lambda f: f.positions_told >= 1,
    ),
    Rule(
        "Show one piece of work",
        "It proves what the skills claim.",
        "portfolio",
        6,
        lambda f: f.portfolio >= 1,
    ),
    Rule("Pick an industry", "It decides between equals.", "industries", 5, lambda f: f.industries >= 1),
    Rule(
        "Pick the stages you know",
        "Five people need another CTO than five hundred.",
        "stages",
        3,
        lambda f: f.stages >= 1,
    ),
    Rule("Add years to three skills", "They make a level believable.", "skills", 2, lambda f: f.skills_with_years >= 3),
    Rule("Name a language you speak", "Teams ask.", "languages", 2, lambda f: f.languages >= 1),
)
"""The most helpful first; the weights add up to 100."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a profile is.

    Attributes:
        percent: 0 to 100, by weight.
        steps: every rule, and whether it is met.
    """

    percent: int
    steps: tuple[tuple[Rule, bool], ...]

    @property
    def next_step(self) -> Rule | None:
        """What would help most now; None when nothing is missing."""
        return next((rule for rule, met in self.steps if not met), None)


def completeness(facts: ProfileFacts) -> Completeness:
    """How complete a profile is."""
    steps = tuple((rule, rule.met(facts)) for rule in RULES)
    return Completeness(sum(rule.weight for rule, met in steps if met), steps)
