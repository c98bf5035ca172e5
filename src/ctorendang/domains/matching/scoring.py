"""How a match is scored: components between 0 and 1, weights that add up to 1, and what each means in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEIGHTS: Mapping[str, float] = {
    "skills": 0.35,
    "relevance": 0.30,
    "rate": 0.10,
    "availability": 0.10,
    "rating": 0.10,
    "industry": 0.05,
}
"""Shares of the score. What a project does not say (no skills, no rate limit ...) weighs nothing, and the rest shares
its weight."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database found out about one CTO and one project.

    Attributes:
        weights: share of each component, adding up to 1; absent where the project says nothing about it.
        values: 0 to 1 by component.
        has: skills of the project that the CTO names.
        near: skills of the project of which the CTO names a relative.
        lacks: the project's other skills.
        hours: a week, open for new work.
        hours_wanted: a week, by the project.
        rate: what the CTO takes as a share of the project's limit, None where they cannot be compared.
        rating: mean stars, None without reviews.
    """

    weights: Mapping[str, float]
    values: Mapping[str, float]
    has: Sequence[str]
    near: Sequence[str]
    lacks: Sequence[str]
    hours: int
    hours_wanted: int | None
    rate: float | None
    rating: float | None
    reviews: int
    industry: str | None


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


def score(components: Sequence[Component]) -> float:
    """The sum of weight times value."""
    return sum(each.weight * each.value for each in components)


def concern(facts: Facts) -> str | None:
    """The one thing to think about before writing to this CTO, None when nothing stands out."""
    if facts.lacks:
        return f"Does not name {_listed(facts.lacks[:2])}"
    if facts.hours_wanted and facts.hours < facts.hours_wanted:
        return f"Has {facts.hours} hours a week, you ask for {facts.hours_wanted}"
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
    if facts.has and not facts.lacks and not facts.near:
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
    "relevance": _relevance,
    "rate": _rate,
    "availability": _availability,
    "rating": _rating,
    "industry": _industry,
}
