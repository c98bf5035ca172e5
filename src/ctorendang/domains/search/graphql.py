"""Searching, and one's saved searches, in GraphQL: what can be read."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.ctos.models import Cto, Skill
from ctorendang.domains.ctos.part_graphql import FacetCount
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.domains.search.highlighting import Fragment, excerpt, fragments, meant
from ctorendang.domains.search.models import SavedSearch
from ctorendang.domains.search.query import CtoQuery, SearchOrder, cursor_at
from ctorendang.domains.search.results import Counts
from ctorendang.domains.search.saved import SavedSearchService, order_of, query_of
from ctorendang.domains.search.service import Result, SearchService
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.types import Edge, Info, PageInfo
from ctorendang.infra.work import UnitOfWork

_STAGES = list(STAGES)

strawberry.enum(SearchOrder, description="How results are sorted; by time zone is nearest first.")


async def _skills(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, list[tuple[Skill, int]]]:
    return await CtoService(work).skills_of(cto_ids)


@strawberry.type(description="A piece of a text. The pieces joined are the text; show each as text, never as markup.")
class TextFragment:
    """Marked where the search meant it."""

    text: str
    marked: bool

    @classmethod
    def all(cls, pieces: list[Fragment]) -> "list[TextFragment]":
        """From the pieces of a text."""
        return [cls(text=piece.text, marked=piece.marked) for piece in pieces]


@strawberry.type(description="A CTO that was found, and why.")
class CtoHit:
    """A result."""

    cto: CtoType
    row: strawberry.Private[Cto]
    words: strawberry.Private[list[str]]

    @strawberry.field
    def name(self) -> list[TextFragment]:
        """The name, marked where it was meant."""
        return TextFragment.all(fragments(self.row.name, self.words))

    @strawberry.field
    def headline(self) -> list[TextFragment]:
        """The headline, marked where it was meant."""
        return TextFragment.all(fragments(self.row.headline, self.words))

    @strawberry.field
    def excerpt(self) -> list[TextFragment]:
        """A part of the profile's text around what was meant; empty where nothing there was."""
        return TextFragment.all(excerpt(self.row.bio, self.words))

    @strawberry.field
    async def skills(self, info: Info) -> list[str]:
        """The names of the skills that were meant."""
        return [
            skill.name
            for skill, _ in await info.context.load_found(_skills, self.row.id)
            if meant(skill.name, self.words)
        ]


@strawberry.type(description="What the results have in common, for narrowing a search.")
class SearchFacets:
    """Counts over the whole result."""

    skills: list[FacetCount] = strawberry.field(description="What would be left with each; the 40 commonest.")
    industries: list[FacetCount] = strawberry.field(description="How many know each, whichever were asked for.")
    stages: list[FacetCount] = strawberry.field(description="Of companies, smallest first; as industries are counted.")
    languages: list[FacetCount] = strawberry.field(description="By English names: what would be left with each.")
    time_zones: list[FacetCount]


@strawberry.type(description="What could be given up, and how many would be found then.")
class LooserSearch:
    """One piece less."""

    field: str = strawberry.field(description="The field of the filter, `search` or `skills` for example.")
    value: str | None = strawberry.field(description="Which of its values, where it has several.")
    count: int


