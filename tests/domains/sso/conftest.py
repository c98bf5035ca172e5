"""What tests of single sign-on begin with."""

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.office import Office, open_office
from tests.factories import Marketplace


@pytest.fixture(scope="session")
def provider() -> Signer:
    """The keys of a provider."""
    return Signer()


@pytest.fixture
async def office(market: Marketplace, provider: Signer) -> Office:
    """A tenant whose single sign-on is ready to be enforced."""
    return await open_office(market, provider)
