"""The product under test: the real application, in process, on the run's real components."""

from collections.abc import AsyncIterator

import httpx
import pytest

from ctorendang.asgi import create_app
from ctorendang.infra.product import Product
from ctorendang.settings import Settings
from tests.factories import Marketplace, Marketplaces
from tests.serving import Served, served

pytest_plugins = ["tests.stack"]


@pytest.fixture(scope="session")
async def site(settings: Settings) -> AsyncIterator[Served]:
    """The running application."""
    async with served(create_app(settings)) as site:
        yield site


@pytest.fixture(scope="session")
def product(site: Served) -> Product:
    """The parts of the running application."""
    return site.product


@pytest.fixture(scope="session")
async def marketplaces(site: Served, settings: Settings) -> AsyncIterator[Marketplaces]:
    """Makes tenants."""
    marketplaces = Marketplaces(site, settings)
    await marketplaces.prepare()
    yield marketplaces
    await marketplaces.close()


@pytest.fixture
async def market(marketplaces: Marketplaces) -> Marketplace:
    """A tenant of the test's own."""
    return await marketplaces.open()


@pytest.fixture
async def other_market(marketplaces: Marketplaces) -> Marketplace:
    """Another tenant."""
    return await marketplaces.open()


@pytest.fixture
async def console(marketplaces: Marketplaces) -> Marketplace:
    """The platform's own host."""
    return await marketplaces.open_console()


@pytest.fixture
async def client(market: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor's browser on the tenant."""
    async with market.browser() as browser:
        yield browser
