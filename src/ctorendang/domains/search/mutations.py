"""Saved searches in GraphQL: what can be done."""

from typing import Annotated

import strawberry

from ctorendang.domains.search.graphql import CtoSearchFilter, SavedSearchType
from ctorendang.domains.search.query import CtoQuery, SearchOrder
from ctorendang.domains.search.saved import SavedSearchService
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.input
class SaveSearchInput:
    """What to keep."""

    name: str | None = strawberry.field(default=None, description="Made from the filter when there is none.")
    filter: CtoSearchFilter | None = None
    order_by: SearchOrder | None = None
    alerts: bool = strawberry.field(default=True, description="Mail what it newly finds.")


@strawberry.input
class UpdateSavedSearchInput:
    """What changes; what is left out stays."""

    saved_search_id: strawberry.ID
    name: str | None = None
    alerts: bool | None = None


@strawberry.input
class RemoveSavedSearchInput:
    """Which saved search."""

    saved_search_id: strawberry.ID


@strawberry.input
class RestoreSavedSearchInput:
    """Which saved search."""

    saved_search_id: strawberry.ID


SavedSearchResult = Annotated[SavedSearchType | Refusal | InvalidInput, strawberry.union("SavedSearchResult")]


@strawberry.type
class SavedSearchMutations:
    """Roots that keep searches."""

    @mutation
    async def save_search(self, info: Info, input: SaveSearchInput) -> SavedSearchResult:
        """Keep a search; with alerts, what it newly finds is mailed."""
        query = input.filter.value() if input.filter else CtoQuery()
        saved = await info.context.use(
            lambda work: SavedSearchService(work).save(input.name or "", query, input.order_by, alerts=input.alerts)
        )
        return SavedSearchType.of(saved)

    @mutation
    async def update_saved_search(self, info: Info, input: UpdateSavedSearchInput) -> SavedSearchResult:
        """Rename a saved search, or turn its alerts on or off."""
        saved_id = required_id(input.saved_search_id)
        saved = await info.context.use(
            lambda work: SavedSearchService(work).change(saved_id, name=input.name, alerts=input.alerts)
        )
        return SavedSearchType.of(saved)

    @mutation
    async def remove_saved_search(self, info: Info, input: RemoveSavedSearchInput) -> SavedSearchResult:
        """Remove a saved search; for an hour it can be restored."""
        saved_id = required_id(input.saved_search_id)
        return SavedSearchType.of(await info.context.use(lambda work: SavedSearchService(work).remove(saved_id)))

    @mutation
    async def restore_saved_search(self, info: Info, input: RestoreSavedSearchInput) -> SavedSearchResult:
        """Have a removed saved search back."""
        saved_id = required_id(input.saved_search_id)
        return SavedSearchType.of(await info.context.use(lambda work: SavedSearchService(work).restore(saved_id)))
