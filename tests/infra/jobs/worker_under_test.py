"""The real worker with one more subscription, whose jobs take long enough to be caught in the middle.

With the argument ``restarting`` a worker that ends is followed by another, forked so that it starts quickly; their
process ids are printed.
"""

import asyncio
import os
import random
import sys

import uvloop
from tests.infra.jobs.conftest import effect

from ctorendang import worker
from ctorendang.infra.events import Subscription
from ctorendang.settings import Settings


async def slow_effect(work, payload) -> None:
    await asyncio.sleep(random.uniform(0, 0.2))
    await effect(work, payload)
    await asyncio.sleep(random.uniform(0, 0.2))


def run() -> None:
    slow = Subscription("test.happened", "test.effect", slow_effect)
    uvloop.run(worker.run(Settings.from_env(), also=(slow,)))


def run_and_restart() -> None:
    while worker := os.fork():
        print(worker, flush=True)  # noqa: T201
        os.waitpid(worker, 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    random.seed()
    run()


if __name__ == "__main__":
    run_and_restart() if "restarting" in sys.argv else run()
