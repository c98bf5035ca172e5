"""Matches in GraphQL: what can be said about them."""

from typing import Annotated

import strawberry

from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.matching.feedback import DismissalReason, FeedbackService
from ctorendang.domains.matching.weighing import WeighingService
from ctorendang.domains.matching.weights_graphql import MatchFactors, MatchWeightsType
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.input
class DismissMatchInput:
    """Whom to leave out of which project's matches, and why."""

    project_id: strawberry.ID
    cto_id: strawberry.ID
    reason: DismissalReason | None = strawberry.field(
        default=None, description="Why they are not relevant, if one wants to say."
    )


@strawberry.input
class RestoreMatchInput:
    """Whom to let among which project's matches again."""

    project_id: strawberry.ID
    cto_id: strawberry.ID


@strawberry.input
class ChangeMatchWeightsInput:
    """How much some components shall count from now on."""

    factors: MatchFactors
    revision: int = strawberry.field(description="That one has seen; another is refused.")


MatchWeightsResult = Annotated[MatchWeightsType | Refusal | InvalidInput, strawberry.union("MatchWeightsResult")]
MatchedCtoResult = Annotated[CtoType | Refusal | InvalidInput, strawberry.union("MatchedCtoResult")]


@strawberry.type
class MatchingMutations:
    """Roots that change what is matched."""

    @mutation
    async def dismiss_match(self, info: Info, input: DismissMatchInput) -> MatchedCtoResult:
        """Leave a CTO out of the matches of one's project, from now on; `restoreMatch` takes it back."""
        project_id, cto_id = required_id(input.project_id), required_id(input.cto_id)
        return CtoType.of(
            await info.context.use(lambda work: FeedbackService(work).dismiss(project_id, cto_id, input.reason))
        )

    @mutation
    async def change_match_weights(self, info: Info, input: ChangeMatchWeightsInput) -> MatchWeightsResult:
        """Have some components of scores count more or less; for administrators."""
        found = await info.context.use(lambda work: WeighingService(work).change(input.factors.value(), input.revision))
        return MatchWeightsType.of(found)

    @mutation
    async def restore_match(self, info: Info, input: RestoreMatchInput) -> MatchedCtoResult:
        """Let a CTO be among the matches of one's project again."""
        project_id, cto_id = required_id(input.project_id), required_id(input.cto_id)
        return CtoType.of(await info.context.use(lambda work: FeedbackService(work).restore(project_id, cto_id)))
