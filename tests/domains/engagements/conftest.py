"""Two sides, an administrator and strangers, for every test about engagements."""

from dataclasses import dataclass, replace

import pytest
from tests.domains.engagements.journeys import Journey, begin
from tests.factories import ListedCto, Marketplace, Marketplaces, Person

from ctorendang.domains.accounts.people import notifications


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
        await self.clear_week()
        journey = await begin(self.market, self.client, self.cto)
        return await journey.advance(status)

    async def clear_week(self) -> None:
        """Give the CTOs' hours back that earlier tests have sold."""
        await self.market.fetch("delete from calendar_commitments")


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


@pytest.fixture(autouse=True)
def untiring(monkeypatch: pytest.MonkeyPatch) -> None:
    """These two act more often within an hour than people do, and every mail is looked at."""
    limit = replace(notifications.MAILS_OF_ONE_SENDER, attempts=100_000)
    monkeypatch.setattr(notifications, "MAILS_OF_ONE_SENDER", limit)
