"""Running one claimed job."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from tests.infra.jobs.conftest import EFFECT, effect

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.infra.events import Subscription
from ctorendang.infra.gateways.gateways import Mail
from ctorendang.infra.jobs.runner import MAX_ATTEMPTS, back_off


def subscription(run, **options) -> Subscription:
    return Subscription("test.happened", "test.effect", run, **options)


async def claimed(jobs):
    (job,) = await jobs.relay().claim(1)
    return job


async def test_a_job_takes_effect_and_is_done_in_its_tenant_and_role(jobs):
    subjects = await jobs.add()
    await jobs.runner(subscription(effect, role="embedder")).run(await claimed(jobs))
    row = await jobs.row()
    assert row.done_at is not None
    assert row.attempts == 1
    assert await jobs.effects() == dict.fromkeys(subjects, 1)
    async with jobs.app.unit_of_work(jobs.actor) as session:
        event = (await session.scalars(select(AuditEvent))).one()
    assert (event.tenant_id, event.request_id) == (jobs.tenant_id, "request-1")
    assert event.details == {"roles": ["embedder"]}


async def test_a_failed_job_leaves_no_effect_and_comes_back_later(jobs):
    subjects = await jobs.add()
    tries = []

    async def fails_once(work, payload):
        await effect(work, payload)
        tries.append(payload)
        if len(tries) == 1:
            raise ConnectionRefusedError("the mail server is away\nwith details")

    runner = jobs.runner(subscription(fails_once))
    await runner.run(await claimed(jobs))
    row = await jobs.row()
    assert await jobs.effects() == {}
    assert (row.done_at, row.failed_at, row.lease) == (None, None, None)
    assert row.error == "ConnectionRefusedError: the mail server is away"
    assert timedelta(seconds=1) < row.run_at - datetime.now(UTC) < timedelta(seconds=3)

    await jobs.change("run_at = now()")
    await runner.run(await claimed(jobs))
    row = await jobs.row()
    assert await jobs.effects() == dict.fromkeys(subjects, 1)
    assert (row.done_at is not None, row.attempts, row.error) == (True, 2, None)


async def test_a_statement_that_fails_at_commit_is_a_failure_too(jobs):
    await jobs.add()

    async def breaks_the_database_rules(work, payload):
        work.session.add(AuditEvent(tenant_id=work.tenant_id, action="secret-value", details={}, request_id=""))

    await jobs.runner(subscription(breaks_the_database_rules)).run(await claimed(jobs))
    row = await jobs.row()
    assert row.done_at is None
    assert "NotNullViolationError" in row.error
    assert "secret-value" not in row.error


@pytest.mark.parametrize(
    "message",
    [
        "cannot reach smtp://user:hunter2@mail.example:25",
        "Incorrect API key provided: sk-hunter2-abc",
        "refused: Authorization: Bearer hunter2",
        "connection to host=db password=hunter2 failed",
        "first line\nhunter2",
    ],
)
async def test_kept_errors_hold_no_secrets(jobs, message):
    await jobs.add()

    async def fails(work, payload):
        raise OSError(message)

    await jobs.runner(subscription(fails)).run(await claimed(jobs))
    error = (await jobs.row()).error
    assert error.startswith("OSError: ")
    assert "hunter2" not in error


async def test_a_long_error_is_cut(jobs):
    await jobs.add()

    async def fails(work, payload):
        raise ValueError("x" * 1_000)

    await jobs.runner(subscription(fails)).run(await claimed(jobs))
    assert len((await jobs.row()).error) == 300


async def test_a_job_that_keeps_failing_is_given_up_and_kept(jobs):
    await jobs.add()

    async def fails(work, payload):
        raise ValueError("never")

    runner = jobs.runner(subscription(fails))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert (await jobs.row()).failed_at is None
        job = await claimed(jobs)
        assert job.attempts == attempt
        await runner.run(job)
        await jobs.change("run_at = now()")
    row = await jobs.row()
    assert row.failed_at is not None
    assert row.error == "ValueError: never"
    assert await jobs.relay().claim(1) == []


async def test_a_job_that_ends_its_worker_every_time_is_given_up(jobs):
    await jobs.add()
    await jobs.change(f"attempts = {MAX_ATTEMPTS}")
    await jobs.runner(EFFECT).run(await claimed(jobs))
    assert (await jobs.row()).failed_at is not None
    assert await jobs.effects() == {}


async def test_a_job_without_a_handler_waits_for_one_uncounted(jobs):
    subjects = await jobs.add()
    await jobs.runner().run(await claimed(jobs))
    row = await jobs.row()
    assert (row.attempts, row.failed_at, row.lease) == (0, None, None)
    assert row.run_at > datetime.now(UTC) + timedelta(seconds=10)
    assert "test.effect" in row.error

    await jobs.change("run_at = now()")
    await jobs.runner(EFFECT).run(await claimed(jobs))
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


async def test_a_mail_waits_uncounted_until_there_is_a_server(jobs):
    await jobs.add()

    async def mails(work, payload):
        await work.gateways.mailer.send(Mail("1", "ada@client.example", "Acme", "Hello", "Hello", "<p>Hello</p>"))

    for _ in range(2):
        await jobs.change("run_at = now()")
        await jobs.runner(subscription(mails)).run(await claimed(jobs))
        row = await jobs.row()
        assert (row.attempts, row.done_at, row.failed_at, row.lease) == (0, None, None, None)
        assert row.run_at > datetime.now(UTC) + timedelta(seconds=10)
        assert "CTORENDANG_SMTP_URL" in row.error


async def test_who_loses_the_lease_meanwhile_has_no_effect(jobs):
    subjects = await jobs.add()
    first_may_end = asyncio.Event()
    first_started = asyncio.Event()

    async def slow(work, payload):
        await effect(work, payload)
        first_started.set()
        await first_may_end.wait()

    first = asyncio.create_task(jobs.runner(subscription(slow)).run(await claimed(jobs)))
    await first_started.wait()
    await jobs.change("leased_until = now() - interval '1 second'")
    second = await claimed(jobs)
    first_may_end.set()
    await first
    assert await jobs.effects() == {}
    assert (await jobs.row()).lease == second.lease

    await jobs.runner(EFFECT).run(second)
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


async def test_a_job_that_is_done_cannot_be_done_again(jobs):
    subjects = await jobs.add()
    job = await claimed(jobs)
    for _ in range(2):
        await jobs.runner(EFFECT).run(job)
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


async def test_a_job_that_is_called_off_goes_back_at_once_and_uncounted(jobs):
    await jobs.add()
    started = asyncio.Event()

    async def endless(work, payload):
        await effect(work, payload)
        started.set()
        await asyncio.sleep(3600)

    running = asyncio.create_task(jobs.runner(subscription(endless)).run(await claimed(jobs)))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await jobs.effects() == {}
    assert (await claimed(jobs)).attempts == 1


async def test_a_broken_connection_is_a_failure_like_any_other(jobs):
    subjects = await jobs.add()
    tries = []

    async def loses_its_connection(work, payload):
        await effect(work, payload)
        tries.append(1)
        if len(tries) == 1:
            await work.session.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    runner = jobs.runner(subscription(loses_its_connection))
    await runner.run(await claimed(jobs))
    assert await jobs.effects() == {}
    await jobs.change("run_at = now()")
    await runner.run(await claimed(jobs))
    assert await jobs.effects() == dict.fromkeys(subjects, 1)


def test_a_job_is_tried_for_nine_hours():
    hours = sum(back_off(attempt).total_seconds() for attempt in range(1, MAX_ATTEMPTS)) / 3600
    assert 7 < hours < 12


def test_pauses_grow_and_spread_and_have_an_end():
    means = [2.0, 4.0, 8.0, 16.0]
    for attempt, mean in enumerate(means, start=1):
        seconds = [back_off(attempt).total_seconds() for _ in range(200)]
        assert mean * 0.75 <= min(seconds) < mean < max(seconds) <= mean * 1.25
    assert back_off(60) <= timedelta(hours=1.25)
