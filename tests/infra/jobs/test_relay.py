"""Claiming outbox rows."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.jobs.models import OutboxMessage


async def test_due_jobs_of_every_tenant_are_claimed_in_order(jobs):
    first = await jobs.add()
    second = await jobs.of(uuid4()).add()
    third = await jobs.add()
    claimed = [await jobs.relay().claim(1) for _ in range(4)]
    assert [[job.payload["subject"] for job in batch] for batch in claimed] == [
        [str(first[0])], [str(second[0])], [str(third[0])], []
    ]  # fmt: skip
    assert {job.request_id for batch in claimed for job in batch} == {"request-1"}


async def test_no_more_is_claimed_than_asked_for(jobs):
    await jobs.add(7)
    assert len(await jobs.relay().claim(3)) == 3
    assert sum(row.lease is not None for row in await jobs.rows()) == 3


async def test_workers_that_claim_at_once_get_different_jobs(jobs):
    await jobs.add(60)
    batches = await asyncio.gather(*(jobs.relay().claim(10) for _ in range(8)))
    ids = [job.id for batch in batches for job in batch]
    assert len(ids) == len(set(ids)) >= 50


@pytest.mark.parametrize(
    "state",
    [
        "run_at = now() + interval '1 minute'",
        "leased_until = now() + interval '1 minute'",
        "done_at = now()",
        "failed_at = now()",
    ],
)
async def test_what_is_not_due_is_left_alone(jobs, state):
    await jobs.add()
    await jobs.change(state)
    assert await jobs.relay().claim(10) == []


async def test_a_job_whose_lease_has_ended_is_claimed_again_under_another(jobs):
    await jobs.add()
    (lost,) = await jobs.relay().claim(1)
    await jobs.change("leased_until = now() - interval '1 second'")
    (again,) = await jobs.relay().claim(1)
    assert (again.id, again.attempts) == (lost.id, 2)
    assert again.lease != lost.lease


async def test_a_renewed_job_stays_held(jobs):
    await jobs.add(2)
    renewed, other = await jobs.relay(lease_seconds=0.2).claim(2)
    await jobs.relay(lease_seconds=30).renew([renewed])
    await asyncio.sleep(0.3)
    assert [job.id for job in await jobs.relay().claim(10)] == [other.id]


async def test_who_lost_a_lease_can_change_nothing(jobs):
    await jobs.add()
    (lost,) = await jobs.relay().claim(1)
    await jobs.change("leased_until = now() - interval '1 second'")
    (held,) = await jobs.relay().claim(1)
    before = await jobs.row()
    await jobs.relay(lease_seconds=900).renew([lost])
    await jobs.relay().retry(lost, delay=timedelta(hours=1), error="lost")
    await jobs.relay().release(lost)
    await jobs.relay().give_up(lost, error="lost")
    after = await jobs.row()
    assert (after.lease, after.leased_until, after.run_at) == (held.lease, before.leased_until, before.run_at)
    assert (after.failed_at, after.error, after.attempts) == (None, None, 2)


async def test_old_finished_jobs_are_forgotten_and_unfinished_ones_kept(jobs):
    await jobs.add(3)
    old, recent, failed = await jobs.rows()
    for row, state in ((old, "done_at = now() - interval '8 days'"), (recent, "done_at = now() - interval '6 days'"),
                       (failed, "failed_at = now() - interval '90 days'")):  # fmt: skip
        async with jobs.app.unit_of_work(jobs.actor) as session:
            await session.execute(text(f"update outbox set {state} where id = :id"), {"id": row.id})
    await jobs.relay().purge(timedelta(days=7))
    assert [row.id for row in await jobs.rows()] == [recent.id, failed.id]


@pytest.mark.parametrize("table", ["users", "projects", "audit_events", "password_credentials"])
async def test_the_relay_sees_nothing_but_the_outbox(jobs, table):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with jobs.relay_database.unit_of_work(jobs.actor) as session:
            await session.execute(text(f"select 1 from {table}"))


async def test_another_tenants_jobs_cannot_be_seen_or_touched_by_the_app(jobs):
    await jobs.add(2)
    stranger = Actor.service(uuid4(), "worker")
    async with jobs.app.unit_of_work(stranger) as session:
        assert (await session.scalars(select(OutboxMessage))).all() == []
        touched = await session.execute(text("update outbox set done_at = now() where tenant_id = :id"),
                                        {"id": jobs.tenant_id})  # fmt: skip
        assert touched.rowcount == 0
    assert [row.done_at for row in await jobs.rows()] == [None, None]


async def test_what_people_wait_for_goes_before_work_by_the_thousand(jobs):
    await jobs.add(3)
    await jobs.change("bulk = true, run_at = now() - interval '1 hour'")
    (urgent,) = await jobs.add()
    (first,) = await jobs.relay().claim(1)
    assert first.payload["subject"] == str(urgent)
