"""A connection that dies in the pool is replaced before anybody works with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db import session as sessions
from ctorendang.infra.db.session import Database
from ctorendang.settings import Settings

_TOGETHER = 3
_ACTOR = Actor(uuid4())


async def ask(database: Database) -> int:
    """The process that serves a unit of work."""
    async with database.unit_of_work(_ACTOR) as session:
        return (await session.execute(text("select pg_backend_pid()"))).scalar_one()


async def ask_together(database: Database) -> set[int]:
    """Those of as many units of work at once as there are connections."""
    everyone = asyncio.Barrier(_TOGETHER)

    async def one() -> int:
        async with database.unit_of_work(_ACTOR) as session:
            pid = (await session.execute(text("select pg_backend_pid()"))).scalar_one()
            await everyone.wait()
            return pid

    return set(await asyncio.gather(*(one() for _ in range(_TOGETHER))))


@dataclass
class ForgetfulNetwork:
    """Between the product and the database: what it has forgotten is refused only when somebody writes to it."""

    host: str
    port: int
    epoch: int = 0

    def forget(self) -> None:
        """Carry nothing more for those that are connected now."""
        self.epoch += 1

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What one connection says."""
        epoch = self.epoch
        onward_reader, onward_writer = await asyncio.open_connection(self.host, self.port)
        back = asyncio.create_task(self._copy(onward_reader, writer))
        try:
            while (data := await reader.read(65536)) and epoch == self.epoch:
                onward_writer.write(data)
        finally:
            back.cancel()
            onward_writer.close()
            writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database.url, pool_size=_TOGETHER)
    yield database
    await database.close()


@pytest.fixture
async def network(settings: Settings) -> AsyncIterator[tuple[ForgetfulNetwork, Database]]:
    url = urlsplit(settings.database.url)
    assert url.hostname
    assert url.port
    network = ForgetfulNetwork(url.hostname, url.port)
    async with await asyncio.start_server(network.carry, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        database = Database(settings.database.url.replace(f":{url.port}/", f":{port}/"), pool_size=1)
        yield network, database
        await database.close()


async def test_those_that_the_server_ended_are_used_by_nobody(database: Database, shared_stack):
    before = await ask_together(database)
    assert len(before) == _TOGETHER
    superuser = Database(shared_stack.superuser_url, pool_size=1)
    async with superuser.engine.connect() as connection:
        await connection.execute(
            text("select pg_terminate_backend(pid, 5000) from unnest(cast(:pids as int[])) pid"), {"pids": [*before]}
        )
    await superuser.close()
    assert not before & await ask_together(database)


async def test_after_a_rest_it_is_asked_whether_it_is_alive(
    network: tuple[ForgetfulNetwork, Database], monkeypatch: pytest.MonkeyPatch
):
    forgetful, database = network
    before = await ask(database)
    assert await ask(database) == before
    monkeypatch.setattr(sessions, "_TRUSTED_SECONDS", 0.0)
    assert await ask(database) == before
    forgetful.forget()
    async with asyncio.timeout(10):
        assert await ask(database) != before


async def test_in_use_it_is_not_asked_each_time(database: Database, monkeypatch: pytest.MonkeyPatch):
    pings: list[Any] = []
    await ask(database)
    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "ping", lambda connection: pings.append(connection))
    await ask(database)
    assert pings == []
    monkeypatch.setattr(sessions, "_TRUSTED_SECONDS", 0.0)
    await ask(database)
    assert len(pings) == 1
