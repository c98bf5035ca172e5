"""A worker that claims, runs side by side, holds leases and sweeps."""

import asyncio

import pytest
from sqlalchemy import text
from tests.infra.jobs.conftest import EFFECT, all_done, dispatching, effect, until

from ctorendang.infra.events import Subscription


async def test_what_waits_at_the_start_is_done_at_once_each_once(jobs):
    subjects = await jobs.add(50)
    async with dispatching(jobs, EFFECT):
        await until(lambda: all_done(jobs))
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


async def test_a_woken_worker_looks_at_once_and_an_unwoken_one_sweeps(jobs):
    async with dispatching(jobs, EFFECT, sweep_seconds=60) as dispatcher:
        await asyncio.sleep(0.2)
        await jobs.add()
        dispatcher.wake()
        assert await until(lambda: all_done(jobs)) < 2
    async with dispatching(jobs, EFFECT, sweep_seconds=1):
        await asyncio.sleep(0.2)
        await jobs.add()
        assert await until(lambda: all_done(jobs)) < 2


async def test_what_a_job_asks_for_is_done_without_a_wake_up(jobs):
    async def asks_for_more(work, payload):
        work.publish("test.followed", payload)

    more = Subscription("test.followed", "test.more", effect)
    subjects = await jobs.add()
    async with dispatching(jobs, Subscription("test.happened", "test.effect", asks_for_more), more):
        await until(lambda: all_done(jobs), seconds=2)
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


async def test_no_more_jobs_run_at_once_than_allowed(jobs):
    running, most = 0, 0

    async def counted(work, payload):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    await jobs.add(20)
    async with dispatching(jobs, Subscription("test.happened", "test.effect", counted), concurrency=3):
        await until(lambda: all_done(jobs))
    assert most == 3


async def test_a_job_that_runs_longer_than_its_lease_is_not_taken_away(jobs):
    starts = []

    async def slow(work, payload):
        starts.append(payload)
        await asyncio.sleep(2.5)

    await jobs.add()
    slow_jobs = Subscription("test.happened", "test.effect", slow)
    async with (
        dispatching(jobs, slow_jobs, lease_seconds=1, sweep_seconds=1),
        dispatching(jobs, slow_jobs, lease_seconds=1, sweep_seconds=1),
    ):
        await until(lambda: all_done(jobs))
    assert len(starts) == 1
    assert (await jobs.row()).attempts == 1


async def test_a_dispatcher_that_stops_lets_running_jobs_end_and_claims_no_more(jobs):
    started = asyncio.Event()

    async def unhurried(work, payload):
        started.set()
        await asyncio.sleep(0.3)
        await effect(work, payload)

    await jobs.add(3)
    async with dispatching(jobs, Subscription("test.happened", "test.effect", unhurried), concurrency=1):
        await started.wait()
    assert [row.done_at is not None for row in await jobs.rows()].count(True) == 1
    assert {row.lease for row in await jobs.rows() if row.done_at is None} == {None}


async def test_lost_connections_to_the_database_are_survived(jobs):
    async with dispatching(jobs, EFFECT, sweep_seconds=1) as dispatcher:
        await asyncio.sleep(0.2)
        for database in (jobs.app, jobs.relay_database):
            with pytest.raises(Exception, match=r"terminat|closed"):
                async with database.unit_of_work(jobs.actor) as session:
                    await session.execute(
                        text("select pg_terminate_backend(pid) from pg_stat_activity"
                             " where usename = current_user and datname = current_database()"
                             " order by pid = pg_backend_pid()")
                    )  # fmt: skip
        dispatcher.wake()
        subjects = await jobs.add(5)
        await until(lambda: all_done(jobs))
    assert await jobs.effects() == dict.fromkeys(subjects, 1)
