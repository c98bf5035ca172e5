"""Writing a tenant's rows as fast as row-level security allows."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from pgvector.asyncpg import register_vector

# Row-level security decides by role too; these may write passwords, and what is between two people.
_SCOPE = "select set_config('app.tenant_id', $1, true), set_config('app.roles', 'authenticator,worker', true)"

_SKETCHES = """
    insert into cto_sketches (
        tenant_id, cto_id, model, availability, hourly_rate, currency, stages, claims,
        headline, bio, experience, skills)
    select c.tenant_id, c.id, v.model, c.availability, c.hourly_rate, c.currency, c.stages,
           (select count(*) from cto_skills h where h.tenant_id = c.tenant_id and h.cto_id = c.id),
           bit_or(binary_quantize(v.embedding)) filter (where v.section = 'headline'),
           bit_or(binary_quantize(v.embedding)) filter (where v.section = 'bio'),
           bit_or(binary_quantize(v.embedding)) filter (where v.section = 'experience'),
           bit_or(binary_quantize(v.embedding)) filter (where v.section = 'skills')
    from cto_vectors v join ctos c on c.tenant_id = v.tenant_id and c.id = v.cto_id
    where v.tenant_id = $1
    group by c.tenant_id, c.id, v.model
    on conflict (tenant_id, cto_id) do nothing
"""


class DemoStore:
    """Rows in and out of the database, tenant by tenant, with the app role's rights."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["DemoStore"]:
        """A store on a connection of its own."""
        connection = await asyncpg.connect(url)
        try:
            await register_vector(connection)
            yield cls(connection)
        finally:
            await connection.close()

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[None]:
        """One transaction within a tenant."""
        async with self._connection.transaction():
            await self._connection.execute(_SCOPE, str(tenant_id))
            yield

    async def anyone(self, table: str, tenant_id: UUID) -> bool:
        """Whether the tenant has a row in a table."""
        query = f"select exists (select from {table} where tenant_id = $1)"  # noqa: S608 - a table of ours
        return bool(await self._connection.fetchval(query, tenant_id))

    async def put(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table.

        Postgres refuses COPY into a table whose policies bind the role, and they shall bind it: so these are ordinary
        inserts, prepared once and pipelined.
        """
        values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        await self._connection.executemany(
            f"insert into {table} ({', '.join(columns)}) values ({values})",  # noqa: S608 - a table of ours
            rows,
        )

    async def sketch(self, tenant_id: UUID) -> None:
        """Make the sketches of a tenant's CTOs from their vectors, as the worker does when it has read a profile."""
        await self._connection.execute(_SKETCHES, tenant_id)

    async def put_all(
        self, columns: Mapping[str, Sequence[str]], tables: Mapping[str, Sequence[Sequence[Any]]]
    ) -> None:
        """Add rows to several tables, in the order of ``columns``."""
        for table, names in columns.items():
            if tables.get(table):
                await self.put(table, names, tables[table])
