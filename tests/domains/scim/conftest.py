"""A directory for each test."""

import pytest
from tests.domains.scim.directories import Directory, connect
from tests.factories import Marketplace


@pytest.fixture
async def directory(market: Marketplace) -> Directory:
    """A directory of the test's own tenant."""
    return await connect(market)


@pytest.fixture
async def foreign_directory(other_market: Marketplace) -> Directory:
    """A directory of another tenant."""
    return await connect(other_market)
