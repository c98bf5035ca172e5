"""Projects for CTOs, and CTOs like another, in GraphQL."""

from uuid import UUID

import strawberry

from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.matching.graphql import MatchComponent
from ctorendang.domains.matching.recommendations import Fit, RecommendationService
from ctorendang.domains.matching.scoring import told_to_cto
from ctorendang.domains.projects.graphql import ProjectType
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info, parse_id, required_id
from ctorendang.infra.work import UnitOfWork


@strawberry.type(description="A change of one's profile that was tried, and where it would lead.")
class FitHint:
    """Something to do."""

    text: str
    place: int = strawberry.field(description="Among the project's matches, from 1.")


@strawberry.type(description="How one's own profile stands among a project's matches.")
class ProjectFit:
    """A project with why, and why not."""

    project: ProjectType
    score: float | None = strawberry.field(description="0 to 1; null where a limit keeps one out.")
    place: int | None = strawberry.field(description="From 1; null where a limit keeps one out, or far down.")
    explanation: list[MatchComponent] = strawberry.field(description="Heaviest first.")
    concern: str | None = strawberry.field(description="What the client will think about first.")
    obstacle: str | None = strawberry.field(description="The limit that keeps one out.")
    hints: list[FitHint] = strawberry.field(description="What would move one up; only of `projectFit`.")

    @classmethod
    def of(cls, fit: Fit) -> "ProjectFit":
        """From the service's answer."""
        return cls(
            project=ProjectType.of(fit.project),
            score=fit.match.score if fit.match else None,
            place=fit.place,
            explanation=[
                MatchComponent(
                    component=each.component, weight=each.weight, value=each.value, note=told_to_cto(each.note)
                )
                for each in (fit.match.explanation if fit.match else ())
            ],
            concern=told_to_cto(fit.match.concern) if fit.match and fit.match.concern else None,
            obstacle=fit.obstacle,
            hints=[FitHint(text=hint.text, place=hint.place) for hint in fit.hints],
        )


async def _similar(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, list[CtoType]]:
    found = await RecommendationService(work).similar(cto_ids)
    return {cto_id: [CtoType.of(cto) for cto in ctos] for cto_id, ctos in found.items()}


@strawberry.type
class FitQueries:
    """Roots for CTOs."""

    @priced(2_000)
    async def recommended_projects(self, info: Info, first: int = 10) -> list[ProjectFit]:
        """The published projects that suit one's own listed profile, best first; at most 12."""
        found = await info.context.use(lambda work: RecommendationService(work).projects(first))
        return [ProjectFit.of(each) for each in found]

    @priced(5_000)
    async def project_fit(self, info: Info, project_id: strawberry.ID) -> ProjectFit:
        """How one's own listed profile stands among a project's matches, and what would move it up."""
        id_ = required_id(project_id)
        return ProjectFit.of(await info.context.use(lambda work: RecommendationService(work).fit(id_)))

    @priced(200)
    async def similar_ctos(self, info: Info, cto_id: strawberry.ID) -> list[CtoType]:
        """The listed CTOs who are most like another; at most 4."""
        id_ = parse_id(cto_id)
        return [] if id_ is None else await info.context.load_found(_similar, id_) or []
