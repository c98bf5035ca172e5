"""A small directory in which everybody can be told apart, on either engine."""

from typing import Any

from tests.factories import ListedCto, Marketplace

from ctorendang.domains.search.rebuilding import sync

SEARCH = """
query($first: Int, $after: String, $last: Int, $before: String, $filter: CtoSearchFilter, $order: SearchOrder) {
  searchCtos(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $order) {
    totalCount degraded didYouMean looser { field value count }
    facets { skills { value count } industries { value count } stages { value count } languages { value count }
      timeZones { value count } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { cto { id name } name { text marked } headline { text marked }
      excerpt { text marked } skills } }
  }
}
"""


async def search(market: Marketplace, **variables: Any) -> dict[str, Any]:
    """The answer to a search that must succeed."""
    answer = await market.graphql(SEARCH, **variables)
    assert "errors" not in answer, answer
    return answer["data"]["searchCtos"]


async def found(market: Marketplace, text: str = "", **variables: Any) -> list[str]:
    """The ids that a search finds, in order."""
    wanted = variables.pop("filter", {}) | ({"search": text} if text else {})
    answer = await search(market, filter=wanted, **{"first": 100, **variables})
    return [edge["node"]["cto"]["id"] for edge in answer["edges"]]


async def bring_in_step(market: Marketplace) -> None:
    """What the worker would do for a tenant whose profiles were written past the outbox."""
    product = market.marketplaces.site.product
    if product.gateways.search is not None:
        await sync(product, product.gateways.search, market.id)


async def listed(market: Marketplace, name: str = "", **profile: Any) -> ListedCto:
    """A listed CTO of a name, in the index."""
    cto = await market.listed_cto(**profile)
    if name:
        renamed = await cto.person.mutate(
            "updateAccount", "... on Viewer { id } ... on InvalidInput { message }", {"name": name}
        )
        assert renamed["__typename"] == "Viewer", renamed
    await market.work_off()
    return cto
