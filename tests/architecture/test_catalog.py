"""The migrated database keeps the data rules; each rule is also shown to notice when it is broken."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from ctorendang.settings import Settings
from tests.architecture.catalog import PLATFORM_TABLES, RULES, Rule
from tests.stack import SharedStack

_SCOPE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"

# A tenant table as it should be, for breakages to spoil.
_GOOD = f"""
create table notes (tenant_id uuid, id uuid default uuidv7(), slug text, parent_id uuid, primary key (tenant_id, id),
    unique (tenant_id, slug), foreign key (tenant_id, parent_id) references notes (tenant_id, id));
alter table notes enable row level security;
alter table notes force row level security;
create policy tenant on notes to ctorendang_app using ({_SCOPE}) with check ({_SCOPE});
grant select, insert, update, delete on notes to ctorendang_app;
"""

BREAKAGES = [
    ("every table has a tenant or is a platform table by name", "create table loose (id uuid primary key)"),
    ("the primary key is (tenant_id, id)", "create table loose (tenant_id uuid, id uuid primary key)"),
    ("the primary key is (tenant_id, id)", "create table loose (tenant_id uuid, id uuid, primary key (id, tenant_id))"),
    ("the primary key is (tenant_id, id)", "create table loose (tenant_id uuid, id uuid)"),
    (
        "foreign keys to tenant tables carry the tenant",
        "alter table users add unique (id); alter table notes add foreign key (parent_id) references users (id)",
    ),
    (
        "foreign keys to tenant tables carry the tenant",
        "alter table notes add other uuid, add foreign key (other, parent_id) references users (tenant_id, id)",
    ),
    ("what is unique is unique within a tenant", "alter table notes add unique (slug)"),
    ("what is unique is unique within a tenant", "create unique index on notes (lower(slug), tenant_id)"),
    ("what is unique is unique within a tenant", "alter table notes add exclude using btree (slug with =)"),
    ("row-level security is enabled and forced", "alter table users no force row level security"),
    ("row-level security is enabled and forced", "alter table users disable row level security"),
    ("the app role reads and writes rows of its tenant", "drop policy tenant on users"),
    (
        "the app role reads and writes rows of its tenant",
        f"drop policy tenant on notes; create policy tenant on notes to ctorendang_app using ({_SCOPE})",
    ),
    (
        "no other policy lets the app role, or everyone, see or write more",
        "create policy extra on users for select to ctorendang_app using (true)",
    ),
    (
        "no other policy lets the app role, or everyone, see or write more",
        f"create policy extra on users using ({_SCOPE} or email like '%@platform.example') with check ({_SCOPE})",
    ),
    (
        "other roles see across tenants only where it is written down",
        "create policy extra on sessions for select to ctorendang_platform using (true)",
    ),
    (
        "no policy holds a sub-select",
        f"create policy extra on users as restrictive using ({_SCOPE} and exists (select from tenants))",
    ),
    ("views ask with the asker's rights", "create view everybody as select * from users"),
    (
        "views ask with the asker's rights",
        "create view everybody with (security_invoker = false) as select * from users",
    ),
    ("views ask with the asker's rights", "create materialized view everybody as select * from users"),
    (
        "tenant tables have no triggers",
        """create function touch() returns trigger language plpgsql as 'begin return new; end';
           create trigger touch before update on users for each row execute function touch()""",
    ),
    ("no role is above row-level security", "alter role ctorendang_app bypassrls"),
    ("no role is above row-level security", "alter role ctorendang_relay superuser"),
    ("no role is above row-level security", "alter role ctorendang_door rename to ctorendang_window"),
    ("no role borrows another's rights", "grant ctorendang_platform to ctorendang_app"),
    ("roles that serve own nothing", "alter table users owner to ctorendang_app"),
    ("roles that serve own nothing", "alter table tenants owner to ctorendang_door"),
    (
        "the door is the only function that runs with its owner's rights",
        "create function peek() returns bigint language sql security definer as 'select count(*) from users'",
    ),
    (
        "the door is the only function that runs with its owner's rights",
        "alter function tenant_for_host(text) reset search_path",
    ),
    ("the relay touches the outbox only", "grant select (id) on users to ctorendang_relay"),
    ("the platform reads no private column", "grant select (email) on users to ctorendang_platform"),
    ("the platform reads no private column", "grant select on password_credentials to ctorendang_platform"),
    ("the platform writes no tenant's rows but the trail", "grant delete on users to ctorendang_platform"),
    ("the audit trail is only added to", "grant update (details) on audit_events to ctorendang_app"),
    ("nobody who serves can go around policies", "grant truncate on users to ctorendang_app"),
    ("nobody who serves can go around policies", "grant create on schema public to ctorendang_platform"),
]


@pytest.fixture
async def catalog(shared_stack: SharedStack, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The migrated database, by a superuser, in a transaction that is never committed."""
    database = urlsplit(settings.database.url).path
    connection = await asyncpg.connect(urlsplit(shared_stack.superuser_url)._replace(path=database).geturl())
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def _complaints(catalog: asyncpg.Connection, rule: Rule) -> list[str]:
    return [row[0] for row in await catalog.fetch(rule.sql)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
async def test_the_schema_keeps(rule: Rule, catalog: asyncpg.Connection):
    assert await _complaints(catalog, rule) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
async def test_a_well_made_new_table_keeps(rule: Rule, catalog: asyncpg.Connection):
    await catalog.execute(_GOOD)
    assert await _complaints(catalog, rule) == []


@pytest.mark.parametrize(("rule_name", "breakage"), BREAKAGES)
async def test_a_breakage_is_noticed(rule_name: str, breakage: str, catalog: asyncpg.Connection):
    rule = next(each for each in RULES if each.name == rule_name)
    await catalog.execute(_GOOD)
    await catalog.execute(breakage)
    assert await _complaints(catalog, rule) != []


def test_every_rule_is_shown_to_notice():
    assert {name for name, _ in BREAKAGES} == {rule.name for rule in RULES}


async def test_there_are_tables_to_look_at(catalog: asyncpg.Connection):
    tables = {row[0] for row in await catalog.fetch("select tablename from pg_tables where schemaname = 'public'")}
    assert set(PLATFORM_TABLES) <= tables
    assert len(tables - set(PLATFORM_TABLES)) >= 14
