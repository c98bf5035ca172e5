"""One's own account."""

import asyncio

import asyncpg
from tests.factories import Marketplace


async def test_looking_at_oneself_waits_for_nobody(market: Marketplace):
    person = await market.join("client")
    other = await asyncpg.connect(market.marketplaces.settings.database.url)
    async with other.transaction():
        await other.execute("select set_config('app.tenant_id', $1, true)", str(market.id))
        assert await other.fetchval("select id from users where id = $1 for update", person.id) == person.id
        async with asyncio.timeout(5):
            assert await person.query("{ me { email } }") == {"me": {"email": person.email}}
    await other.close()
