"""Asks the product and the baselines, and adds up what their answers are worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ctorendang.domains.matching.evaluation.baselines import LEGS, rankings
from ctorendang.domains.matching.evaluation.esco import expert_links
from ctorendang.domains.matching.evaluation.fitting import Lesson, fit, lessons, worth
from ctorendang.domains.matching.evaluation.generator import TEST_SEED, TUNING_SEED, Generator
from ctorendang.domains.matching.evaluation.metrics import MEASURES, Estimate, estimate
from ctorendang.domains.matching.evaluation.newcomers import chances
from ctorendang.domains.matching.evaluation.sample import Sample
from ctorendang.domains.matching.evaluation.world import World, settle
from ctorendang.domains.matching.exploration import SHOWN
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS
from ctorendang.infra.product import Product

PIPELINE = "pipeline"

Tell = Callable[[str], None]
Values = Mapping[str, Mapping[str, Sequence[float]]]
"""By method and measure, one number a brief."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A question asked of some briefs.

    Attributes:
        briefs: how many.
        estimates: by method and measure.
    """

    name: str
    briefs: int
    estimates: Mapping[str, Mapping[str, Estimate]]

    def ndcg(self, method: str) -> float:
        """The mean nDCG@10 of a method."""
        return self.estimates[method]["nDCG@10"].mean

    @property
    def best_leg(self) -> str:
        """The single leg that does best here."""
        return max(LEGS, key=self.ndcg)


@dataclass(frozen=True, slots=True)
class Result:
    """All of it.

    Attributes:
        under_filled: lists of the pipeline that were shorter than ten although more were eligible.
        lists: of how many.
    """

    slices: Sequence[Slice]
    under_filled: int
    lists: int
    notes: Sequence[str] = field(default_factory=tuple)


def tuning_samples() -> Sequence[Sample]:
    """What weights are fitted on."""
    return Generator(TUNING_SEED, test=False).make("B, tuning", ctos=200, briefs=112), expert_links(test=False)


def test_samples() -> Sequence[Sample]:
    """What is reported; looked at after the weights stand."""
    return (
        Generator(TEST_SEED, test=True).make("B", ctos=220, briefs=126),
        Generator(TEST_SEED + 1, test=True).make("tiny tenant", ctos=14, briefs=42),
        expert_links(test=True),
    )


async def fit_weights(product: Product, tell: Tell) -> str:
    """Fit weights on the tuning samples; what they are and what they are worth there, in words."""
    taught: list[Lesson] = []
    for sample in tuning_samples():
        tell(f"reading {sample.name}: {len(sample.ctos)} profiles, {len(sample.briefs)} briefs")
        world = await settle(product, sample)
        taught += await lessons(world)
    async with product.units.begin(world.administrator) as work:
        weights = await MatchRepository(work.session, world.tenant_id).weights()
    now = worth(np.asarray([weights[name] for name in COMPONENTS]), taught)
    fitted = fit(taught)
    then = worth(np.asarray(list(fitted.values())), taught)
    return f"Tuning samples: nDCG@10 {now:.3f} with the weights in force, {then:.3f} with {fitted}"


async def measure(product: Product, tell: Tell) -> Result:
    """Run both tracks.

    Args:
        product: on a database of the benchmark's own.
        tell: hears what is being done.
    """
    slices: list[Slice] = []
    notes: list[str] = []
    missing = lists = 0
    for sample in test_samples():
        tell(f"reading {sample.name}: {len(sample.ctos)} profiles, {len(sample.briefs)} briefs")
        world = await settle(product, sample)
        answers = await _answers(world)
        slices += [_slice(_label(sample.name), sample, answers, [brief.key for brief in sample.briefs])]
        slices += [_slice(name, sample, answers, keys) for name, keys in sample.slices.items() if sample.name == "B"]
        if sample.name == "B":
            notes.append(await chances(world))
        lists += len(sample.briefs)
        missing += sum(
            len(answers[brief.key][PIPELINE]) < min(SHOWN, len(sample.eligible(brief))) for brief in sample.briefs
        )
    return Result(slices, missing, lists, notes)


def _label(name: str) -> str:
    return {"B": "B: all", "A": "A: ESCO"}.get(name, name)


async def _answers(world: World) -> dict[str, dict[str, list[str]]]:
    """Rankings by brief and method."""
    answers = {}
    for brief in world.sample.briefs:
        answers[brief.key] = {**await rankings(world, brief), PIPELINE: await world.ranking(brief)}
    return answers


def _slice(name: str, sample: Sample, answers: Mapping[str, Mapping[str, list[str]]], keys: Sequence[str]) -> Slice:
    judged = [key for key in keys if sample.grades[key]]
    methods = list(next(iter(answers.values())))
    return Slice(
        name,
        len(judged),
        {
            method: {
                measure: estimate([value(answers[key][method], sample.grades[key]) for key in judged])
                for measure, value in MEASURES.items()
            }
            for method in methods
        },
    )
