"""The application, in process or as a process of its own."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar.types import ASGIApp

from ctorendang.infra.product import Product
from ctorendang.infra.stack.data import answers


@dataclass(frozen=True)
class Served:
    """An application that has been started."""

    app: ASGIApp
    product: Product


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[Served]:
    """Start an application through its ASGI lifespan, and shut it down."""
    incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outgoing: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    running = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, incoming.get, outgoing.put))
    await incoming.put({"type": "lifespan.startup"})
    started = await outgoing.get()
    assert started["type"] == "lifespan.startup.complete", started
    yield Served(app, app.litestar.state.product)
    await incoming.put({"type": "lifespan.shutdown"})
    await outgoing.get()
    await running


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@asynccontextmanager
async def serving(variables: Mapping[str, str], log: Path = Path(os.devnull)) -> AsyncIterator[int]:
    """The web process as it is deployed, once it is ready; its port.

    Args:
        variables: of its environment.
        log: receives what it prints.
    """
    port = free_port()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ctorendang.cli", "serve", "--port", str(port)),
            env={**os.environ, "CTORENDANG_PUBLIC_PORT": str(port), **variables},
            stdout=output,
            stderr=output,
        )
    try:
        await _until_ready(process, port)
        yield port
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _until_ready(process: Process, port: int) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(answers, port, "/ready"):
            assert process.returncode is None, "the web process has ended"
            await asyncio.sleep(0.1)
