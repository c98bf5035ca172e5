"""A connection of a tenant and what it says about people, without a protocol in between."""

from uuid import UUID

import pytest
from tests.factories import Marketplace

from ctorendang.domains.accounts.models import User
from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.models import Connection, EmailDomain
from ctorendang.domains.sso.people import People
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

DOMAIN = "people.example"


class Provider:
    """A connection of a tenant, and what it says about people."""

    def __init__(self, market: Marketplace, connection_id: UUID) -> None:
        self.market = market
        self.id = connection_id
        self.trace = Trace("test")

    def units(self):
        product = self.market.marketplaces.site.product
        return product.units.begin(Actor.service(self.market.id, AUTHENTICATOR))

    async def signs_on(self, subject: str = "subject", email: str | None = None, **said) -> UUID:
        """Who that is here."""
        self.trace = Trace("test")
        async with self.units() as work:
            connection = await work.session.get(Connection, (self.market.id, self.id))
            identity = VerifiedIdentity(subject=subject, email=email, **said)
            return (await People(work, connection, self.trace).sign_on(identity)).id

    async def links(self, user_id: UUID, subject: str) -> None:
        """Make a subject stand for somebody, as they ask for it themselves."""
        self.trace = Trace("test")
        async with self.units() as work:
            connection = await work.session.get(Connection, (self.market.id, self.id))
            user = await work.session.get(User, (self.market.id, user_id))
            await People(work, connection, self.trace).link(user, subject)

    async def refuses(self, check: str, **said) -> None:
        with pytest.raises(SignOnRefused):
            await self.signs_on(**said)
        assert self.trace.failure.name == check
        assert self.trace.failure.hint


async def connect(market: Marketplace, *, domain: str | None = DOMAIN, **settings) -> Provider:
    product = market.marketplaces.site.product
    connection_id = uuid7()
    async with product.units.begin(Actor.service(market.id, AUTHENTICATOR)) as work:
        values = {"name": f"Provider {connection_id}", "protocol": "saml", "status": "active"} | settings
        work.session.add(Connection(tenant_id=market.id, id=connection_id, **values))
        await work.session.flush()
        if domain:
            work.session.add(
                EmailDomain(
                    tenant_id=market.id, connection_id=connection_id, domain=domain, token="t", verified_at=now()
                )
            )
    return Provider(market, connection_id)
