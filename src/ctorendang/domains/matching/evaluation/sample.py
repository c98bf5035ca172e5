"""What a benchmark is made of: what the scorer may see, and the grades that it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VisibleCto:
    """A profile as the marketplace shows it.

    Attributes:
        key: names it within the sample.
        skills: name and level.
        hourly_rate: minor units.
        availability: hours a week.
        stages: of companies, at which they feel at home.
        stars: of each review.
        age: days since the profile was changed.
    """

    key: str
    name: str
    headline: str
    bio: str
    skills: Sequence[tuple[str, int]] = ()
    industries: Sequence[str] = ()
    stages: Sequence[str] = ()
    hourly_rate: int = 15_000
    availability: int = 20
    years: int = 15
    stars: Sequence[int] = ()
    age: int = 30

    @property
    def rating(self) -> float | None:
        """Mean stars."""
        return sum(self.stars) / len(self.stars) if self.stars else None


@dataclass(frozen=True, slots=True)
class VisibleBrief:
    """A project as its owner wrote it; ``max_hourly_rate`` in minor units, ``hours`` a week."""

    key: str
    title: str
    description: str
    skills: Sequence[str] = ()
    industry: str | None = None
    stage: str | None = None
    max_hourly_rate: int | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One tenant's worth of a benchmark.

    Attributes:
        grades: 1 to 3 by brief and CTO; who is missing is of no use to the brief.
        slices: the keys of briefs that a question is asked of, by name.
    """

    name: str
    ctos: Sequence[VisibleCto]
    briefs: Sequence[VisibleBrief]
    grades: Mapping[str, Mapping[str, int]]
    slices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def eligible(self, brief: VisibleBrief) -> list[VisibleCto]:
        """Who passes the hard filters; baselines are asked about these alone, as the pipeline is."""
        limit = brief.max_hourly_rate
        return [cto for cto in self.ctos if cto.availability > 0 and (limit is None or cto.hourly_rate <= limit)]
