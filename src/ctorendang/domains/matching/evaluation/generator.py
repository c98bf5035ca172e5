"""Track B: a frozen generator. Grades come from hidden variables of which the scorer sees only noisy traces.

What is hidden: how deep a CTO's knowledge of each subject is, how good they are at their craft, at which stage of a
company they are at home, how many hours they really have, and whether they answer. What is seen: a profile written in
engineers' words, some skills, reviews. Briefs are written in founders' words, of which the tuning seed and the test
seed use different halves. Numbers from here say how the mechanisms work on this world; they are no measure of hiring
quality.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from random import Random
from typing import Any

from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.matching.evaluation.sample import Sample, VisibleBrief, VisibleCto

VERSION = 1
"""Raised whenever this module or its words would make another benchmark."""

TUNING_SEED, TEST_SEED = 11, 2_027

STAGES = ("seed", "growth", "scale", "enterprise")
TRAPS: Mapping[str, Sequence[str]] = {
    "keyword stuffing": ("cost", "delivery", "assistant"),
    "synonyms only": ("reliability", "legacy", "data"),
    "perfect but unavailable": ("compliance", "people", "cost"),
    "over rate": ("payments", "investors", "delivery"),
    "wrong stage": ("firstversion", "people", "legacy"),
}
"""In which subjects each trap is laid; the briefs about these are its slice."""
_NEW_FACES = ("assistant", "compliance", "investors")
"""Subjects whose better people are mostly new here."""
_TRAPPED = 4
"""CTOs of a kind of trap a subject."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is true of a CTO, 0 to 1 each.

    Attributes:
        depth: of knowledge, by subject.
        stage: the index in ``STAGES`` of the one they are at home in.
        hours: a week that they really have.
    """

    depth: Mapping[str, float]
    craft: float
    stage: int
    hours: int
    answers: float


@dataclass(frozen=True, slots=True)
class Need:
    """What a brief is really about; the second subject counts a quarter."""

    subjects: tuple[str, str]
    stage: int
    hours: int
    max_hourly_rate: int | None
    industry: str


def words(name: str) -> Mapping[str, Any]:
    """A file of words beside this module."""
    return tomllib.loads((resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


def usefulness(hidden: Hidden, need: Need, cto: VisibleCto) -> float:
    """0 to 1, of a CTO to a brief: the one place that grades come from."""
    if cto.availability == 0 or (need.max_hourly_rate is not None and cto.hourly_rate > need.max_hourly_rate):
        return 0
    first, second = need.subjects
    depth = 0.75 * hidden.depth.get(first, 0) + 0.25 * hidden.depth.get(second, 0)
    stage = (1.0, 0.75, 0.4, 0.3)[abs(hidden.stage - need.stage)]
    share = hidden.hours / need.hours
    hours = 1.0 if share >= 1 else 0.8 if share >= 0.75 else 0.5 if share >= 0.5 else 0.2
    known = 1.0 if need.industry in cto.industries else 0.93
    return depth * (0.55 + 0.45 * hidden.craft) * stage * hours * known * (0.85 + 0.15 * hidden.answers)


def grade(value: float) -> int:
    """0 to 3 from usefulness."""
    return sum(value >= least for least in (0.26, 0.38, 0.5))


class Generator:
    """Makes one sample; the same for the same arguments.

    Args:
        seed: of everything; ``TUNING_SEED`` for fitting weights, ``TEST_SEED`` for reporting.
        test: which half of the founders' words briefs use.
    """

    def __init__(self, seed: int, *, test: bool) -> None:
        self._random = Random(f"matching:{VERSION}:{seed}")  # noqa: S311 - decides about nobody's security
        self._subjects = words("vocabulary")
        self._setting = words("setting")
        self._test = test

    def make(self, name: str, *, ctos: int, briefs: int) -> Sample:
        """A sample of at least so many CTOs (traps come on top in a large one) and briefs."""
        people = [self._ordinary(f"c{number}") for number in range(ctos)]
        if ctos >= 100:
            people += [
                self._trapped(f"{trap} {subject} {number}", trap, subject)
                for trap, subjects in TRAPS.items()
                for subject in subjects
                for number in range(_TRAPPED)
            ]
        # In an order that tells nothing, since databases give rows back in it.
        self._random.shuffle(people)
        needs = {f"b{number}": self._need(number) for number in range(briefs)}
        shown = [self._brief(key, need) for key, need in needs.items()]
        grades = {key: _grades(need, people) for key, need in needs.items()}
        return Sample(name, [cto for cto, _ in people], shown, grades, self._slices(needs, grades, people))

    def _subject(self) -> str:
        names = list(self._subjects)
        return self._random.choices(names, [0.35 if self._subjects[each].get("rare") else 1 for each in names])[0]

    def _ordinary(self, key: str) -> tuple[VisibleCto, Hidden]:
        first = self._subject()
        depth = {first: self._random.uniform(0.55, 1)}
        for other in self._random.sample(list(self._subjects), self._random.choice((0, 1, 1, 2))):
            depth.setdefault(other, self._random.uniform(0.25, 0.7))
        hidden = self._hidden(depth)
        if first in _NEW_FACES and self._random.random() < 0.7:
            return replace(self._shown(key, hidden), stars=(), age=self._random.randrange(1, 30)), hidden
        return self._shown(key, hidden), hidden

    def _hidden(self, depth: Mapping[str, float]) -> Hidden:
        hours = 2 * self._random.choice((0, 3, 4, 5, 6, 8, 8, 10, 10, 12, 15, 20))
        return Hidden(depth, self._random.betavariate(3, 2), self._random.randrange(4), hours, self._random.random())

    def _trapped(self, key: str, trap: str, subject: str) -> tuple[VisibleCto, Hidden]:
        hidden = replace(self._hidden({subject: self._random.uniform(0.85, 1)}), craft=0.85, hours=24)
        if trap == "keyword stuffing":
            hidden = replace(hidden, depth={subject: 0.15}, craft=0.2)
            return self._stuffed(self._shown(key, hidden), subject), hidden
        if trap == "synonyms only":
            return self._renamed(self._shown(key, hidden), subject), hidden
        if trap == "perfect but unavailable":
            hidden = replace(hidden, hours=self._random.choice((2, 4)))
            return self._shown(key, hidden), hidden
        if trap == "over rate":
            return replace(self._shown(key, hidden), hourly_rate=100 * self._random.randrange(180, 260, 5)), hidden
        hidden = replace(hidden, stage=STAGES.index("enterprise" if subject == "firstversion" else "seed"))
        return self._shown(key, hidden), hidden

    def _shown(self, key: str, hidden: Hidden) -> VisibleCto:
        random, stage = self._random, self._setting["stages"][STAGES[hidden.stage]]
        subjects = sorted(hidden.depth, key=lambda each: -hidden.depth[each])
        years = max(5, round(8 + 14 * hidden.craft + random.gauss(0, 4)))
        industries = random.sample(INDUSTRIES, random.choice((1, 2, 2, 3)))
        told = [
            line
            for number, each in enumerate(subjects)
            for line in random.sample(self._subjects[each]["engineer"], 2 if number == 0 else 1)
        ]
        lines = [*told, random.choice(stage["engineer"]), *random.sample(self._setting["filler"]["engineer"], 2)]
        headline = random.choice(self._setting["filler"]["headlines"]).format(years=years, industry=industries[0])
        home = [STAGES[hidden.stage]]
        if random.random() < 0.4:
            home.append(STAGES[min(3, max(0, hidden.stage + random.choice((-1, 1))))])
        reviews = random.choice((0, 2, 4, 6, 9))
        return VisibleCto(
            key=key,
            name=random.choice(self._setting["filler"]["names"]),
            headline=headline,
            bio=" ".join(lines),
            skills=self._skills(hidden, subjects),
            industries=industries,
            stages=home,
            hourly_rate=100 * 5 * round((85 + 70 * hidden.craft + random.gauss(0, 15)) / 5),
            availability=hidden.hours,
            years=years,
            stars=[min(5, max(1, round(2.6 + 2.6 * hidden.craft + random.gauss(0, 0.6)))) for _ in range(reviews)],
            age=round(20 + 500 * (1 - hidden.answers) * random.random()),
        )

    def _skills(self, hidden: Hidden, subjects: Sequence[str]) -> list[tuple[str, int]]:
        skills: dict[str, int] = {}
        for number, each in enumerate(subjects):
            for name in self._random.sample(self._subjects[each]["skills"], 4 if number == 0 else 2):
                if self._random.random() < 0.8:
                    skills[name] = min(5, max(1, round(5 * hidden.depth[each] + self._random.gauss(0, 0.7))))
        other = self._subject()
        if self._random.random() < 0.5:
            skills.setdefault(self._random.choice(self._subjects[other]["skills"]), self._random.randint(1, 3))
        return list(skills.items())

    def _stuffed(self, cto: VisibleCto, subject: str) -> VisibleCto:
        """Names everything at the highest level, in the text as well, and tells nothing that was done."""
        others = self._random.sample([each for each in self._subjects if each != subject], 3)
        names = list(dict.fromkeys(name for each in (subject, *others) for name in self._subjects[each]["skills"]))
        listed = self._subjects[subject]["skills"]
        return replace(
            cto,
            headline=f"CTO, expert in {', '.join(listed)}",
            bio=f"Expert in {', '.join(names)}. {', '.join(listed * 2)}. Certified {' '.join(listed)} specialist.",
            skills=[(name, 5) for name in names],
        )

    def _renamed(self, cto: VisibleCto, subject: str) -> VisibleCto:
        """Knows all of it by other names, and lists no skills."""
        lines = [*self._subjects[subject]["synonyms"], *self._random.sample(self._setting["filler"]["engineer"], 2)]
        stage = self._random.choice(self._setting["stages"][cto.stages[0]]["engineer"])
        return replace(cto, bio=" ".join([*lines, stage]), skills=())

    def _need(self, number: int) -> Need:
        names = list(self._subjects)
        second = self._random.choice([each for each in names if each != names[number % len(names)]])
        hours = self._random.choice((8, 10, 12, 16, 16, 20))
        limit = None if self._random.random() < 0.25 else 100 * self._random.randrange(120, 185, 5)
        return Need(
            (names[number % len(names)], second),
            self._random.randrange(4),
            hours,
            limit,
            self._random.choice(INDUSTRIES),
        )

    def _brief(self, key: str, need: Need) -> VisibleBrief:
        random, filler = self._random, self._setting["filler"]["founder"]
        first, second = (self._subjects[each] for each in need.subjects)
        half = slice(3, 6) if self._test else slice(0, 3)
        lines = [
            *random.sample(first["founder"][half], 2),
            random.choice(self._setting["stages"][STAGES[need.stage]]["founder"]),
            *random.sample(second["founder"][half], 1),
            random.choice(filler),
        ]
        return VisibleBrief(
            key=key,
            title=random.choice(self._setting["filler"]["titles"]),
            description=" ".join(lines),
            skills=random.sample(first["skills"], random.choice((1, 2))) if random.random() < 0.35 else (),
            industry=need.industry,
            stage=STAGES[need.stage],
            max_hourly_rate=need.max_hourly_rate,
            hours=need.hours,
        )

    def _slices(
        self,
        needs: Mapping[str, Need],
        grades: Mapping[str, Mapping[str, int]],
        people: Sequence[tuple[VisibleCto, Hidden]],
    ) -> dict[str, list[str]]:
        new = {cto.key for cto, _ in people if not cto.stars}
        slices = {
            trap: [key for key, need in needs.items() if need.subjects[0] in subjects]
            for trap, subjects in TRAPS.items()
        }
        slices["cold start"] = [
            key for key, good in grades.items() if good and sum(each in new for each in good) * 2 >= len(good)
        ]
        slices["rare skill"] = [key for key, need in needs.items() if self._subjects[need.subjects[0]].get("rare")]
        return slices


def _grades(need: Need, people: Sequence[tuple[VisibleCto, Hidden]]) -> dict[str, int]:
    graded = {cto.key: grade(usefulness(hidden, need, cto)) for cto, hidden in people}
    return {key: value for key, value in graded.items() if value}
