"""Where the CTOs of a demo tenant have worked, what they speak, and how long they have known what they know."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from ctorendang.demo.phrases import Decks, fill, texts
from ctorendang.demo.profiles import Profile
from ctorendang.domains.ctos.sections import Position, SpokenLanguage

# Nobody leads in their first years; they stand in a profile as one line at most.
_APPRENTICE_YEARS = 5


@dataclass(frozen=True, slots=True)
class Career:
    """The sections of a profile that tell of the past.

    Attributes:
        skill_years: of each of the profile's skills, in its order; None where it is not said.
    """

    stages: tuple[str, ...] = ()
    experience: tuple[Position, ...] = ()
    languages: tuple[SpokenLanguage, ...] = ()
    skill_years: tuple[int | None, ...] = ()


class CareerWriter:
    """Writes careers for one tenant."""

    def __init__(self, random: Random, year: int) -> None:
        self._random = random
        self._year = year
        self._decks = Decks(random)

    def write(self, profile: Profile, *, thorough: bool) -> Career:
        """The career that goes with a profile; who is not thorough has left half of it out."""
        spoken = texts("names")[profile.person.region]["spoken"]
        languages = tuple(SpokenLanguage(code, level) for code, level in spoken.items())
        if not thorough:
            return Career(languages=languages[:1], skill_years=(None,) * len(profile.skills))
        return Career(self._stages(profile), self._experience(profile), languages, self._years(profile))

    def _stages(self, profile: Profile) -> tuple[str, ...]:
        known: list[str] = texts("careers")["kinds"][profile.kind]["stages"]
        least = min(2, len(known))
        picked = self._random.sample(known, self._random.randint(least, len(known)))
        return tuple(stage for stage in known if stage in picked)

    def _years(self, profile: Profile) -> tuple[int | None, ...]:
        longest = max(3, profile.years - _APPRENTICE_YEARS)
        return tuple(
            min(longest, self._random.randint(level, 3 * level + 1)) if self._random.random() < 0.85 else None
            for _, level in profile.skills
        )

    def _experience(self, profile: Profile) -> tuple[Position, ...]:
        """On one's own since a few years, and the places before, each beginning where the next one ended."""
        kind = texts("careers")["kinds"][profile.kind]
        general = texts("careers")["general"]
        alone = self._year - self._random.randint(1, max(2, profile.years // 4))
        roles = [*self._random.sample(kind["roles"], self._random.choice((1, 2, 2))), self._one(general["first"])]
        ends = self._ends(alone, self._year - profile.years, len(roles))
        changed = self._decks.deal(profile.kind, kind["changed"], len(roles) - 1)
        own = Position(self._one(general["own"]), self._one(general["alone"]), alone)
        before = [
            Position(role, self._company(profile), begun, ended, fill(told, self._random) if told else "")
            for role, (begun, ended), told in zip(roles, ends, [*changed, ""], strict=True)
        ]
        return (own, *before)

    def _ends(self, latest: int, first: int, count: int) -> list[tuple[int, int]]:
        """First and last year of each place, the latest first; together they cover the time."""
        step = max(1, (latest - first) // count)
        marks = [max(first, latest - number * step) for number in range(count)] + [first]
        return [(begun, ended) for ended, begun in pairwise(marks)]

    def _company(self, profile: Profile) -> str:
        (coined,) = self._decks.deal("company", texts("careers")["general"]["coined"])
        return f"{coined} {self._one(texts('careers')['words'][self._one(profile.industries)])}"

    def _one(self, choices: Sequence[str]) -> str:
        return self._random.choice(choices)
