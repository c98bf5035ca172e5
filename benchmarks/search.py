"""How long a faceted search takes in a large tenant, on either engine.

Fill a stack (`ctorendang demo load --tenants 1 --ctos 20000`), run `ctorendang search reindex`, then
`python benchmarks/search.py demo-001 [searches]` with the stack's variables in the environment.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window
from ctorendang.domains.search.repository import PostgresEngine
from ctorendang.domains.search.service import synonyms_of
from ctorendang.domains.search.typesense_engine import TypesenseEngine
from ctorendang.domains.tenants.platform import ids_by_slug
from ctorendang.infra.auth.actor import Actor
from ctorendang.settings import Settings
from ctorendang.wiring import open_product

WORDS = ("payments", "kubernetes", "platform", "data", "rails monolith", "k8s", "scaled team", "security", "terrafrom")
SKILLS = ("Kubernetes", "Terraform", "PostgreSQL", "AWS", "Python", "React")
ORDERS = (SearchOrder.RELEVANCE, SearchOrder.RATING, SearchOrder.RATE_ASC, SearchOrder.TIME_ZONE)


def queries(count: int) -> list[tuple[CtoQuery, SearchOrder]]:
    """What people ask: words, filters and orders in all combinations, the same in every run."""
    chance = random.Random(7)  # noqa: S311 - the same in every run
    made = []
    for _ in range(count):
        order = chance.choice(ORDERS)
        query = CtoQuery(
            search=chance.choice((*WORDS, "", "", "")),
            skills=tuple(chance.sample(SKILLS, chance.choice((0, 0, 1)))),
            industries=tuple(chance.sample(INDUSTRIES, chance.choice((0, 0, 2)))),
            max_hourly_rate=chance.choice((None, None, 18_000)),
            min_availability=chance.choice((None, None, 8)),
            time_zone="Europe/Berlin" if order is SearchOrder.TIME_ZONE else None,
            max_hours_apart=2 if order is SearchOrder.TIME_ZONE else None,
        )
        made.append((query, order))
    return made


async def measure(name: str, ask: Callable[[CtoQuery, SearchOrder], Awaitable[int]], count: int) -> None:
    """Run every query once to warm up, and once for the record."""
    asked = queries(count)
    for query, order in asked[: count // 5]:
        await ask(query, order)
    took, found = [], 0
    for query, order in asked:
        started = time.perf_counter()
        found += await ask(query, order)
        took.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(took, n=100)
    print(  # noqa: T201
        f"{name:<28} p50 {cuts[49]:6.1f} ms   p95 {cuts[94]:6.1f} ms   p99 {cuts[98]:6.1f} ms"
        f"   ({count} searches, {found / count:.0f} found on average, load {os.getloadavg()[0]:.1f})"
    )


async def main(slug: str, count: int) -> None:
    """Measure both engines on one tenant."""
    async with open_product(Settings.from_env()) as product:
        tenant_id = (await ids_by_slug(product))[slug]
        page = Window(0, 24)
        async with product.units.begin(Actor(tenant_id)) as work:
            synonyms = await synonyms_of(work.session)
        if product.gateways.search is not None:
            engine = TypesenseEngine(product.gateways.search)

            async def typesense(query: CtoQuery, order: SearchOrder) -> int:
                return (await engine.find(tenant_id, query, order, page)).total

            await measure("Typesense, with facets", typesense, count)

        async def postgres(query: CtoQuery, order: SearchOrder) -> int:
            async with product.units.begin(Actor(tenant_id)) as work:
                return (await PostgresEngine(work.session, synonyms).find(tenant_id, query, order, page)).total

        await measure("PostgreSQL, with facets", postgres, count)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300))
