"""Nothing of one unit of work is left on a connection for the next, however it ended."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.session import Database, after_commit
from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces

OPERATIONS = 10_000
CONNECTIONS = 5
AT_ONCE = 20

_EVENT = text(
    "insert into audit_events (tenant_id, actor_id, action, subject_type, details, request_id)"
    " values (:tenant, :actor, 'test.pool.used', 'unit of work', '{}', :unit)"
)
_SEEN = text(
    "select distinct tenant_id from audit_events union select distinct tenant_id from users"
    " union select id from tenants"
)
_SCOPE = text(
    "select current_setting('app.tenant_id', true), current_setting('app.user_id', true),"
    " current_setting('app.roles', true)"
)
_SOMETHING = text(
    "select (select count(*) from users), (select count(*) from audit_events), (select count(*) from tenants)"
)


@dataclass
class Findings:
    """What ten thousand operations came to."""

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database.url, pool_size=CONNECTIONS)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def tenants(marketplaces: Marketplaces) -> list[Marketplace]:
    return [await marketplaces.open() for _ in range(4)]


async def work_in(database: Database, tenant_id: UUID, findings: Findings, choice: random.Random) -> None:
    """A unit of work that writes twice, looks around, and sometimes takes its time or fails."""
    actor = Actor(tenant_id, uuid4(), frozenset({"client"}))
    values = {"tenant": tenant_id, "actor": actor.user_id, "unit": str(actor.user_id)}
    async with database.unit_of_work(actor) as session:
        await session.execute(_EVENT, values)
        if choice.random() < 0.3:
            await session.execute(text("select pg_sleep(0.002)"))
        seen = {row[0] for row in await session.execute(_SEEN)}
        scope = (await session.execute(_SCOPE)).one()
        if seen - {tenant_id} or scope != (str(tenant_id), str(actor.user_id), "client"):
            findings.leaks.append(f"a unit of work of {tenant_id} saw {seen} as {scope}")
        if choice.random() < 0.05:
            raise LookupError
        await session.execute(_EVENT, values)


async def look_without_context(database: Database, findings: Findings) -> None:
    """A statement on the same pool that nobody has given a tenant."""
    async with database.engine.connect() as connection:
        rows = (await connection.execute(_SOMETHING)).one()
        scope = (await connection.execute(_SCOPE)).one()
    if rows != (0, 0, 0) or any(scope):
        findings.leaks.append(f"without context: {rows} as {scope}")
    findings.counts["looked without context"] += 1


async def operate(database: Database, tenant_id: UUID, findings: Findings, choice: random.Random) -> None:
    """One operation, one in two cancelled at a random moment of its life."""
    task = asyncio.create_task(work_in(database, tenant_id, findings, choice))
    if choice.random() < 0.5:
        await asyncio.sleep(choice.expovariate(1 / 0.012))
        findings.counts["cancelled" if task.cancel() else "ended before it could be cancelled"] += 1
    try:
        await task
        findings.counts["committed"] += 1
    except asyncio.CancelledError:
        findings.counts["rolled back by cancelling"] += 1
    except LookupError:
        findings.counts["rolled back by an error"] += 1


async def test_nothing_leaks_through_a_pool_of_which_half_the_work_is_cancelled(
    database: Database, tenants: list[Marketplace], record_property
):
    findings, choice, numbers = Findings(), random.Random(7), iter(range(OPERATIONS))
    started = time.perf_counter()

    async def worker() -> None:
        for number in numbers:
            await operate(database, choice.choice(tenants).id, findings, choice)
            if number % 5 == 0:
                await look_without_context(database, findings)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    for _ in range(CONNECTIONS * 4):
        await look_without_context(database, findings)
    findings.counts["seconds"] = round(time.perf_counter() - started)
    for name, count in findings.counts.items():
        record_property(name, count)
    print(dict(findings.counts))  # noqa: T201 - the counts are what a reader of the run wants
    assert findings.leaks == []
    assert database.engine.pool.checkedout() == 0
    assert findings.counts["cancelled"] > OPERATIONS * 0.3
    assert findings.counts["rolled back by cancelling"] > OPERATIONS * 0.15
    await each_unit_was_kept_whole_or_not_at_all(tenants, findings)


async def each_unit_was_kept_whole_or_not_at_all(tenants: list[Marketplace], findings: Findings) -> None:
    halves, kept = [], 0
    for tenant in tenants:
        rows = await tenant.fetch(
            "select request_id, count(*) from audit_events where action = 'test.pool.used' group by request_id"
        )
        halves += [row for row in rows if row["count"] != 2]
        kept += len(rows)
    assert halves == []
    # A cancellation that arrives while the commit is on its way may come too late to undo it.
    assert (
        findings.counts["committed"]
        <= kept
        <= findings.counts["committed"] + findings.counts["rolled back by cancelling"]
    )


async def test_a_context_that_outlives_its_transaction_would_be_noticed(database: Database, tenants: list[Marketplace]):
    async with database.engine.connect() as connection:
        await connection.execute(text("select set_config('app.tenant_id', :id, false)"), {"id": str(tenants[0].id)})
        await connection.commit()
    findings = Findings()
    for _ in range(CONNECTIONS):
        await look_without_context(database, findings)
    assert findings.leaks != []


async def test_a_unit_of_work_that_fails_leaves_nothing(database: Database, tenants: list[Marketplace]):
    tenant, called = tenants[0], []
    actor = Actor(tenant.id, uuid4())

    async def wake() -> None:
        called.append("woken")

    async def fail() -> None:
        async with database.unit_of_work(actor) as session:
            await session.execute(_EVENT, {"tenant": tenant.id, "actor": actor.user_id, "unit": "failing"})
            after_commit(session, wake)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await tenant.fetch("select from audit_events where request_id = 'failing'") == []
    assert called == []


async def test_what_follows_a_commit_is_called_once_and_after_it(database: Database, tenants: list[Marketplace]):
    tenant, kept = tenants[0], []

    async def look() -> None:
        kept.append(len(await tenant.fetch("select from audit_events where request_id = 'followed'")))

    async with database.unit_of_work(Actor(tenant.id)) as session:
        await session.execute(_EVENT, {"tenant": tenant.id, "actor": None, "unit": "followed"})
        after_commit(session, look)
        after_commit(session, look)
    assert kept == [1]


async def test_the_scope_is_the_first_statement_of_a_transaction(database: Database, tenants: list[Marketplace]):
    said: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    async with database.unit_of_work(Actor(tenants[0].id)) as session:
        assert (await session.execute(_SCOPE)).one() == (str(tenants[0].id), "", "visitor")
    assert said[0].startswith("select set_config('app.tenant_id', ")
    assert "true)" in said[0]
    assert len(said) == 2
