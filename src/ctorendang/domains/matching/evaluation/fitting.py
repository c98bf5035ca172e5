"""Fits the weights on the tuning seed: the test seed is never looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from ctorendang.domains.matching.evaluation.world import World
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS

_EVERYBODY = 1_000
_DEPTH = 10
_LEAST, _MOST = 0.01, 0.45
_STEPS = (0.4, 0.7, 0.85, 1.18, 1.4, 2.5)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A brief with everybody's components.

    Attributes:
        present: whether the brief says anything about a component.
        values: one row a CTO.
        gains: 2^grade - 1, in the same order.
        ideal: the discounted gain of the best possible ranking.
    """

    present: NDArray[np.bool_]
    values: NDArray[np.float64]
    gains: NDArray[np.float64]
    ideal: float


async def lessons(world: World) -> list[Lesson]:
    """What the product knows of every CTO for every brief of the tuning sample, with the grades."""
    found = []
    equal = dict.fromkeys(COMPONENTS, 1 / len(COMPONENTS))
    for brief in world.sample.briefs:
        async with world.product.units.begin(world.administrator) as work:
            repository = MatchRepository(work.session, world.tenant_id)
            rows = await repository.best(world.projects[brief.key], _EVERYBODY, equal, candidates=_EVERYBODY)
        grades = world.sample.grades[brief.key]
        if rows and grades:
            found.append(_lesson(rows, [grades.get(world.ctos[row.id], 0) for row in rows], grades))
    return found


def _lesson(rows: Sequence[Row[Any]], grades: Sequence[int], all_grades: Mapping[str, int]) -> Lesson:
    best = np.sort(2.0 ** np.asarray(list(all_grades.values())) - 1)[::-1][:_DEPTH]
    return Lesson(
        present=np.asarray([rows[0].shares[name] > 0 for name in COMPONENTS]),
        values=np.asarray([[float(getattr(row, name)) for name in COMPONENTS] for row in rows]),
        gains=2.0 ** np.asarray(grades) - 1,
        ideal=float((best / _discount(len(best))).sum()),
    )


def _discount(count: int) -> NDArray[np.float64]:
    return np.log2(np.arange(2, count + 2))


def worth(weights: NDArray[np.float64], taught: Sequence[Lesson]) -> float:
    """Mean nDCG@10 of some weights."""
    total = 0.0
    for lesson in taught:
        scores = lesson.values @ (weights * lesson.present)
        first = lesson.gains[np.argsort(-scores, kind="stable")[:_DEPTH]]
        total += float((first / _discount(len(first))).sum()) / lesson.ideal
    return total / len(taught)


def fit(taught: Sequence[Lesson]) -> dict[str, float]:
    """Weights by coordinate ascent, averaged over several draws of two thirds of the briefs so as not to overfit."""
    random = np.random.default_rng(0)
    runs = []
    for _ in range(6):
        half = [taught[index] for index in random.permutation(len(taught))[: max(1, len(taught) * 2 // 3)]]
        runs.append(_ascend(np.full(len(COMPONENTS), 1 / len(COMPONENTS)), half))
    mean = np.mean(runs, axis=0)
    return {name: round(float(weight), 3) for name, weight in zip(COMPONENTS, mean / mean.sum(), strict=True)}


def _ascend(weights: NDArray[np.float64], taught: Sequence[Lesson]) -> NDArray[np.float64]:
    best = worth(weights, taught)
    for _ in range(6):
        before = best
        for column in range(len(weights)):
            for step in _STEPS:
                tried = weights.copy()
                tried[column] = np.clip(tried[column] * step, _LEAST, _MOST)
                tried /= tried.sum()
                value = worth(tried, taught)
                if value > best + 1e-5:
                    best, weights = value, tried
        if best - before < 1e-4:
            break
    return weights
