"""What tests about accounts share."""

from collections.abc import AsyncIterator

import pytest
from tests.domains.accounts.holders import Holder, holder_in
from tests.factories import Marketplace


@pytest.fixture
async def holder(market: Marketplace) -> AsyncIterator[Holder]:
    """Somebody with a passkey."""
    async with market.browser() as browser:
        yield await holder_in(market, browser)
