"""The worker process, killed and told to stop in the middle of its work."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from tests.infra.jobs.conftest import Jobs, all_done, until

JOBS, KILLS, TENANTS = 200, 10, 4


@asynccontextmanager
async def a_worker(
    variables: dict[str, str], *arguments: str, lease_seconds: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    chosen = {"LEASE_SECONDS": lease_seconds, "SWEEP_SECONDS": 1, "CONCURRENCY": 8}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.infra.jobs.worker_under_test", *arguments,
        env=os.environ | variables | {f"CTORENDANG_JOBS_{name}": str(value) for name, value in chosen.items()},
        stdout=asyncio.subprocess.PIPE if arguments else asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def states(jobs: Jobs) -> Counter:
    rows = await jobs.rows()
    return Counter("done" if row.done_at else "running" if row.attempts and row.lease else "waiting" for row in rows)


async def attempts(jobs: Jobs) -> int:
    return sum(row.attempts for row in await jobs.rows())


async def test_killed_ten_times_every_job_takes_effect_exactly_once(jobs, variables):
    tenants = [jobs.of(uuid4()) for _ in range(TENANTS)]
    expected = {tenant.tenant_id: await tenant.add(JOBS // TENANTS) for tenant in tenants}
    moments = random.Random(20)
    started = time.monotonic()

    async def started_so_far() -> int:
        return sum([await attempts(tenant) for tenant in tenants])

    async def everything_done() -> bool:
        return all([await all_done(tenant) for tenant in tenants])

    async with a_worker(variables, "restarting", lease_seconds=1) as workers:
        for _ in range(KILLS):
            worker = int(await asyncio.wait_for(workers.stdout.readline(), timeout=40))
            before = await started_so_far()

            async def busy(before=before) -> bool:
                return await started_so_far() > before

            await until(busy, seconds=40)
            await asyncio.sleep(moments.uniform(0, 0.4))
            os.kill(worker, signal.SIGKILL)
            assert not await everything_done(), "killed too late to prove anything"
        await until(everything_done, seconds=40)

    for tenant in tenants:
        assert await tenant.effects() == dict.fromkeys(expected[tenant.tenant_id], 1)
    interrupted = await started_so_far() - JOBS
    assert interrupted >= KILLS
    print(f"{JOBS} jobs, {KILLS} kills, {interrupted} jobs interrupted, {time.monotonic() - started:.1f} s")  # noqa: T201


async def test_told_to_stop_it_finishes_what_it_runs_and_leaves_the_rest(jobs, variables):
    subjects = await jobs.add(100)
    for end in (signal.SIGTERM, signal.SIGINT):
        before = await attempts(jobs)
        async with a_worker(variables, lease_seconds=30) as worker:

            async def busy(before=before) -> bool:
                return await attempts(jobs) > before

            await until(busy, seconds=40)
            worker.send_signal(end)
            assert await asyncio.wait_for(worker.wait(), timeout=15) == 0
    finished = await states(jobs)
    assert set(finished) == {"done", "waiting"}
    assert finished["done"] == await attempts(jobs) == len(await jobs.effects())
    assert set(await jobs.effects()) < set(subjects)
