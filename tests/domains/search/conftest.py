"""Tenants on both engines: one that searches with a real Typesense, one that searches with Postgres alone."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.factories import Marketplaces
from tests.serving import Served, served
from tests.stack import SharedStack

from ctorendang.asgi import create_app
from ctorendang.domains.search.rebuilding import IndexKeeper
from ctorendang.infra.gateways.typesense import Typesense as SearchServer
from ctorendang.infra.stack.data import DataFolder
from ctorendang.infra.stack.postgres import DATABASE_VARIABLES
from ctorendang.infra.stack.typesense import Typesense
from ctorendang.kit.wheels import NotInstalled
from ctorendang.settings import Settings, TypesenseSettings


@contextmanager
def running_typesense() -> Iterator[Typesense]:
    """A server on a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ctorendang-typesense-"))
    data = DataFolder(folder, {}).acquire()
    server = Typesense(data)
    try:
        server.start()
    except NotInstalled:
        pytest.skip("Typesense is made for Linux on x86-64")
    server.wait()
    yield server
    server.child.stop()
    data.release()
    shutil.rmtree(folder, ignore_errors=True)


def settings_of(server: Typesense) -> TypesenseSettings:
    """How to reach it."""
    variables = server.variables()
    return TypesenseSettings(
        url=variables["CTORENDANG_TYPESENSE_URL"], api_key=variables["CTORENDANG_TYPESENSE_API_KEY"]
    )


@pytest.fixture(scope="session")
def typesense() -> Iterator[Typesense]:
    """A server of this run's own; it takes some seconds, so it starts with the first test that wants it."""
    with running_typesense() as server:
        yield server


@pytest.fixture(scope="session")
def typesense_settings(typesense: Typesense) -> TypesenseSettings:
    return settings_of(typesense)


@pytest.fixture(scope="session")
async def search_settings(shared_stack: SharedStack, worker_number: int, variables: dict[str, str]) -> Settings:
    """A product on a database of its own: an index holds every tenant, and here are no thousands of other tests."""
    own = await shared_stack.create_database(f"search_{worker_number}")
    return Settings.from_env(variables | {name: own[name] for name in DATABASE_VARIABLES})


@pytest.fixture(scope="session")
async def search_site(search_settings: Settings, typesense_settings: TypesenseSettings) -> AsyncIterator[Served]:
    """The application as it is with a search engine, and with an index."""
    async with served(create_app(replace(search_settings, typesense=typesense_settings))) as site:
        server = site.product.gateways.search
        assert server is not None
        await IndexKeeper(site.product, server).look()
        yield site


@pytest.fixture(scope="session")
async def searching(search_site: Served, search_settings: Settings) -> AsyncIterator[Marketplaces]:
    """Opens tenants that search with Typesense."""
    marketplaces = Marketplaces(search_site, search_settings)
    await marketplaces.prepare()
    yield marketplaces
    await marketplaces.close()


@pytest.fixture(scope="session")
def search_server(search_site: Served) -> SearchServer:
    assert search_site.product.gateways.search is not None
    return search_site.product.gateways.search
