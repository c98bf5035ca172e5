"""Everything that tenants own, as the database holds it past all policies: to see what an operation left behind."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

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
    """Takes snapshots; a superuser, whom no policy binds."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    async def of(cls, superuser_url: str, product_url: str) -> Self:
        """An onlooker of the product's database."""
        url = urlsplit(superuser_url)._replace(path=urlsplit(product_url).path).geturl()
        return cls(await asyncpg.connect(url))

    async def close(self) -> None:
        await self._connection.close()

    async def take(self) -> Snapshot:
        """What is there now. When a sign-in was last used is left out: being asked about is no change."""
        rows = {}
        for table in [row["name"] for row in await self._connection.fetch(_TABLES)]:
            key = {"tenants": "id::text", "tenant_domains": "host"}.get(table, "tenant_id || ' ' || id")
            found = await self._connection.fetch(
                f"select {key}, md5((to_jsonb(t) - 'last_seen_at')::text), xmin::text::bigint from {table} t"
            )
            rows |= {(table, row[0]): (row[1], row[2]) for row in found}
        return Snapshot(rows)
