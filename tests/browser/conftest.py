"""A browser and a server process for it, on the run's real components."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright
from tests.factories import Marketplace, Marketplaces

_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
]


@pytest.fixture(scope="session")
def port(variables: dict[str, str]) -> Iterator[int]:
    """Where the web process of this run listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | variables | {"PORT": str(port), "CTORENDANG_PUBLIC_PORT": str(port)}
    command = [sys.executable, "-m", "ctorendang.cli", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/ready").raise_for_status()
                break
            except httpx.HTTPError:
                assert server.poll() is None, "the web process has ended"
                time.sleep(0.1)
        yield port
        server.terminate()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; every ``.localhost`` name is this machine."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: `make test` installs it as root, or apt-get install chromium."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def live_market(marketplaces: Marketplaces) -> Marketplace:
    """A tenant on a host that browsers trust as local."""
    return await marketplaces.open(top_level="localhost")


class Window:
    """A browser window that remembers what went wrong in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.problems: list[str] = []

    async def open(self, path: str):
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        await page.goto(self.base + path)
        return page


@pytest.fixture
async def windows(chromium: Browser, port: int, live_market: Marketplace):
    """Opens windows on the tenant; none of them may have had a script or policy error by the end."""
    opened: list[Window] = []

    async def open_window(**options) -> Window:
        context = await chromium.new_context(**options)
        window = Window(context, f"http://{live_market.host}:{port}")
        opened.append(window)
        return window

    yield open_window
    for window in opened:
        await window.context.close()
        assert window.problems == []
