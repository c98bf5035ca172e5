"""What a search engine answers: the same from either."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window

MOST_COUNTS = 40

Counts = Sequence[tuple[str, int]]
"""Values and how many results have each, most first, then by value."""


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a result, and what the whole has in common.

    Attributes:
        skills: counts within the result, since a further skill narrows it.
        industries: counts as if no industry had been asked for, since a further one widens it.
        stages: counts as if no stage had been asked for.
        languages: counts within the result, by English names.
        time_zones: counts within the result.
    """

    ids: Sequence[UUID]
    total: int
    skills: Counts = ()
    industries: Counts = ()
    stages: Counts = ()
    languages: Counts = ()
    time_zones: Counts = ()


NOTHING = Found(ids=(), total=0)


class Engine(Protocol):
    """Finds CTOs of a tenant; what it finds may be a moment old."""

    async def find(self, tenant_id: UUID, query: CtoQuery, order: SearchOrder, part: Window) -> Found:
        """A part of a result, with counts.

        Raises:
            SearchUnavailable: the engine cannot be asked now.
        """

    async def count(self, tenant_id: UUID, queries: Sequence[CtoQuery]) -> list[int]:
        """How many each of several queries finds. Raises as ``find``."""


def ordered(counts: Sequence[tuple[str, int]]) -> Counts:
    """The counts as both engines show them."""
    return sorted(counts, key=lambda each: (-each[1], each[0]))[:MOST_COUNTS]
