"""Decisions about profiles in GraphQL, for administrators."""

from datetime import datetime

import strawberry

from ctorendang.domains.ctos.approvals import ApprovalService, Decision
from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.graphql.types import Info


@strawberry.type(name="CtoDecision", description="That a profile was approved or given back, within the last day.")
class CtoDecisionType:
    """What was decided, and by whom."""

    cto: CtoType
    approved: bool = strawberry.field(description="Otherwise it was given back.")
    reason: str = strawberry.field(description="As its CTO reads it; empty for approvals.")
    actor_name: str = strawberry.field(description="Who decided; empty where the product itself did.")
    created_at: datetime

    @classmethod
    def of(cls, decision: Decision) -> "CtoDecisionType":
        """From its rows."""
        change = decision.change
        return cls(
            cto=CtoType.of(decision.cto),
            approved=change.after == CtoStatus.LISTED,
            reason=change.reason,
            actor_name=change.actor_name,
            created_at=change.created_at,
        )


@strawberry.type
class ApprovalQueries:
    """Roots about decisions."""

    @strawberry.field
    async def recent_decisions(self, info: Info) -> list[CtoDecisionType]:
        """The decisions about profiles that can still be taken back, latest first; for administrators."""
        found = await info.context.use(lambda work: ApprovalService(work).recent())
        return [CtoDecisionType.of(decision) for decision in found]
