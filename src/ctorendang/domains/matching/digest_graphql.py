"""One's projects with who leads their matches, and how often one is shown, in GraphQL."""

from datetime import datetime

import strawberry

from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.matching.digests import Digest, DigestService
from ctorendang.domains.projects.graphql import ProjectType
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info


@strawberry.type(description="One's project, and who stands among its first ten matches.")
class MatchDigest:
    """A project at a glance."""

    digest: strawberry.Private[Digest]
    project: ProjectType
    found: int = strawberry.field(description="How many stand there.")
    entered: int = strawberry.field(description="How many of them came since one last looked at the matches.")
    visited_at: datetime | None = strawberry.field(description="When one last looked; null where one never has.")
    ready: bool = strawberry.field(
        description="Whether the list has been worked out; false for about a minute after the project was written."
    )

    @classmethod
    def of(cls, digest: Digest) -> "MatchDigest":
        """From the service's answer."""
        return cls(
            digest=digest,
            project=ProjectType.of(digest.project),
            found=len(digest.ctos),
            entered=digest.new,
            visited_at=digest.visited_at,
            ready=digest.worked_out,
        )

    @strawberry.field
    def ctos(self, first: int = 3) -> list[CtoType]:
        """The best of them; at most 10."""
        return [CtoType.of(cto) for cto in self.digest.ctos[: max(0, first)]]


@strawberry.type(description="How often clients are shown one's profile.")
class MatchAppearances:
    """Lists that one is on."""

    lists: int = strawberry.field(description="Published projects among whose first ten matches one stands.")
    entered: int = strawberry.field(description="Those of them that one came to in the last seven days.")


@strawberry.type
class DigestQueries:
    """Roots for dashboards."""

    @priced(50)
    async def match_digests(self, info: Info, first: int = 10) -> list[MatchDigest]:
        """One's own projects that are not closed, each with who leads its matches; the last one changed first."""
        found = await info.context.use(lambda work: DigestService(work).own(first))
        return [MatchDigest.of(each) for each in found]

    @strawberry.field
    async def match_appearances(self, info: Info) -> MatchAppearances:
        """On how many projects' lists one's own profile stands."""
        found = await info.context.use(lambda work: DigestService(work).appearances())
        return MatchAppearances(lists=found.lists, entered=found.entered)
