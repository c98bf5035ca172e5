"""Measures of rankings, with intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_RESAMPLES = 2_000

Ranking = Sequence[str]
Grades = Mapping[str, int]


def ndcg(ranking: Ranking, grades: Grades, depth: int = 10) -> float:
    """Discounted gain (2^grade - 1) of the first ``depth``, as a share of the best possible; 0 without useful ones."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(key, 0) for key in ranking[:depth]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades)))


def recall(ranking: Ranking, grades: Grades, depth: int = 10) -> float:
    """How many of the useful are among the first ``depth``, as a share of how many could be."""
    good = {key for key, grade in grades.items() if grade > 0}
    return len(good.intersection(ranking[:depth])) / min(depth, len(good)) if good else 0.0


def reciprocal_rank(ranking: Ranking, grades: Grades) -> float:
    """1 over the place of the first useful one."""
    return next((1 / place for place, key in enumerate(ranking, 1) if grades.get(key, 0) > 0), 0.0)


MEASURES: Mapping[str, Callable[[Ranking, Grades], float]] = {
    "nDCG@10": ndcg,
    "recall@10": recall,
    "MRR": reciprocal_rank,
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over briefs with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of some briefs' values; the interval comes of drawing as many briefs again, 2,000 times."""
    numbers = np.asarray(values, dtype=float)
    draws = np.random.default_rng(0).integers(0, len(numbers), (_RESAMPLES, len(numbers)))
    low, high = np.percentile(numbers[draws].mean(axis=1), (2.5, 97.5))
    return Estimate(float(numbers.mean()), float(low), float(high))
