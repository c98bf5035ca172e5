"""The application in process, as a server would run it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp

from ctorendang.infra.product import Product


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
