"""A row for any table of a tenant, as the database itself describes it."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg

_COLUMNS = """
    select a.attname as name, format_type(a.atttypid, null) as type,
        coalesce((select pg_get_constraintdef(c.oid) from pg_constraint c
            where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum] limit 1), '') as rule
    from pg_attribute a
    where a.attrelid = $1::regclass and a.attnum > 0 and a.attnotnull and not a.atthasdef and not a.attisdropped
"""
NOBODY = UUID(int=1)
"""Whose the rows are."""

_VALUES: dict[str, Any] = {
    "text": "x",
    "bytea": b"x",
    "integer": 1,
    "bigint": 1,
    "boolean": False,
    "real": 1.0,
    "tsvector": "x",
    "text[]": ["x"],
    "jsonb": "{}",
    "uuid": NOBODY,
    "date": date(2026, 1, 5),
}
# What rules of several columns ask for, by column, or by table and column.
_CHOSEN: dict[Any, Any] = {
    "currency": "EUR",
    "cto_user_id": UUID(int=2),  # the two sides of an engagement are two people
    ("calendar_exceptions", "kind"): "off",
    ("calendar_weekly_slots", "ends"): 2,
    ("calendars", "meeting_minutes"): 30,
    ("cto_portfolio_items", "year"): 2026,
    ("cto_portfolio_media", "kind"): "file",
    "ends_at": datetime(2100, 1, 1, tzinfo=UTC),
}


async def put_row(superuser: asyncpg.Connection, table: str, tenant_id: UUID) -> None:
    """Insert a row of a tenant, whatever it would otherwise belong to."""
    columns, values = [], []
    for column in await superuser.fetch(_COLUMNS, table):
        columns.append(column["name"])
        worded = column["type"].startswith("text")
        choice = re.search(r"(?:ARRAY\[|= )'([^']+)'", column["rule"]) if worded else None
        if column["name"] == "tenant_id":
            values.append(tenant_id)
        elif (table, column["name"]) in _CHOSEN or column["name"] in _CHOSEN:
            values.append(_CHOSEN.get((table, column["name"]), _CHOSEN.get(column["name"])))
        elif column["type"] == "timestamp with time zone":
            values.append(await superuser.fetchval("select now()"))
        else:
            value = choice[1] if choice else _VALUES[column["type"]]
            values.append([value] if choice and column["type"].endswith("[]") else value)
    places = ", ".join(f"${number}" for number, _ in enumerate(columns, 1))
    async with superuser.transaction():
        # Foreign keys rest meanwhile: what a row points at does not matter to who sees it.
        await superuser.execute("set local session_replication_role = replica")
        await superuser.execute(f"insert into {table} ({', '.join(columns)}) values ({places})", *values)
