"""How long a faceted search takes in a large tenant, on either engine, and what an outage of Typesense costs.

`python benchmarks/search.py` does everything: it starts a stack of its own, fills a tenant with 20,000 CTOs the first
time, indexes them, asks both engines the same questions and then kills Typesense under load. `--help` tells the rest.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg
from search_outage import differs, outage, worker

from ctorendang.demo import load
from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.domains.ctos.taxonomy import import_skills
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window
from ctorendang.domains.search.rebuilding import IndexKeeper, drift
from ctorendang.domains.search.repository import PostgresEngine
from ctorendang.domains.search.service import SearchService, synonyms_of
from ctorendang.domains.search.typesense_engine import TypesenseEngine
from ctorendang.domains.tenants.platform import ids_by_slug
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.migrations import upgrade
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.gateways.typesense import Typesense as SearchServer
from ctorendang.infra.product import Product
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.infra.stack.typesense import Typesense
from ctorendang.settings import Settings
from ctorendang.wiring import open_product

SLUG = "demo-001"
WORDS = ("payments", "kubernetes", "platform", "data", "rails monolith", "k8s", "scaled team", "security")
MISTYPED = ("terrafrom", "kuberntes", "paymnets platform", "postgers")
SKILLS = ("Kubernetes", "Terraform", "PostgreSQL", "AWS", "Python", "React")
LANGUAGES = ("English", "German", "French")
ORDERS = (SearchOrder.RELEVANCE, SearchOrder.RATING, SearchOrder.RATE_ASC, SearchOrder.TIME_ZONE)

Ask = Callable[[CtoQuery, SearchOrder], Awaitable[int]]


def queries(count: int, words: tuple[str, ...]) -> list[tuple[CtoQuery, SearchOrder]]:
    """What people ask: words, filters and orders in all combinations, the same in every run."""
    chance = random.Random(7)  # noqa: S311 - the same in every run
    made = []
    for _ in range(count):
        order = chance.choice(ORDERS)
        query = CtoQuery(
            search=chance.choice(words),
            skills=tuple(chance.sample(SKILLS, chance.choice((0, 0, 1)))),
            industries=tuple(chance.sample(INDUSTRIES, chance.choice((0, 0, 2)))),
            stages=tuple(chance.sample(list(STAGES), chance.choice((0, 0, 1)))),
            languages=tuple(chance.sample(LANGUAGES, chance.choice((0, 0, 0, 1)))),
            max_hourly_rate=chance.choice((None, None, 18_000)),
            min_availability=chance.choice((None, None, 8)),
            time_zone="Europe/Berlin" if order is SearchOrder.TIME_ZONE else None,
            max_hours_apart=2 if order is SearchOrder.TIME_ZONE else None,
        )
        made.append((query, order))
    return made


async def measure(name: str, ask: Ask, asked: list[tuple[CtoQuery, SearchOrder]]) -> None:
    """Run some queries to warm up, and every one for the record."""
    for query, order in asked[: len(asked) // 5]:
        await ask(query, order)
    took, cpu, found = [], [], 0
    for query, order in asked:
        started, busy = time.perf_counter(), time.process_time()
        found += await ask(query, order)
        took.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    cuts, ours = statistics.quantiles(took, n=100), statistics.quantiles(cpu, n=100)
    print(  # noqa: T201
        f"{name:<34} p50 {cuts[49]:6.1f} ms   p95 {cuts[94]:6.1f} ms   p99 {cuts[98]:6.1f} ms"
        f"   our own CPU p95 {ours[94]:4.1f} ms   {found / len(asked):6.0f} found   load {os.getloadavg()[0]:4.1f}",
        flush=True,
    )


def server_of(product: Product) -> SearchServer:
    """The gateway to the engine."""
    if product.gateways.search is None:
        raise SystemExit("The settings name no Typesense.")
    return product.gateways.search


async def latencies(product: Product, tenant_id: UUID, count: int) -> None:
    """Both engines by themselves, and the whole of a search as pages and GraphQL make it."""
    page = Window(0, 24)
    usual = queries(count, (*WORDS, "terrafrom", "", "", ""))
    async with product.units.begin(Actor(tenant_id)) as work:
        synonyms = await synonyms_of(work.session)
    engine = TypesenseEngine(server_of(product))
    late = []

    async def typesense(query: CtoQuery, order: SearchOrder) -> int:
        return (await engine.find(tenant_id, query.checked(order), order, page)).total

    async def whole(query: CtoQuery, order: SearchOrder) -> int:
        async with product.units.begin(Actor(tenant_id)) as work:
            result = await SearchService(work).find(query, order, PageRequest(first=24))
        if result.degraded:
            late.append(query)
        return result.found.total

    async def postgres(query: CtoQuery, order: SearchOrder) -> int:
        async with product.units.begin(Actor(tenant_id)) as work:
            found = await PostgresEngine(work.session, synonyms).find(tenant_id, query.checked(order), order, page)
            return found.total

    await measure("Typesense, page and counts", typesense, usual)
    await measure("the same with rows, as people get it", whole, usual)
    print(f"  of those, {len(late)} took longer than Typesense is waited for")  # noqa: T201
    await measure("PostgreSQL, page and counts", postgres, usual)
    await measure("PostgreSQL, without words", postgres, queries(count // 3, ("",)))
    await measure("PostgreSQL, words", postgres, queries(count // 3, WORDS))
    await measure("PostgreSQL, mistyped words", postgres, queries(count // 3, MISTYPED))


async def fill(settings: Settings, ctos: int) -> None:
    """A tenant with so many CTOs, unless it is there."""
    owner = await asyncpg.connect(settings.database.owner_url)
    await import_skills(owner)
    await owner.close()
    started = time.monotonic()
    loaded = await load(settings, tenants=1, ctos=ctos)
    print(f"{loaded.ctos} CTOs added in {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201
    relay = await asyncpg.connect(settings.database.relay_url)
    # Having 20,000 texts read takes a core for the better part of an hour, and is not what is measured here.
    await relay.execute("delete from outbox where done_at is null")
    await relay.close()


async def run(stack: EmbeddedStack, engine: Typesense, settings: Settings, options: argparse.Namespace) -> None:
    """Fill, index, measure."""
    await fill(settings, options.ctos)
    async with open_product(settings) as product:
        server = server_of(product)
        tenant_id = (await ids_by_slug(product))[SLUG]
        started = time.monotonic()
        await IndexKeeper(product, server).look()
        seen = await drift(product, server, tenant_id)
        print(  # noqa: T201
            f"{seen.indexed} of {seen.expected} in the index, {len(seen.ids)} differ"
            f" ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
        if not options.outage:
            await latencies(product, tenant_id, options.searches)
        variables = {**stack.variables(), **engine.variables()}
        with worker(stack, variables):
            await outage(product, engine, server, tenant_id, queries(100, WORDS), variables)
            print("something differs" if await differs(SLUG, variables) else "nothing differs")  # noqa: T201


def main() -> None:
    """Read the options, start a stack, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".cache/benchmark"), help="where the stack keeps its data")
    parser.add_argument("--ctos", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--outage", action="store_true", help="measure the outage alone")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    with EmbeddedStack(options.data, components={"postgres", "valkey"}, environ={}) as stack:
        engine = Typesense(stack.data)
        engine.start()
        try:
            engine.wait()
            settings = Settings.from_env({**stack.variables(), **engine.variables()})
            upgrade(settings)
            asyncio.run(run(stack, engine, settings, options))
        finally:
            engine.child.stop()


if __name__ == "__main__":
    main()
