"""Home-realm discovery: from an e-mail address to the provider of its domain, without saying who has an account."""

from uuid import UUID

from ctorendang.domains.sso.email_domains.names import domain_of
from ctorendang.domains.sso.email_domains.service import connection_for
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product

LOOK_UPS = Limit("sso-discovery-address", attempts=200, seconds=600)


class DiscoveryService:
    """For visitors who know their address and not their connection."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor

    async def connection_of(self, email: str) -> UUID | None:
        """Where people with addresses like this sign in; None when their domain leads nowhere.

        Only the domain is looked at, so that the answer is the same whether or not there is such a person.

        Raises:
            TooManyAttempts: too many look-ups from this network address.
        """
        self._product.grants.require(self._visitor, SsoPermission.SIGN_ON)
        await self._product.limiter.count(LOOK_UPS, str(self._visitor.tenant_id), self._visitor.address)
        domain = domain_of(email)
        if not domain:
            return None
        service = self._visitor.as_service(AUTHENTICATOR)
        async with self._product.units.begin(service) as work:
            return await connection_for(work, domain)
