"""Who may search, and do what with saved searches."""

from typing import Any
from uuid import uuid4

from tests.factories import PROBLEMS
from tests.isolation.matrix import EVERYBODY, OWNER, SIGNED_IN, Cast, Operation

SAVED = "... on SavedSearch { id name }" + PROBLEMS


async def a_new_search(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch_as("worker", "delete from saved_searches")
    return {"name": f"Search {uuid4().hex[:6]}", "filter": {"skills": ["Kubernetes"]}}


async def a_saved_search(cast: Cast) -> dict[str, Any]:
    """The client's."""
    await cast.market.fetch_as("worker", "delete from saved_searches")
    (row,) = await cast.market.fetch_as(
        "worker",
        "insert into saved_searches (tenant_id, user_id, name, query, alerts) values ($1, $2, 'Mine', '{}', false)"
        " returning id",
        cast.market.id,
        cast.client.id,
    )
    return {"savedSearchId": str(row["id"])}


async def a_renamed_search(cast: Cast) -> dict[str, Any]:
    return {**await a_saved_search(cast), "name": f"Search {uuid4().hex[:6]}"}


async def a_removed_search(cast: Cast) -> dict[str, Any]:
    saved = await a_saved_search(cast)
    await cast.market.fetch_as("worker", "update saved_searches set removed_at = now()")
    return saved


async def everybodys_search(cast: Cast) -> dict[str, Any]:
    """One each, so that everybody has something to be shown."""
    await cast.market.fetch_as("worker", "delete from saved_searches")
    await cast.market.fetch_as(
        "worker",
        "insert into saved_searches (tenant_id, user_id, name, query) select tenant_id, id, name, '{}' from users",
    )
    return {}


QUERIES = [
    Operation("searchCtos", "searchCtos { totalCount edges { node { cto { id } } } }", EVERYBODY),
    Operation("savedSearches", "savedSearches { id name }", SIGNED_IN, prepare=everybodys_search),
]
MUTATIONS = [
    Operation("saveSearch", SAVED, SIGNED_IN, prepare=a_new_search),
    Operation("updateSavedSearch", SAVED, OWNER, blind=SIGNED_IN - OWNER, prepare=a_renamed_search),
    Operation("removeSavedSearch", SAVED, OWNER, blind=SIGNED_IN - OWNER, prepare=a_saved_search),
    Operation("restoreSavedSearch", SAVED, OWNER, blind=SIGNED_IN - OWNER, prepare=a_removed_search),
]
