"""What an outage of Typesense costs those who search meanwhile, and how soon the index knows what it missed."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.documents import ALIAS
from ctorendang.domains.search.indexing import IndexService
from ctorendang.domains.search.query import CtoQuery, SearchOrder
from ctorendang.domains.search.service import SearchService
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.gateways.typesense import SearchUnavailable, Typesense
from ctorendang.infra.product import Product
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.infra.stack.typesense import Typesense as Engine

READERS, WARM = 6, 60
WORKER_STARTS = 20
"""Seconds in which a worker starts and compares everything for the first time."""
MISSED = 25
"""Profiles that change while the engine is away."""

Asked = Sequence[tuple[CtoQuery, SearchOrder]]


@dataclass
class Load:
    """What readers have met: when each answer came, how long it took, whether it was the database's; and errors."""

    answers: list[tuple[float, float, bool]]
    errors: int = 0

    def since(self, moment: float) -> list[tuple[float, float, bool]]:
        """Those that came after a moment."""
        return [each for each in self.answers if each[0] >= moment]


@asynccontextmanager
async def readers(product: Product, tenant_id: UUID, asked: Asked) -> AsyncIterator[Load]:
    """People who search all the time."""
    seen, over = Load([]), asyncio.Event()

    async def read(first: int) -> None:
        place = first
        while not over.is_set():
            query, order = asked[place % len(asked)]
            started = time.monotonic()
            try:
                async with product.units.begin(Actor(tenant_id)) as work:
                    result = await SearchService(work).find(query, order, PageRequest(first=24))
            except Exception:  # noqa: BLE001 - whatever it is, a person would have met it
                seen.errors += 1
                continue
            ended = time.monotonic()
            seen.answers.append((ended, ended - started, result.degraded))
            place += 1

    async with asyncio.TaskGroup() as group:
        for number in range(READERS):
            group.create_task(read(number * 17))
        try:
            yield seen
        finally:
            over.set()


@contextmanager
def worker(stack: EmbeddedStack, variables: Mapping[str, str]) -> Iterator[None]:
    """A worker in a process of its own, as everywhere."""
    child = stack.data.child("worker", stop_seconds=20)
    child.start([sys.executable, "-m", "ctorendang.cli", "worker"], folder=Path.cwd(), variables=os.environ | variables)
    try:
        yield
    finally:
        child.stop()


async def change(product: Product, tenant_id: UUID) -> list[UUID]:
    """Save some profiles, as their owners would; whose."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        listed = select(Cto).where(Cto.tenant_id == tenant_id, Cto.status == CtoStatus.LISTED)
        changed = []
        for cto in await work.session.scalars(listed.order_by(Cto.id).limit(MISSED)):
            cto.years_experience = (cto.years_experience + 1) % 50
            work.publish("cto.saved", {"cto_id": str(cto.id)})
            changed.append(cto.id)
    return changed


async def known(product: Product, server: Typesense, tenant_id: UUID, cto_ids: list[UUID]) -> bool:
    """Whether the index holds what it should of these: comparing everything takes longer than catching up."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        expected = {each["id"]: each["checksum"] for each in await IndexService(work, server).documents(cto_ids)}
    with suppress(SearchUnavailable):
        exported = server.export(ALIAS, tenant_id, ("id", "checksum"))
        indexed = {each["id"]: str(each["checksum"]) async for each in exported}
        return expected.items() <= indexed.items()
    return False


async def differs(slug: str, variables: Mapping[str, str]) -> bool:
    """Whether anything in the index is not as it should be; asked in another process, since comparing takes a core."""
    command = [sys.executable, "-m", "ctorendang.cli", "search", "check", "--tenant", slug]
    child = await asyncio.create_subprocess_exec(
        *command, env=os.environ | variables, stdout=asyncio.subprocess.DEVNULL
    )
    return await child.wait() != 0


async def outage(
    product: Product, engine: Engine, server: Typesense, tenant_id: UUID, asked: Asked, variables: Mapping[str, str]
) -> None:
    """Kill the engine under load, change profiles meanwhile, start it again, and wait until nothing differs.

    Args:
        asked: what readers search for.
        variables: the stack's, for other processes.
    """
    pid = engine.child.pid
    if pid is None:
        raise SystemExit("Typesense does not run.")
    await asyncio.sleep(WORKER_STARTS)
    async with readers(product, tenant_id, asked) as seen:
        while len(seen.answers) < WARM:  # noqa: ASYNC110 - readers come and go
            await asyncio.sleep(0.1)
        killed = time.monotonic()
        os.killpg(pid, signal.SIGKILL)
        await asyncio.sleep(5)
        after = seen.since(killed)
        first = min((ended for ended, _, degraded in after if degraded), default=float("inf"))
        before = sum(degraded for ended, _, degraded in seen.answers if ended < killed)
        print(  # noqa: T201
            f"killed under load: first answer of the database after {first - killed:.2f} s, slowest answer"
            f" {max(took for _, took, _ in after):.2f} s, {len(after)} answers in 5 s, {seen.errors} errors"
            f" ({before} of {len(seen.answers) - len(after)} before were the database's)",
            flush=True,
        )
        changed = await change(product, tenant_id)
        await asyncio.sleep(5)
        engine.child.stop()
        engine.start()
        await asyncio.to_thread(engine.wait)
        back = time.monotonic()
        while not server.answers:  # noqa: ASYNC110 - nobody can tell but by asking
            await asyncio.sleep(0.05)
        answered = time.monotonic() - back
        while not await known(product, server, tenant_id, changed):  # noqa: ASYNC110 - nobody can tell but by asking
            await asyncio.sleep(0.5)
        caught_up = time.monotonic() - back
        print(  # noqa: T201
            f"back: asked again after {answered:.2f} s, {len(changed)} missed changes caught up with after"
            f" {caught_up:.1f} s, {seen.errors} errors in all   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
