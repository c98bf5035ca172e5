"""The index as a whole: making it anew, and looking after it as long as a worker runs."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from ctorendang.domains.search.documents import ALIAS, COLLECTIONS, schema, schema_name
from ctorendang.domains.search.indexing import Drift, IndexService, batches
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.service import synonyms_of
from ctorendang.domains.search.synonyms import Synonyms
from ctorendang.domains.tenants.platform import tenant_ids
from ctorendang.infra.auth.actor import NO_TENANT, WORKER, Actor
from ctorendang.infra.gateways.typesense import SearchRefused, Typesense
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now

LOOK_SECONDS = 2.0

# Looks between two counts of everything: half a minute.
_COUNT_EVERY = 15
# Clocks change, and with them where people stand by the time of day.
_COMPARE_EVERY = timedelta(days=1)

_log = structlog.get_logger(__name__)


async def reindex(product: Product, server: Typesense) -> int:
    """Fill a new collection, let the alias stand for it, and write once more what has changed meanwhile.

    Searches are answered from the old collection, or by the database where there was none, until the new one is full.

    Returns:
        how many documents the new collection was filled with.

    Raises:
        SearchUnavailable: the server cannot be asked; what it was searched in before stays.
    """
    await server.allow_searching(COLLECTIONS)
    synonyms = await _synonyms(product)
    name = f"{schema_name(synonyms.groups)}_{time.time_ns()}"
    await server.create(schema(name), synonyms.groups)
    try:
        tenants = await tenant_ids(product)
        filled = sum([await _fill(product, server, tenant_id, name) for tenant_id in tenants])
        async with product.units.begin(Actor.service(NO_TENANT, WORKER)) as work:
            await IndexService(work, server).swap(name)
    except BaseException:
        await server.drop(name)
        raise
    for tenant_id in tenants:
        await sync(product, server, tenant_id)
    for other in await server.collections():
        if other.startswith(f"{ALIAS}_") and other != name:
            await server.drop(other)
    _log.info("search index made anew", documents=filled)
    return filled


async def sync(product: Product, server: Typesense, tenant_id: UUID) -> int:
    """Write whatever differs of one tenant; how much that was. Raises as ``reindex``."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        return await IndexService(work, server).sync()


async def drift(product: Product, server: Typesense, tenant_id: UUID) -> Drift:
    """How the index differs from one tenant's profiles. Raises as ``reindex``."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        return await IndexService(work, server).drift()


async def _fill(product: Product, server: Typesense, tenant_id: UUID, collection: str) -> int:
    """Write a tenant's documents into a collection that nobody searches yet, without holding up those who write."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        ids = await IndexService(work, server).listed()
    for some in batches(ids):
        async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
            documents = await IndexService(work, server).documents(some)
        if documents:
            await server.put(collection, documents)
    return len(ids)


async def _synonyms(product: Product) -> Synonyms:
    async with product.units.begin(Actor.service(NO_TENANT, WORKER)) as work:
        return await synonyms_of(work.session)


_KEEPER = Actor.service(NO_TENANT, WORKER)


class IndexKeeper:
    """Sees to it that there is an index of this version, and that it is caught up with after each absence."""

    def __init__(self, product: Product, server: Typesense) -> None:
        self._product = product
        self._server = server
        self._compared_at: datetime | None = None
        self._looks = 0

    async def run(self) -> None:
        """Look every two seconds, until cancelled."""
        self._product.grants.require(_KEEPER, SearchPermission.INDEX)
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - whatever happens to an index, the worker goes on and looks again
                self._compared_at = None
                _log.warning("search index cannot be looked after, trying again", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Make the index where it is missing or of another version; catch up where the server was away.

        Catching up waits behind no other jobs: the keeper does it by itself, one tenant after another.

        Raises:
            SearchUnavailable: the server went away meanwhile.
        """
        self._product.grants.require(_KEEPER, SearchPermission.INDEX)
        if not await self._server.healthy():
            self._compared_at = None
        elif self._compared_at is None and await self._outdated():
            await reindex(self._product, self._server)
            self._compared_at = now()
        elif self._compared_at is None or now() - self._compared_at > _COMPARE_EVERY:
            await self._server.allow_searching(COLLECTIONS)
            await self._catch_up(await tenant_ids(self._product))
            self._compared_at = now()
        else:
            self._looks += 1
            if self._looks % _COUNT_EVERY == 0:
                await self._catch_up(await self._miscounted())

    async def _outdated(self) -> bool:
        wanted = schema_name((await _synonyms(self._product)).groups)
        collection = await self._server.aliased(ALIAS)
        if collection is None or not collection.startswith(wanted):
            return True
        # An alias outlives its collection: of two workers that made the index anew one may have dropped the other's.
        return collection not in await self._server.collections()

    async def _miscounted(self) -> list[UUID]:
        """The tenants of whom the index holds more or fewer than are listed: an import past the outbox tells nobody."""
        found = []
        for tenant_id in await tenant_ids(self._product):
            async with self._product.units.begin(Actor.service(tenant_id, WORKER)) as work:
                listed = len(await IndexService(work, self._server).listed())
            (answer,) = await self._server.search(
                tenant_id, [{"collection": ALIAS, "q": "*", "query_by": "name", "per_page": 0}]
            )
            if answer["found"] != listed:
                found.append(tenant_id)
        return found

    async def _catch_up(self, tenants: Sequence[UUID]) -> None:
        for tenant_id in tenants:
            try:
                await sync(self._product, self._server, tenant_id)
            except SearchRefused as error:
                # It would refuse the same again, and the other tenants need not wait for that.
                _log.error("tenant cannot be indexed", tenant_id=str(tenant_id), reason=str(error))


async def keep_index(product: Product) -> None:
    """What a worker does besides its jobs, as long as it runs; nothing where there is no search engine."""
    if product.gateways.search is not None:
        await IndexKeeper(product, product.gateways.search).run()
