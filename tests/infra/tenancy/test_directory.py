"""The directory of tenants: fresh when something changes, bounded whatever is asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import event

from ctorendang.infra.db.session import Database
from ctorendang.infra.tenancy.directory import _MOST_UNKNOWN, CHANNEL, TenantDirectory
from ctorendang.settings import Settings
from tests.factories import Marketplace


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database.url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def directory(database: Database, settings: Settings) -> AsyncIterator[TenantDirectory]:
    """A directory of this test's own, that listens as a process does."""
    directory = TenantDirectory(database.engine, settings.database.url, size=50)
    await directory.start()
    await eventually(lambda: directory._generation > 0)  # it forgets everything once it can hear
    yield directory
    await directory.stop()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for is not ours to announce
            await asyncio.sleep(0.01)


@pytest.fixture
def lookups(database: Database) -> list[str]:
    """What the database was asked."""
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    return asked


async def change(settings: Settings, statement: str, *arguments: object, announce: bool = True) -> None:
    platform = await asyncpg.connect(settings.database.platform_url)
    async with platform.transaction():
        await platform.execute(statement, *arguments)
        if announce:
            await platform.execute("select pg_notify($1, '')", CHANNEL)
    await platform.close()


async def test_a_known_host_is_looked_up_once(directory: TenantDirectory, market: Marketplace, lookups: list[str]):
    found = [await directory.find(market.host) for _ in range(5)]
    assert {tenant.id for tenant in found if tenant} == {market.id}
    assert len(lookups) == 1


async def test_an_unknown_host_is_looked_up_once(directory: TenantDirectory, lookups: list[str]):
    assert [await directory.find("nowhere.example") for _ in range(5)] == [None] * 5
    assert len(lookups) == 1


async def test_a_change_is_heard_and_what_was_kept_is_dropped(
    directory: TenantDirectory, market: Marketplace, settings: Settings
):
    before = await directory.find(market.host)
    generation = directory._generation
    await change(settings, "update tenants set name = 'Renamed' where id = $1", market.id)
    await eventually(lambda: directory._generation > generation)
    after = await directory.find(market.host)
    assert before
    assert after == replace(before, name="Renamed")


async def test_a_change_that_is_not_announced_is_not_heard(
    directory: TenantDirectory, market: Marketplace, settings: Settings
):
    before = await directory.find(market.host)
    await change(settings, "update tenants set name = 'Renamed' where id = $1", market.id, announce=False)
    await asyncio.sleep(0.2)
    assert await directory.find(market.host) == before


async def test_an_entry_grows_old_even_if_no_announcement_comes(
    database: Database, market: Marketplace, settings: Settings
):
    directory = TenantDirectory(database.engine, settings.database.url, seconds=0.1)
    await directory.find(market.host)
    await change(settings, "update tenants set name = 'Renamed' where id = $1", market.id, announce=False)
    await asyncio.sleep(0.15)
    found = await directory.find(market.host)
    assert found
    assert found.name == "Renamed"


async def test_a_suspended_tenant_is_not_found(directory: TenantDirectory, market: Marketplace, settings: Settings):
    assert await directory.find(market.host)
    generation = directory._generation
    await change(settings, "update tenants set status = 'suspended' where id = $1", market.id)
    await eventually(lambda: directory._generation > generation)
    assert await directory.find(market.host) is None


async def test_a_domain_that_is_not_verified_leads_nowhere(
    directory: TenantDirectory, market: Marketplace, settings: Settings
):
    host = f"new-{market.host}"
    await change(settings, "insert into tenant_domains (host, tenant_id) values ($1, $2)", host, market.id)
    assert await directory.find(host) is None


async def test_an_answer_that_was_on_its_way_during_a_change_is_not_kept(
    directory: TenantDirectory, database: Database, market: Marketplace, settings: Settings, lookups: list[str]
):
    """The look-up waits for a lock while the tenants change, and comes back with what may be old by then."""
    owner = await asyncpg.connect(settings.database.owner_url)
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("lock table tenants in access exclusive mode")
    answer = asyncio.create_task(directory.find(market.host))
    await eventually(lambda: len(lookups) == 1)
    directory.forget()
    await transaction.rollback()
    await owner.close()
    assert await answer is not None
    await directory.find(market.host)
    assert len(lookups) == 2
    await directory.find(market.host)
    assert len(lookups) == 2


async def test_a_flood_of_unknown_hosts_fills_no_memory(directory: TenantDirectory):
    for number in range(_MOST_UNKNOWN + 20):
        await directory.find(f"host-{number}.example")
    assert len(directory._unknown._entries) == _MOST_UNKNOWN


async def test_a_flood_of_unknown_hosts_pushes_no_tenant_out(
    directory: TenantDirectory, market: Marketplace, lookups: list[str]
):
    await directory.find(market.host)
    for number in range(200):
        await directory.find(f"host-{number}.example")
    assert len(lookups) == 201
    await directory.find(market.host)
    assert len(lookups) == 201


async def test_it_listens_again_when_the_connection_is_lost(
    directory: TenantDirectory, market: Marketplace, settings: Settings
):
    await directory.find(market.host)
    generation = directory._generation
    # A role may end its own connections; the product's other ones come back by themselves.
    app = await asyncpg.connect(settings.database.url)
    listening = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' and usename = user"
    assert await app.fetch(listening + " and datname = current_database() and pid <> pg_backend_pid()")
    await app.close()
    await eventually(lambda: directory._generation > generation)
    generation = directory._generation
    await change(settings, "update tenants set name = 'Renamed' where id = $1", market.id)
    await eventually(lambda: directory._generation > generation)


async def test_it_answers_while_it_cannot_listen(database: Database, market: Marketplace):
    directory = TenantDirectory(database.engine, "postgresql://nobody:wrong@127.0.0.1:1/nothing")
    await directory.start()
    try:
        found = await directory.find(market.host)
        assert found
        assert found.id == market.id
    finally:
        await directory.stop()
