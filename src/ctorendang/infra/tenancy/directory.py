"""Which tenant a host belongs to, cached in process."""

import asyncio
import contextlib

import asyncpg
import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ctorendang.infra.tenancy.tenant import Tenant
from ctorendang.kit.cache import Cache

CHANNEL = "tenants_changed"

_MOST_UNKNOWN = 1_000

_LOOKUP = text("select tenant_for_host(:host)")
_log = structlog.get_logger(__name__)


class TenantDirectory:
    """Answers a normalised host with its tenant, or None.

    Postgres announces changes on a channel, on which the cache is dropped whole: tenants change rarely. An entry is
    also forgotten after a minute, so that a lost announcement heals itself. Unknown hosts are remembered too, apart
    from the known: a flood of them pushes no tenant out.
    """

    def __init__(self, engine: AsyncEngine, listen_url: str, *, seconds: float = 60, size: int = 10_000) -> None:
        self._engine = engine
        self._listen_url = listen_url
        self._seconds = seconds
        self._known = Cache[str, Tenant](size)
        self._unknown = Cache[str, None](_MOST_UNKNOWN)
        self._generation = 0
        self._listener: asyncio.Task[None] | None = None

    async def find(self, host: str) -> Tenant | None:
        """The active tenant that a normalised host leads to."""
        if (tenant := self._known.get(host)) is not None:
            return tenant
        if host in self._unknown:
            return None
        generation = self._generation
        async with self._engine.connect() as connection:
            row = (await connection.execute(_LOOKUP, {"host": host})).scalar_one()
        tenant = msgspec.convert(row, Tenant) if row else None
        # An answer that was on its way while the tenants changed may be the old one: use it, do not keep it.
        if generation == self._generation:
            if tenant is not None:
                self._known.put(host, tenant, self._seconds)
            else:
                self._unknown.put(host, None, self._seconds)
        return tenant

    async def ping(self) -> None:
        """Ask the database for nothing; raises what keeps it from answering."""
        async with self._engine.connect() as connection:
            await connection.execute(text("select 1"))

    def forget(self) -> None:
        """Drop what is cached."""
        self._generation += 1
        self._known.clear()
        self._unknown.clear()

    async def start(self) -> None:
        """Begin to listen for changes."""
        self._listener = asyncio.create_task(self._listen(), name="tenant-directory")

    async def stop(self) -> None:
        """Stop listening."""
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("tenant changes cannot be heard, trying again", error=str(error))
            await asyncio.sleep(1)

    async def _hear(self) -> None:
        """Drop the cache at every announcement, until the connection is lost."""
        connection = await asyncpg.connect(self._listen_url)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(CHANNEL, lambda *_: self.forget())
            self.forget()
            await lost.wait()
        finally:
            await connection.close()