@strawberry.type(description="A page of what a search finds.")
class CtoSearch:
    """Edges as in any connection."""

    result: strawberry.Private[Result]

    @strawberry.field
    def edges(self) -> list[Edge[CtoHit]]:
        """The hits."""
        words = list(self.result.words)
        return [
            Edge(node=CtoHit(cto=CtoType.of(cto), row=cto, words=words), cursor=cursor_at(place))
            for place, cto in zip(self.result.places, self.result.ctos, strict=True)
        ]

    @strawberry.field
    def page_info(self) -> PageInfo:
        """Where the page stands."""
        part, places = self.result.part, self.result.places
        return PageInfo(
            has_next_page=part.start + part.size < self.result.found.total,
            has_previous_page=part.start > 0,
            start_cursor=cursor_at(places[0]) if places else None,
            end_cursor=cursor_at(places[-1]) if places else None,
        )

    @strawberry.field
    def total_count(self) -> int:
        """How many are found."""
        return self.result.found.total

    @strawberry.field
    def degraded(self) -> bool:
        """Whether the search engine is away, so that results come from a simpler search."""
        return self.result.degraded

    @strawberry.field
    def facets(self) -> SearchFacets:
        """Counts for narrowing it."""
        found = self.result.found
        return SearchFacets(
            skills=_counts(found.skills),
            industries=_counts(found.industries),
            stages=_counts(sorted(found.stages, key=lambda each: _STAGES.index(each[0]))),
            languages=_counts(found.languages),
            time_zones=_counts(found.time_zones),
        )

    @priced(500)
    async def did_you_mean(self, info: Info) -> list[str]:
        """Skills that people here have and that are spelled much like it; empty where something was found."""
        if self.result.found.total:
            return []
        return await info.context.use(lambda work: SearchService(work).suggestions(self.result.query))

    @priced(1000)
    async def looser(self, info: Info) -> list[LooserSearch]:
        """What could be given up to find somebody, most found first; empty where something was found."""
        if self.result.found.total:
            return []
        found = await info.context.use(lambda work: SearchService(work).looser(self.result.query))
        return [LooserSearch(field=to_camel_case(name), value=value, count=count) for name, value, count in found]


def _counts(counts: Counts) -> list[FacetCount]:
    return [FacetCount(value=value, count=count) for value, count in counts]


@strawberry.input
class CtoSearchFilter:
    """Which CTOs: all of what is said must hold; of the industries one suffices, and so of the stages."""

    search: str | None = strawberry.field(default=None, description="Words; mistyped ones and synonyms find too.")
    skills: list[str] | None = None
    industries: list[str] | None = None
    stages: list[str] | None = strawberry.field(default=None, description="Of companies: seed to enterprise.")
    languages: list[str] | None = strawberry.field(
        default=None, description="English names or ISO 639-1 codes; a CTO must speak each."
    )
    max_hourly_rate: int | None = strawberry.field(default=None, description="Minor units.")
    min_availability: int | None = strawberry.field(default=None, description="Hours a week.")
    min_years: int | None = None
    min_rating: float | None = None
    time_zone: str | None = strawberry.field(default=None, description="Such as Europe/Berlin: from where to measure.")
    max_hours_apart: int | None = strawberry.field(default=None, description="0 to 12, by the clocks of today.")

    def value(self) -> CtoQuery:
        """As the service takes it."""
        return CtoQuery.from_json({name: value for name, value in asdict(self).items() if value is not None})


@strawberry.type(name="SavedSearch", description="What one looks for again and again.")
class SavedSearchType:
    """One of one's own."""

    id: strawberry.ID
    name: str
    alerts: bool = strawberry.field(description="Whether new results are mailed.")
    created_at: datetime
    checked_at: datetime | None = strawberry.field(description="When it was last looked through for alerts.")
    removed_at: datetime | None = strawberry.field(description="Set for an hour after removing; then it is gone.")
    search: str
    skills: list[str]
    industries: list[str]
    stages: list[str]
    languages: list[str]
    max_hourly_rate: int | None = strawberry.field(description="Minor units.")
    min_availability: int | None
    min_years: int | None
    min_rating: float | None
    time_zone: str | None
    max_hours_apart: int | None
    order_by: SearchOrder | None

    @classmethod
    def of(cls, saved: SavedSearch) -> "SavedSearchType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(saved.id)),
            name=saved.name,
            alerts=saved.alerts,
            created_at=saved.created_at,
            checked_at=saved.checked_at,
            removed_at=saved.removed_at,
            order_by=order_of(saved),
            **asdict(query_of(saved)),
        )


@strawberry.type
class SearchQueries:
    """Roots about searching."""

    @priced(1000)
    async def search_ctos(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: CtoSearchFilter | None = None,
        order_by: SearchOrder | None = None,
    ) -> CtoSearch:
        """Find CTOs by words, skills and terms; without words the best rated come first."""
        query = filter.value() if filter else CtoQuery()
        request = PageRequest(first, after, last, before)
        return CtoSearch(result=await info.context.use(lambda work: SearchService(work).find(query, order_by, request)))

    @strawberry.field
    async def saved_searches(self, info: Info) -> list[SavedSearchType]:
        """One's own saved searches, newest first."""
        found = await info.context.use(lambda work: SavedSearchService(work).all())
        return [SavedSearchType.of(each) for each in found]
