"""The product under test: the real application, in process, on the run's real components."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import cycle

import httpx
import pytest
from aiosmtpd.smtp import SMTP
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import rsa

from ctorendang.asgi import create_app
from ctorendang.domains.accounts import passwords
from ctorendang.domains.sso.saml import keys as saml_keys
from ctorendang.domains.sso.saml.certificates import certified
from ctorendang.infra.product import Product
from ctorendang.settings import MailSettings, Settings
from tests.factories import Marketplace, Marketplaces
from tests.inbox import Inbox
from tests.serving import Served, served

pytest_plugins = ["tests.stack"]


def pytest_collection_finish() -> None:
    """What is imported by now stays for the whole run: the garbage collector need not walk through it each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def cheap_secrets() -> Iterator[None]:
    """Hash passwords and make our SAML keys as the product does, without the cost: each test wants some of both.

    Hashes are Argon2id with little memory; certificates are new, and stand for one of a few RSA keys in turn.
    """
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    some = cycle(lazily_made_keys(6))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
        patch.setattr(saml_keys, "make_key_pair", lambda name, at: certified(next(some), name, at))
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the product's own cost, where a test is about the time that takes."""
    hasher = PasswordHasher()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))


def lazily_made_keys(count: int) -> Iterator[rsa.RSAPrivateKey]:
    """So many keys, each made when it is first asked for."""
    for _ in range(count):
        yield rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
async def inbox() -> AsyncIterator[Inbox]:
    """Every mail of the run."""
    inbox = Inbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(inbox), "127.0.0.1", 0)
    async with server:
        inbox.port = server.sockets[0].getsockname()[1]
        yield inbox


@pytest.fixture(scope="session")
async def site(settings: Settings, inbox: Inbox) -> AsyncIterator[Served]:
    """The running application, which mails to the inbox."""
    mail = MailSettings(smtp_url=f"smtp://127.0.0.1:{inbox.port}", sender="no-reply@mail.example")
    async with served(create_app(replace(settings, mail=mail))) as site:
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
async def market(marketplaces: Marketplaces) -> AsyncIterator[Marketplace]:
    """A tenant of the test's own."""
    market = await marketplaces.open()
    yield market
    marketplaces.leave(market)


@pytest.fixture
async def other_market(marketplaces: Marketplaces) -> AsyncIterator[Marketplace]:
    """Another tenant."""
    market = await marketplaces.open()
    yield market
    marketplaces.leave(market)


@pytest.fixture
async def console(marketplaces: Marketplaces) -> Marketplace:
    """The platform's own host."""
    return await marketplaces.open_console()


@pytest.fixture
async def client(market: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor's browser on the tenant."""
    async with market.browser() as browser:
        yield browser
