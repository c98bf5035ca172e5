"""What tests of single sign-on begin with."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.office import Office, open_office
from tests.domains.sso.saml_scene import visitor
from tests.factories import Marketplace, Person, sign_in


@pytest.fixture(scope="session")
def provider() -> Signer:
    """The keys of a provider."""
    return Signer()


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    """An administrator."""
    return await market.join("admin")


@pytest.fixture
async def browser(market: Marketplace, admin: Person) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the administrator has signed in."""
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        yield browser


@pytest.fixture
async def office(market: Marketplace, provider: Signer) -> Office:
    """A tenant whose single sign-on is ready to be enforced."""
    return await open_office(market, provider)
