"""CTOs side by side in GraphQL."""

from uuid import UUID

import strawberry

from ctorendang.domains.calendar.availability import AvailabilityService
from ctorendang.domains.calendar.graphql import CtoCalendar
from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.matching.comparison import Asked, Compared, Comparison, ComparisonService, SkillStanding
from ctorendang.domains.matching.graphql import MatchType
from ctorendang.domains.projects.graphql import ProjectType
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Info, parse_id, required_id

strawberry.enum(SkillStanding, description="Names a skill, only a relative of it, or neither.")


@strawberry.type(description="A skill that a project asks for, and how somebody stands to it.")
class AskedSkill:
    """One row of a comparison."""

    name: str
    must: bool = strawberry.field(description="The project cannot do without it.")
    standing: SkillStanding

    @classmethod
    def of(cls, asked: Asked) -> "AskedSkill":
        """From the service's answer."""
        return cls(name=asked.name, must=asked.must, standing=asked.standing)


@strawberry.type(description="One of those who are compared.")
class ComparedCto:
    """A column of a comparison."""

    compared: strawberry.Private[Compared]
    cto: CtoType
    match: MatchType | None = strawberry.field(description="Null without a project, or where they are not on its list.")
    obstacle: str | None = strawberry.field(description="Why they are not.")
    skills: list[AskedSkill] = strawberry.field(description="The project's, in the same order for everybody.")

    @classmethod
    def of(cls, compared: Compared) -> "ComparedCto":
        """From the service's answer."""
        return cls(
            compared=compared,
            cto=CtoType.of(compared.cto),
            match=MatchType.of(compared.match) if compared.match else None,
            obstacle=compared.obstacle,
            skills=[AskedSkill.of(each) for each in compared.asked],
        )

    @priced(20)
    async def calendar(self, info: Info) -> CtoCalendar | None:
        """When they can be met, in one's own time zone."""
        cto_id = self.compared.cto.id
        offer, zone = await info.context.use(lambda work: AvailabilityService(work).find_in_zone(cto_id))
        return CtoCalendar.of(offer, zone) if offer is not None else None


@strawberry.type(name="Comparison", description="Two to four listed CTOs side by side.")
class ComparisonType:
    """A comparison."""

    project: ProjectType | None
    ctos: list[ComparedCto] = strawberry.field(description="In the order in which they were asked for.")
    missing: int = strawberry.field(description="How many were asked for beside them, and are not listed here.")

    @classmethod
    def of(cls, comparison: Comparison) -> "ComparisonType":
        """From the service's answer."""
        return cls(
            project=ProjectType.of(comparison.project) if comparison.project else None,
            ctos=[ComparedCto.of(each) for each in comparison.ctos],
            missing=comparison.missing,
        )


@strawberry.type
class ComparisonQueries:
    """The root that compares."""

    @priced(1_000)
    async def comparison(
        self, info: Info, cto_ids: list[strawberry.ID], project_id: strawberry.ID | None = None
    ) -> ComparisonType:
        """Listed CTOs side by side, measured against a project of one's own if one is named; two to four."""
        # What is no id is nobody's, and counts as missing like any other: it gets one that nobody has.
        wanted = [parse_id(each) or UUID(int=place) for place, each in enumerate(dict.fromkeys(cto_ids))]
        project = None if project_id is None else required_id(project_id)
        return ComparisonType.of(await info.context.use(lambda work: ComparisonService(work).compare(wanted, project)))
