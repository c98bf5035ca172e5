"""Two sides, an administrator and strangers, for every test about engagements."""

from dataclasses import dataclass

import pytest
from tests.domains.engagements.journeys import Journey, begin
from tests.factories import ListedCto, Marketplace, Marketplaces, Person


@dataclass
class Sides:
    market: Marketplace
    client: Person
    cto: ListedCto
    admin: Person
    stranger: Person
    other_cto: ListedCto

    async def at(self, status: str) -> Journey:
        """A new engagement that stands there."""
        journey = await begin(self.market, self.client, self.cto)
        return await journey.advance(status)


@pytest.fixture(scope="session")
async def sides(marketplaces: Marketplaces) -> Sides:
    market = await marketplaces.open()
    return Sides(
        market,
        client=await market.join("client"),
        cto=await market.listed_cto(),
        admin=await market.join("admin"),
        stranger=await market.join("client"),
        other_cto=await market.listed_cto(),
    )
