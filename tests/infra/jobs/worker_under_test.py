"""The real worker with one more subscription, whose jobs take long enough to be caught in the middle."""

import asyncio
import random

import uvloop
from tests.infra.jobs.conftest import effect

from ctorendang.infra.events import Subscription
from ctorendang.settings import Settings
from ctorendang.worker import serve


async def slow_effect(work, payload) -> None:
    await asyncio.sleep(random.uniform(0, 0.2))
    await effect(work, payload)
    await asyncio.sleep(random.uniform(0, 0.2))


if __name__ == "__main__":
    slow = Subscription("test.happened", "test.effect", slow_effect)
    uvloop.run(serve(Settings.from_env(), also=(slow,)))
