"""What was seen before a lock is read anew once it is held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tests.domains.calendar.offering import book, free_starts, offering
from tests.factories import ListedCto, Marketplace

_WAITING = (
    "select exists (select from pg_locks where not granted and database = (select oid from pg_database"
    " where datname = current_database()) or not granted and locktype = 'transactionid')"
)


@asynccontextmanager
async def holding(market: Marketplace, cto: ListedCto) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that has locked a profile, and commits in the end."""
    other = await asyncpg.connect(market.marketplaces.settings.database.url)
    async with other.transaction():
        await other.execute("select set_config('app.tenant_id', $1, true)", str(market.id))
        await other.execute("select 1 from ctos where id = $1 for update", cto.id)
        yield other
    await other.close()


async def somebody_waits(market: Marketplace) -> None:
    async with asyncio.timeout(20):
        while not (await market.fetch(_WAITING))[0][0]:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)


async def test_whoever_pauses_while_somebody_books_is_not_booked(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    wished = (await free_starts(client, cto))[0]
    async with holding(market, cto) as other:
        booking = asyncio.create_task(book(client, cto, wished))
        await somebody_waits(market)
        await other.execute("update ctos set status = 'paused' where id = $1", cto.id)
    assert (await booking)["code"] == "not_found"
