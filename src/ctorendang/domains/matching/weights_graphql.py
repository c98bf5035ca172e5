"""How much counts what, in GraphQL."""

import strawberry

from ctorendang.domains.matching.weighing import Effect, WeighingService, Weights
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info


@strawberry.type(description="What one component of a score weighs.")
class MatchWeight:
    """A weight in force."""

    component: str
    reference: float = strawberry.field(description="Its share of the score as evaluated, 0 to 1.")
    weight: float = strawberry.field(description="Its share here, 0 to 1.")
    factor: float | None = strawberry.field(description="Times the reference, 0.5 to 2; null where it cannot be moved.")


@strawberry.type(name="MatchWeights", description="What the components of scores weigh in this marketplace.")
class MatchWeightsType:
    """All weights in force."""

    id: strawberry.ID
    version: int = strawberry.field(description="Of the reference.")
    revision: int = strawberry.field(description="Of the marketplace's own factors; 0 before the first.")
    note: str
    tested: float | None = strawberry.field(description="nDCG@10 of the reference on the benchmark's test seed.")
    weights: list[MatchWeight]

    @classmethod
    def of(cls, found: Weights) -> "MatchWeightsType":
        """From the service's answer."""
        tested = found.evaluation.get("test", {}).get("nDCG@10")
        return cls(
            id=strawberry.ID(f"{found.version}.{found.revision}"),
            version=found.version,
            revision=found.revision,
            note=found.note,
            tested=tested,
            weights=[
                MatchWeight(component=each.component, reference=each.reference, weight=each.weight, factor=each.factor)
                for each in found.parts
            ],
        )


@strawberry.type(description="What other weights would do to the first ten of a project.")
class MatchWeightsEffect:
    """An effect on a project of the past."""

    project_id: strawberry.ID
    title: str
    entering: list[str] = strawberry.field(description="Who would be new among the first ten.")
    leaving: list[str] = strawberry.field(description="Who would not be among them any more.")
    moved: int = strawberry.field(description="How many would stay, in another place.")

    @classmethod
    def of(cls, effect: Effect) -> "MatchWeightsEffect":
        """From the service's answer."""
        return cls(
            project_id=strawberry.ID(str(effect.project_id)),
            title=effect.title,
            entering=list(effect.entering),
            leaving=list(effect.leaving),
            moved=effect.moved,
        )


@strawberry.input(description="Times the reference, 0.5 to 2 each; what is left out counts as evaluated.")
class MatchFactors:
    """A tenant's own wishes."""

    rate: float = 1
    availability: float = 1
    rating: float = 1
    stage: float = 1
    industry: float = 1

    def value(self) -> dict[str, float]:
        """As the service takes it."""
        return {
            "rate": self.rate,
            "availability": self.availability,
            "rating": self.rating,
            "stage": self.stage,
            "industry": self.industry,
        }


@strawberry.type
class WeightQueries:
    """Roots about weights."""

    @strawberry.field
    async def match_weights(self, info: Info) -> MatchWeightsType:
        """What the components of scores weigh here; for administrators."""
        return MatchWeightsType.of(await info.context.use(lambda work: WeighingService(work).current()))

    @priced(5_000)
    async def match_weights_effect(self, info: Info, factors: MatchFactors) -> list[MatchWeightsEffect]:
        """What factors would do to the latest projects; nothing is changed. For administrators."""
        found = await info.context.use(lambda work: WeighingService(work).effect(factors.value()))
        return [MatchWeightsEffect.of(each) for each in found]
