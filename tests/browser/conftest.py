"""A browser and a server process for it, on the run's real components."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright
from tests.factories import Marketplace, Marketplaces
from tests.serving import serving

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
async def port(variables: dict[str, str]) -> AsyncIterator[int]:
    """Where the web process of this run listens."""
    async with serving(variables) as port:
        yield port


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
async def live_market(marketplaces: Marketplaces) -> AsyncIterator[Marketplace]:
    """A tenant on a host that browsers trust as local."""
    market = await marketplaces.open(top_level="localhost")
    yield market
    marketplaces.leave(market)


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
