"""Everything that tenants own, as the database holds it past all policies: to see what an operation left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

_TABLES = """
    select c.relname::text as name from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
    union all select 'tenants' order by 1
"""

Row = tuple[str, str]


@dataclass(frozen=True)
class Snapshot:
    """Each row by table and key: what it says (hashed), and which transaction wrote it."""

    rows: dict[Row, tuple[str, int]]

    def changed_since(self, before: Self) -> dict[Row, int | None]:
        """Rows that came, went or changed, with the transaction that wrote them; None for those that went."""
        gone: dict[Row, int | None] = dict.fromkeys(before.rows.keys() - self.rows.keys())
        written = {key: row[1] for key, row in self.rows.items() if row[0] != before.rows.get(key, ("", 0))[0]}
        return gone | written


class Onlooker:
    """Takes snapshots; a superuser, whom no policy binds.

    Of the tenants that a test is about each row is looked at. Of all others, whom other tests have left by the ten
    thousand, a table is one row: how many there are, and who wrote last.
    """

    def __init__(self, connection: asyncpg.Connection, tenants: Sequence[UUID]) -> None:
        self._connection = connection
        self._tenants = tenants

    @classmethod
    async def of(cls, superuser_url: str, product_url: str, tenants: Sequence[UUID]) -> Self:
        """An onlooker of the product's database."""
        url = urlsplit(superuser_url)._replace(path=urlsplit(product_url).path).geturl()
        return cls(await asyncpg.connect(url), tenants)

    async def close(self) -> None:
        await self._connection.close()

    async def take(self) -> Snapshot:
        """What is there now. When a sign-in was last used is left out: being asked about is no change."""
        rows = {}
        for table in [row["name"] for row in await self._connection.fetch(_TABLES)]:
            key = {"tenants": "id::text", "tenant_domains": "host"}.get(table, "tenant_id || ' ' || id")
            tenant = "id" if table == "tenants" else "tenant_id"
            found = await self._connection.fetch(
                f"select {key}, md5((to_jsonb(t) - 'last_seen_at')::text), xmin::text::bigint from {table} t"
                f" where {tenant} = any($1)"
                f" union all select 'others', count(*)::text || ' ' || max(xmin::text::bigint), max(xmin::text::bigint)"
                f" from {table} where {tenant} <> all($1)",
                self._tenants,
            )
            rows |= {(table, row[0]): (row[1] or "", row[2] or 0) for row in found}
        return Snapshot(rows)
