"""Finding CTOs with Typesense: what it is asked, and what its answers mean."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ctorendang.domains.ctos.taxonomy import slug_of
from ctorendang.domains.search.documents import ALIAS, key_of
from ctorendang.domains.search.query import WIDENING, CtoQuery, SearchOrder, Window
from ctorendang.domains.search.results import MOST_COUNTS, NOTHING, Counts, Found, ordered
from ctorendang.domains.search.time_zones import longitude, offset
from ctorendang.infra.gateways.typesense import Typesense
from ctorendang.kit.clock import now

_SORTS = {
    SearchOrder.RELEVANCE: "_text_match:desc,rating:desc,serial:asc",
    SearchOrder.RATING: "rating:desc,review_count:desc,serial:asc",
    SearchOrder.RATE_ASC: "hourly_rate:asc,serial:asc",
    SearchOrder.RATE_DESC: "hourly_rate:desc,serial:asc",
    SearchOrder.EXPERIENCE: "years_experience:desc,serial:asc",
    SearchOrder.NEWEST: "serial:desc",
    SearchOrder.NAME: "name:asc,serial:asc",
}
_COUNTED = ("skills", "industries", "stages", "languages", "time_zone")
_DAY = 24 * 60


class TypesenseEngine:
    """One tenant a call, by a key that is good for nothing else."""

    def __init__(self, server: Typesense) -> None:
        self._server = server

    async def find(self, tenant_id: UUID, query: CtoQuery, order: SearchOrder, part: Window) -> Found:
        """A part of a result, with counts.

        Raises:
            SearchUnavailable: it does not answer.
            SearchRefused: it cannot make sense of the query.
        """
        if query.hopeless:
            return NOTHING
        pages = _pages(part)
        searches = [_search(query, order, page, part.size, counts=page == pages[0]) for page in pages]
        counting = [_counting(query.without(name), [name]) for name in _widening(query)]
        # The server works off the searches of a request one by one, and requests side by side.
        asked = [self._server.search(tenant_id, each) for each in (searches, counting) if each]
        answers = [answer for each in await asyncio.gather(*asked) for answer in each]
        counts = {name: found for answer in answers for name, found in _counts(answer).items()}
        hits = [hit for answer in answers[: len(pages)] for hit in answer["hits"]]
        skipped = part.start % part.size if part.size else 0
        return Found(
            ids=[UUID(hit["document"]["id"]) for hit in hits[skipped : skipped + part.size]],
            total=answers[0]["found"],
            skills=counts.get("skills", ()),
            industries=counts.get("industries", ()),
            stages=counts.get("stages", ()),
            languages=counts.get("languages", ()),
            time_zones=counts.get("time_zone", ()),
        )

    async def count(self, tenant_id: UUID, queries: Sequence[CtoQuery]) -> list[int]:
        """How many each of several queries finds; raises as ``find``."""
        asked = [query for query in queries if not query.hopeless]
        if not asked:
            return [0 for _ in queries]
        answers = iter(await self._server.search(tenant_id, [_counting(query, []) for query in asked]))
        return [0 if query.hopeless else next(answers)["found"] for query in queries]


def _widening(query: CtoQuery) -> list[str]:
    return [name for name in WIDENING if getattr(query, name)]


def _pages(part: Window) -> list[int]:
    """Which pages of the part's size hold it: one, or two neighbours, since it is asked by pages alone."""
    if not part.size:
        return [1]
    page, within = divmod(part.start, part.size)
    return [page + 1, page + 2] if within else [page + 1]


def _search(query: CtoQuery, order: SearchOrder, page: int, size: int, *, counts: bool) -> dict[str, Any]:
    # Those are counted as if none had been asked for, by searches of their own.
    by = [name for name in _COUNTED if name not in _widening(query)]
    facets = {"facet_by": ",".join(by), "max_facet_values": MOST_COUNTS * 2}  # among equals it cuts anywhere
    return {
        **_base(query),
        **(facets if counts else {}),
        "sort_by": _sort(query, order),
        "page": page,
        "per_page": size,
    }


def _counting(query: CtoQuery, by: Sequence[str]) -> dict[str, Any]:
    facets = {"facet_by": ",".join(by), "max_facet_values": MOST_COUNTS * 2} if by else {}
    return {**_base(query), **facets, "per_page": 0}


def _base(query: CtoQuery) -> dict[str, Any]:
    filters = _filters(query)
    return {
        "collection": ALIAS,
        "q": " ".join(query.words) or "*",
        "query_by": "name,skills,headline,bio",
        "query_by_weights": "4,5,3,1",
        "include_fields": "id",
        "highlight_fields": "none",
        "highlight_full_fields": "none",
        # Every word must be found: counts would mean little if some were dropped.
        "drop_tokens_threshold": 0,
        "typo_tokens_threshold": 1,
        **({"filter_by": " && ".join(filters)} if filters else {}),
    }


def _filters(query: CtoQuery) -> list[str]:
    """Conditions of numbers alone: nothing that somebody typed is part of one."""
    filters = [f"skill_keys:={key_of(slug_of(name))}" for name in query.skills]
    filters += [f"language_keys:={key_of(name)}" for name in query.languages]
    for field, values in (("industry_keys", query.industries), ("stage_keys", query.stages)):
        if values:
            filters.append(f"{field}:=[{','.join(str(key_of(each)) for each in values)}]")
    for name, sign, value in (
        ("hourly_rate", "<=", query.max_hourly_rate),
        ("availability", ">=", query.min_availability),
        ("years_experience", ">=", query.min_years),
        ("rating", ">=", query.min_rating),
    ):
        if value is not None:
            filters.append(f"{name}:{sign}{value}")
    if query.time_zone is not None and query.max_hours_apart is not None:
        filters.append(f"offset:[{','.join(_ranges(offset(query.time_zone, now()), query.max_hours_apart * 60))}]")
    return filters


def _ranges(middle: int, minutes: int) -> list[str]:
    """The offsets that are so near, also the other way round the day."""
    return [f"{middle - minutes + turn}..{middle + minutes + turn}" for turn in (0, _DAY, -_DAY)]


def _sort(query: CtoQuery, order: SearchOrder) -> str:
    if order is SearchOrder.TIME_ZONE and query.time_zone is not None:
        return f"place(0,{longitude(offset(query.time_zone, now()))}):asc,rating:desc,serial:asc"
    if order is SearchOrder.RELEVANCE and not query.words:
        return _SORTS[SearchOrder.RATING]
    return _SORTS[order]


def _counts(answer: Mapping[str, Any]) -> dict[str, Counts]:
    return {
        facet["field_name"]: ordered([(each["value"], each["count"]) for each in facet["counts"]])
        for facet in answer.get("facet_counts", ())
    }
