"""The application with a mail server behind it, so that what it mails can be read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiosmtpd.smtp import SMTP
from tests.domains.inbox import Inbox
from tests.factories import Marketplaces
from tests.serving import Served, served

from ctorendang.asgi import create_app
from ctorendang.infra.product import Product
from ctorendang.settings import MailSettings, Settings


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
    """The running application, which can send mail."""
    mail = MailSettings(smtp_url=f"smtp://127.0.0.1:{inbox.port}", sender="no-reply@mail.example")
    async with served(create_app(replace(settings, mail=mail))) as site:
        yield site


# What follows is as for all tests, on this site: a fixture is kept for the session together with what it was made from.


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
