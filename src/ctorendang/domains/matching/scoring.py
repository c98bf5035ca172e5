"""How a match is scored: components between 0 and 1, weights that add up to 1, and what each means in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COMPONENTS = (
    "skills", "needs", "relevance", "words", "rate", "availability", "rating", "freshness", "stage", "industry",
)  # fmt: skip
"""What a score is made of. How much each weighs stands in ``match_weights``; what a project does not say (no skills, no
rate limit ...) weighs nothing, and the rest shares its weight."""

MOVABLE = ("rate", "availability", "rating", "stage", "industry")
"""What a tenant may make count more or less: preferences. The rest is what the evaluation is about."""
LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0


def adjusted(reference: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """The reference with a tenant's factors, adding up to 1 again; factors out of bounds, or of others, do nothing."""
    moved = {
        name: weight * min(MOST_FACTOR, max(LEAST_FACTOR, factors.get(name, 1.0))) if name in MOVABLE else weight
        for name, weight in ((name, reference.get(name, 0.0)) for name in COMPONENTS)
    }
    total = sum(moved.values())
    return {name: weight / total for name, weight in moved.items()}


STAGE_WORDS: Mapping[str, str] = {
    "seed": "a company of a handful",
    "growth": "a growing company",
    "scale": "a company of hundreds",
    "enterprise": "a large organisation",
}
"""How stages are called to people."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database found out about one CTO and one project.

    Attributes:
        weights: share of each component, adding up to 1; absent where the project says nothing about it.
        values: 0 to 1 by component.
        has: skills of the project that the CTO names.
        near: skills that the project must have, of which the CTO names a relative.
        lacks: the others that it must have.
        misses: what would merely help and the CTO does not name; no reason for concern.
        suggested: skills that the project's text suggests and the CTO knows.
        hours: a week, open for new work.
        hours_wanted: a week, by the project.
        rate: what the CTO takes as a share of the project's limit, None where they cannot be compared.
        rating: mean stars, None without reviews.
        age: days since the profile was changed.
        stage: of the project's company.
        stages: that the CTO is at home in.
    """

    weights: Mapping[str, float]
    values: Mapping[str, float]
    has: Sequence[str]
    near: Sequence[str]
    lacks: Sequence[str]
    misses: Sequence[str]
    suggested: Sequence[str]
    hours: int
    hours_wanted: int | None
    rate: float | None
    rating: float | None
    reviews: int
    industry: str | None
    age: int
    stage: str | None
    stages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Component:
    """One summand of a score, and why it is what it is."""

    component: str
    weight: float
    value: float
    note: str


def explain(facts: Facts) -> list[Component]:
    """The components that count, heaviest first; the score is the sum of weight times value."""
    return [
        Component(name, weight, facts.values[name], _NOTES[name](facts))
        for name, weight in sorted(facts.weights.items(), key=lambda item: -item[1])
        if weight > 0
    ]


_TO_CTO = (
    (re.compile(r"\byou (ask|plan)\b"), r"they \1"),
    (re.compile(r"\bthan you\b"), "than they do"),
    (re.compile(r"\byours\b"), "theirs"),
    (re.compile(r"\byour\b"), "their"),
)


def told_to_cto(note: str) -> str:
    """What a component found, for the CTO instead of the client: whose hours, text and limits are meant stays clear."""
    for said, instead in _TO_CTO:
        note = said.sub(instead, note)
    return note


def score(components: Sequence[Component]) -> float:
    """The sum of weight times value."""
    return sum(each.weight * each.value for each in components)


def concern(facts: Facts) -> str | None:
    """The one thing to think about before writing to this CTO, None when nothing stands out."""
    if facts.lacks:
        return f"Does not name {_listed(facts.lacks[:2])}"
    if facts.hours_wanted and facts.hours < facts.hours_wanted:
        return f"Has {facts.hours} hours a week, you ask for {facts.hours_wanted}"
    if facts.stage and facts.stages and facts.stage not in facts.stages:
        return f"Is more at home in {STAGE_WORDS[facts.stages[0]]} than in {STAGE_WORDS[facts.stage]}"
    if not facts.reviews:
        return "Has no reviews here yet"
    if facts.rating is not None and facts.rating < 4:
        return f"Rated {facts.rating:.1f} of 5 so far"
    if facts.near:
        return f"Knows a relative of {_listed(facts.near[:2])}, not the thing itself"
    if facts.weights.get("industry") and not facts.values["industry"]:
        return f"Has not worked in {facts.industry}"
    if facts.rate is not None and facts.rate > 0.95:
        return "Takes all of your rate limit"
    return None


def _skills(facts: Facts) -> str:
    if facts.has and not (facts.lacks or facts.near or facts.misses):
        return f"Names all you ask for: {_listed(facts.has[:4])}"
    if facts.has:
        return f"Names {_listed(facts.has[:3])}"
    if facts.near:
        return f"Knows relatives of {_listed(facts.near[:3])}"
    return "Names none of the skills you ask for"


def _relevance(facts: Facts) -> str:
    value = facts.values["relevance"]
    if value >= 0.75:
        return "Writes about just this kind of work"
    if value >= 0.5:
        return "Has done much of this kind of work"
    if value >= 0.25:
        return "Touches on this kind of work"
    return "Writes about other kinds of work"


def _needs(facts: Facts) -> str:
    if facts.suggested:
        return f"Knows what your text speaks of: {_listed(facts.suggested[:3])}"
    if facts.values["needs"] > 0:
        return "Knows relatives of what your text speaks of"
    return "Names nothing that your text speaks of"


def _words(facts: Facts) -> str:
    value = facts.values["words"]
    if value >= 0.5:
        return "Uses many of your words"
    return "Uses some of your words" if value > 0.05 else "Uses other words than you"


def _freshness(facts: Facts) -> str:
    if facts.age <= 1:
        return "Profile is up to date"
    if facts.age < 60:
        return f"Profile changed {facts.age} days ago"
    return f"Profile changed {round(facts.age / 30)} months ago"


def _stage(facts: Facts) -> str:
    if not facts.stages:
        return "Does not say in what size of company they are at home"
    if facts.stage in facts.stages:
        return f"At home in {STAGE_WORDS[facts.stage or 'seed']} like yours"
    return f"More at home in {STAGE_WORDS[facts.stages[0]]}"


def _rate(facts: Facts) -> str:
    if facts.rate is None:
        return "Charges in another currency than you plan in"
    if facts.rate <= 0.8:
        return f"{100 - round(facts.rate * 100)} % below your rate limit"
    return "Within your rate limit"


def _availability(facts: Facts) -> str:
    if facts.hours_wanted is None:
        return f"{facts.hours} hours a week open"
    if facts.hours >= facts.hours_wanted:
        return f"{facts.hours} hours a week open, you ask for {facts.hours_wanted}"
    return f"Only {facts.hours} of the {facts.hours_wanted} hours a week you ask for"


def _rating(facts: Facts) -> str:
    if facts.rating is None:
        return "No reviews yet, counted as average"
    return f"{facts.rating:.1f} of 5 from {facts.reviews} {'review' if facts.reviews == 1 else 'reviews'}"


def _industry(facts: Facts) -> str:
    return f"Has worked in {facts.industry}" if facts.values["industry"] else f"Has not worked in {facts.industry}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


_NOTES = {
    "skills": _skills,
    "needs": _needs,
    "relevance": _relevance,
    "words": _words,
    "rate": _rate,
    "availability": _availability,
    "rating": _rating,
    "freshness": _freshness,
    "stage": _stage,
    "industry": _industry,
}
