"""Row-level security as the roles meet it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces, Person
from tests.infra.db.rows import NOBODY, put_row
from tests.stack import SharedStack

TENANT_TABLES = """
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
"""

Scoped = Callable[..., AbstractAsyncContextManager[asyncpg.Connection]]


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database.url)
    yield connection
    await connection.close()


@pytest.fixture
def scoped(app: asyncpg.Connection) -> Scoped:
    """A transaction of a tenant, a person and roles."""

    @asynccontextmanager
    async def scoped(tenant_id: object, user_id: object = "", roles: str = "") -> AsyncIterator[asyncpg.Connection]:
        async with app.transaction():
            await app.execute(
                "select set_config('app.tenant_id', $1, true), set_config('app.user_id', $2, true),"
                " set_config('app.roles', $3, true)",
                str(tenant_id),
                str(user_id),
                roles,
            )
            yield app

    return scoped


@pytest.fixture(scope="module")
async def full_market(
    marketplaces: Marketplaces, shared_stack: SharedStack, settings: Settings
) -> AsyncIterator[Marketplace]:
    """A tenant with a row in every table; nothing here changes it."""
    market = await marketplaces.open()
    cto = await market.listed_cto()
    client = await market.join("client")
    review = {"ctoId": str(cto.id), "rating": 5, "body": "Calm and clear."}
    assert (await client.mutate("writeReview", "... on Review { id }", review))["id"]
    project = {"title": "Move to Kubernetes", "description": "Our monolith needs a plan.", "skills": ["Kubernetes"]}
    assert (await client.mutate("createProject", "... on Project { id }", project))["id"]
    await market.work_off()
    await fill(shared_stack, settings, market)
    yield market
    # A key that no master key opens would stand in the way of those who rotate them.
    superuser = await asyncpg.connect(shared_stack.superuser_url, database=urlsplit(settings.database.url).path[1:])
    await superuser.execute("delete from tenant_keys where tenant_id = $1", market.id)
    await superuser.close()


async def fill(shared_stack: SharedStack, settings: Settings, market: Marketplace) -> None:
    """Put a row into every table of the tenant that has none yet."""
    superuser = await asyncpg.connect(shared_stack.superuser_url, database=urlsplit(settings.database.url).path[1:])
    for (table,) in await superuser.fetch(TENANT_TABLES):
        if not await superuser.fetchval(f"select exists (select from {table} where tenant_id = $1)", market.id):
            await put_row(superuser, table, market.id)
    await superuser.close()


@pytest.fixture(scope="module")
async def stranger(marketplaces: Marketplaces) -> Person:
    """Somebody of another tenant."""
    return await (await marketplaces.open()).join("client")


async def test_without_a_tenant_there_are_no_rows(full_market: Marketplace, app: asyncpg.Connection):
    tables = [row[0] for row in await app.fetch(TENANT_TABLES)]
    assert len(tables) >= 14
    assert {table: await app.fetchval(f"select count(*) from {table}") for table in tables} == dict.fromkeys(tables, 0)


async def test_within_a_tenant_there_are_its_rows_only(full_market: Marketplace, stranger: Person, scoped: Scoped):
    async with scoped(full_market.id, NOBODY, "authenticator,admin,worker,scim") as app:
        tables = [row[0] for row in await app.fetch(TENANT_TABLES)]
        owners = {table: await app.fetch(f"select distinct tenant_id from {table}") for table in tables}
    assert all(row[0] == full_market.id for rows in owners.values() for row in rows)
    assert [table for table, rows in owners.items() if not rows] == []


@pytest.mark.parametrize("nonsense", ["", "0", "null"])
async def test_a_tenant_that_is_none_sees_nothing(full_market: Marketplace, scoped: Scoped, nonsense: str):
    try:
        async with scoped(nonsense) as app:
            assert await app.fetchval("select count(*) from users") == 0
    except asyncpg.InvalidTextRepresentationError:
        assert nonsense


async def test_a_row_cannot_be_written_into_another_tenant(full_market: Marketplace, stranger: Person, scoped: Scoped):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(full_market.id) as app:
            await app.execute(
                "insert into users (tenant_id, email, name, roles) values ($1, 'eve@people.example', 'Eve', '{admin}')",
                stranger.market.id,
            )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(full_market.id) as app:
            await app.execute("update audit_events set tenant_id = $1", stranger.market.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(full_market.id) as app:
            await app.execute("update skills set name = 'Eve'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(full_market.id) as app:
            await app.execute("update project_vectors set tenant_id = $1", stranger.market.id)


async def test_a_row_cannot_point_into_another_tenant(full_market: Marketplace, stranger: Person, scoped: Scoped):
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with scoped(full_market.id) as app:
            await app.execute(
                "insert into projects (tenant_id, owner_id, title, description, currency)"
                " values ($1, $2, 't', 'd', 'EUR')",
                full_market.id,
                stranger.id,
            )


async def test_updates_and_deletes_reach_no_other_tenant(full_market: Marketplace, stranger: Person, scoped: Scoped):
    async with scoped(full_market.id, roles="authenticator,admin") as app:
        assert await app.execute("update users set name = 'Eve' where id = $1", stranger.id) == "UPDATE 0"
        assert await app.execute("delete from users where id = $1", stranger.id) == "DELETE 0"
        assert await app.execute("delete from sessions where user_id = $1", stranger.id) == "DELETE 0"


# Of the marketplace: whose rows are their people's, or nobody's at all, and not everybody's within the tenant.
RESTRICTED = (
    "calendar_busy_feeds", "calendar_feeds", "engagement_milestones", "engagement_reviews", "engagement_steps",
    "engagement_terms", "engagement_time_sheets", "engagements", "project_invitations", "saved_searches",
    "search_documents",
)  # fmt: skip


@pytest.mark.parametrize("table", RESTRICTED)
async def test_rows_of_the_marketplace_are_not_everybodys(full_market: Marketplace, scoped: Scoped, table: str):
    async with scoped(full_market.id, uuid4(), "client,cto,member") as app:
        assert await app.fetchval(f"select count(*) from {table}") == 0
    async with scoped(full_market.id, NOBODY, "worker,authenticator") as app:
        assert await app.fetchval(f"select count(*) from {table}") == 1


@pytest.mark.parametrize("table", ["password_credentials", "sessions", "refresh_tokens"])
async def test_private_rows_are_their_persons(market: Marketplace, scoped: Scoped, table: str):
    one, other = await market.join("client"), await market.join("client")
    count = f"select count(*) from {table} where user_id = $1"
    async with scoped(market.id, one.id, "client") as app:
        assert await app.fetchval(count, one.id) == 1
        assert await app.fetchval(count, other.id) == 0
        assert await app.execute(f"delete from {table} where user_id = $1", other.id) == "DELETE 0"
    async with scoped(market.id, roles="visitor") as app:
        assert await app.fetchval(f"select count(*) from {table}") == 0
    async with scoped(market.id, roles="authenticator") as app:
        assert await app.fetchval(f"select count(*) from {table}") == 2


async def test_an_administrator_sees_and_ends_sign_ins_but_reads_no_passwords(market: Marketplace, scoped: Scoped):
    admin, person = await market.join("admin"), await market.join("client")
    async with scoped(market.id, admin.id, "admin") as app:
        assert await app.fetchval("select count(*) from sessions where user_id = $1", person.id) == 1
        for table in ("password_credentials", "refresh_tokens", "email_tokens"):
            assert await app.fetchval(f"select count(*) from {table} where user_id = $1", person.id) == 0


async def test_a_role_counts_as_a_whole_word(full_market: Marketplace, scoped: Scoped):
    async with scoped(full_market.id, roles="not-authenticator,authenticators") as app:
        assert await app.fetchval("select count(*) from password_credentials") == 0


async def test_the_trail_cannot_be_rewritten(full_market: Marketplace, scoped: Scoped):
    for statement in (
        "update audit_events set action = 'nothing'",
        "delete from audit_events",
        "truncate audit_events",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with scoped(full_market.id, roles="admin,authenticator") as app:
                await app.execute(statement)


async def test_security_binds_the_owner_of_the_tables_too(full_market: Marketplace, settings: Settings):
    owner = await asyncpg.connect(settings.database.owner_url)
    try:
        for table in ("users", "projects", "tenants", "tenant_domains", "outbox"):
            assert await owner.fetchval(f"select count(*) from {table}") == 0
    finally:
        await owner.close()


@pytest.mark.parametrize(
    "statement",
    [
        "select email from users",
        "select name from users",
        "select * from users",
        "select password_hash from password_credentials",
        "select token_hash from sessions",
        "select title from projects",
        "select headline from ctos",
        "select payload from outbox",
        "update users set roles = '{admin}'",
        "delete from audit_events",
    ],
)
async def test_the_platform_reads_nothing_private(full_market: Marketplace, settings: Settings, statement: str):
    platform = await asyncpg.connect(settings.database.platform_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await platform.fetch(statement)
    finally:
        await platform.close()


async def test_the_platform_counts(full_market: Marketplace, settings: Settings):
    platform = await asyncpg.connect(settings.database.platform_url)
    try:
        assert await platform.fetchval("select count(id) from users where tenant_id = $1", full_market.id) >= 3
    finally:
        await platform.close()


async def test_the_relay_sees_the_outbox_and_nothing_else(full_market: Marketplace, settings: Settings):
    relay = await asyncpg.connect(settings.database.relay_url)
    try:
        assert await relay.fetchval("select count(*) from outbox where tenant_id = $1", full_market.id) > 0
        for table in ("users", "sessions", "projects", "audit_events", "tenants", "tenant_domains", "skills"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await relay.fetch(f"select * from {table}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await relay.execute(
                "insert into outbox (tenant_id, event, handler, payload) values (uuidv7(), '', '', '{}')"
            )
    finally:
        await relay.close()


async def test_the_door_answers_one_host_with_its_tenant_and_lists_nothing(
    market: Marketplace, app: asyncpg.Connection
):
    assert str(market.id) in await app.fetchval("select tenant_for_host($1)", market.host)
    for other in ("nowhere.example", "%", market.host.upper(), f"{market.host}.", ""):
        assert await app.fetchval("select tenant_for_host($1)", other) is None
    assert await app.fetch("select * from tenants") == []
    assert await app.fetch("select * from tenant_domains") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("set role ctorendang_door")


async def test_a_made_up_tenant_is_an_empty_one(full_market: Marketplace, scoped: Scoped):
    async with scoped(uuid4(), roles="admin,authenticator,platform_admin") as app:
        assert await app.fetchval("select count(*) from users") == 0
