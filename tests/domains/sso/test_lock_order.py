"""Whoever locks several rows takes the connection, then the administrators by id, then the person: nobody waits in a
circle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tests.domains.sso.office import Office
from tests.domains.sso.oidc_visit import connect as connect_openid
from tests.domains.sso.oidc_visit import provider as a_provider
from tests.domains.sso.vouching import connect
from tests.factories import Marketplace

ADMINISTRATORS = "select id from users where roles @> '{admin}' order by id"


@asynccontextmanager
async def somebody_else(market: Marketplace) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of somebody else's, which is over afterwards."""
    app = await asyncpg.connect(market.marketplaces.settings.database.url)
    await app.execute("begin")
    scope = "select set_config('app.tenant_id', $1, true), set_config('app.roles', 'admin', true)"
    await app.execute(scope, str(market.id))
    try:
        yield app
    finally:
        await app.close()


async def waits(doing: Awaitable[Any]) -> asyncio.Task[Any]:
    """Begin it, and see that it waits for somebody."""
    task = asyncio.ensure_future(doing)
    done, _ = await asyncio.wait([task], timeout=1)
    assert not done, "it waits"
    return task


async def test_enforcing_takes_the_connection_before_the_administrators(office: Office):
    async with somebody_else(office.market) as arrival:
        await arrival.execute("select 1 from sso_connections for update")
        enforcing = await waits(office.enforce())
        await arrival.execute(f"{ADMINISTRATORS} for update nowait")
    assert (await enforcing)["stage"] == "EVERYONE"


async def test_enforcing_takes_the_administrators_in_the_order_of_their_ids(office: Office):
    first, second = [row["id"] for row in await office.market.fetch(ADMINISTRATORS)]
    await office.market.fetch("update users set name = case when id = $1 then 'Zoe' else 'Ada' end", first)
    async with somebody_else(office.market) as other:
        await other.execute("select 1 from users where id = $1 for update", first)
        enforcing = await waits(office.enforce())
        await other.execute("select 1 from users where id = $1 for update nowait", second)
    assert (await enforcing)["stage"] == "EVERYONE"


async def test_opening_a_session_does_not_wait_for_the_arrival_that_waits_for_its_person(market: Marketplace):
    """Opening one holds the person, and the row about it refers to the connection."""
    with a_provider() as op:
        connected = await connect_openid(market, op)
        async with market.browser() as first, market.browser() as second, somebody_else(market) as opening:
            await connected.sign_on(first)
            await opening.execute("select 1 from users for update")
            arriving = await waits(connected.sign_on(second))
            await opening.execute("select 1 from sso_connections for key share nowait")
            await opening.execute("rollback")
            assert (await arriving).status_code == 303


async def test_an_administrator_may_open_a_session_by_the_connection_that_is_being_enforced(office: Office):
    async with somebody_else(office.market) as opening:
        await opening.execute(f"{ADMINISTRATORS} for update")
        enforcing = await waits(office.enforce())
        await opening.execute("select 1 from sso_connections for key share nowait")
    assert (await enforcing)["stage"] == "EVERYONE"


@pytest.mark.parametrize("already", [False, True])
async def test_whoever_becomes_an_administrator_meanwhile_does_not_ask_for_the_others(market: Marketplace, already):
    """Asking for them with the person held would be the wrong way round."""
    await market.join("admin")
    provider = await connect(market)
    person = await market.join("admin" if already else "client", email="ada@elsewhere.example")
    link = "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'ada')"
    await market.fetch(link, market.id, provider.id, person.id)
    if already:
        assert await provider.signs_on(subject="ada", email=person.email) == person.id
        return
    async with somebody_else(market) as administrator:
        await administrator.execute("update users set roles = '{admin}' where id = $1", person.id)
        refusal = await waits(provider.refuses("Account is as it was", subject="ada", email=person.email))
        await administrator.execute("commit")
    await refusal
