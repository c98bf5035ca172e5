"""Which tenant a host belongs to, cached in process."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from typing import Generic, TypeVar

import asyncpg
import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ctorendang.infra.tenancy.tenant import Tenant

CHANNEL = "tenants_changed"

_MOST_UNKNOWN = 1_000

_LOOKUP = text("select tenant_for_host(:host)")
_log = structlog.get_logger(__name__)


Value = TypeVar("Value")


class _Cache(Generic[Value]):
    """Remembers a bounded number of values for a while; what was used last stays longest."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        entry = self._entries.get(key)
        return entry is not None and entry[0] > time.monotonic()

    def get(self, key: str) -> Value | None:
        if key not in self:
            return None
        self._entries.move_to_end(key)
        return self._entries[key][1]

    def put(self, key: str, value: Value, seconds: float) -> None:
        self._entries[key] = (time.monotonic() + seconds, value)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._entries.clear()


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
        self._known = _Cache[Tenant](size)
        self._unknown = _Cache[None](_MOST_UNKNOWN)
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
