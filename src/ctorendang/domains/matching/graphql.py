"""Matches in GraphQL."""

from uuid import UUID

import strawberry

from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.matching.feedback import DismissalReason, FeedbackService
from ctorendang.domains.matching.service import Match, MatchFilter, MatchService
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info, parse_id, required_id
from ctorendang.infra.work import UnitOfWork

strawberry.enum(DismissalReason, description="Why a CTO is not relevant to a project.")


@strawberry.type(description="A summand of a score. The score is the sum of weight times value.")
class MatchComponent:
    """What a component adds, and why."""

    component: str
    weight: float
    value: float = strawberry.field(description="0 to 1.")
    note: str


@strawberry.type(name="Match", description="How well a CTO fits a project.")
class MatchType:
    """A match."""

    score: float = strawberry.field(description="0 to 1.")
    explanation: list[MatchComponent] = strawberry.field(description="Heaviest first.")
    concern: str | None = strawberry.field(description="The one thing to think about first.")
    newcomer: bool = strawberry.field(
        description="New here, and given this place to be seen at all; the score is theirs."
    )
    cto: CtoType

    @classmethod
    def of(cls, match: Match) -> "MatchType":
        """From the service's answer."""
        return cls(
            score=match.score,
            explanation=[
                MatchComponent(component=each.component, weight=each.weight, value=each.value, note=each.note)
                for each in match.explanation
            ],
            concern=match.concern,
            newcomer=match.newcomer,
            cto=CtoType.of(match.cto),
        )


@strawberry.input(name="MatchFilter")
class MatchFilterInput:
    """Narrows matches beyond what the project says."""

    max_hourly_rate: int | None = strawberry.field(default=None, description="Minor units.")
    min_availability: int | None = strawberry.field(default=None, description="Hours a week.")
    min_rating: float | None = None
    skills: list[str] | None = strawberry.field(default=None, description="Names; a CTO must have each.")


@strawberry.type(name="DismissedMatch", description="A CTO who is left out of a project's matches.")
class DismissedMatchType:
    """Feedback that was given."""

    reason: DismissalReason | None = strawberry.field(description="Null where they were only hidden.")
    cto: CtoType


async def _ready(work: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, bool]:
    ready = await MatchService(work).ready(project_ids)
    return {project_id: project_id in ready for project_id in project_ids}


@strawberry.type
class MatchingQueries:
    """Roots about matches."""

    @priced(500)
    async def matches(
        self, info: Info, project_id: strawberry.ID, first: int = 10, filter: MatchFilterInput | None = None
    ) -> list[MatchType]:
        """The CTOs that fit one's project, best first; at most 50."""
        id_ = required_id(project_id)
        wanted = MatchFilter(
            max_hourly_rate=filter.max_hourly_rate if filter else None,
            min_availability=filter.min_availability if filter else None,
            min_rating=filter.min_rating if filter else None,
            skills=(filter.skills or ()) if filter else (),
        )
        found = await info.context.use(lambda work: MatchService(work).matches(id_, first, wanted))
        return [MatchType.of(match) for match in found]

    @priced(50)
    async def dismissed_matches(self, info: Info, project_id: strawberry.ID) -> list[DismissedMatchType]:
        """Whom the owner has left out of the matches of a project, the last one first; at most 50."""
        id_ = required_id(project_id)
        found = await info.context.use(lambda work: FeedbackService(work).dismissed(id_))
        return [
            DismissedMatchType(reason=DismissalReason(each.reason) if each.reason else None, cto=CtoType.of(each.cto))
            for each in found
        ]

    @strawberry.field
    async def matches_ready(self, info: Info, project_id: strawberry.ID) -> bool:
        """Whether the project's text has been read, so that its meaning counts; false for seconds after saving it."""
        id_ = parse_id(project_id)
        return id_ is not None and await info.context.load_found(_ready, id_)
