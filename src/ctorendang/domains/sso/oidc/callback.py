"""A browser that brings a provider's answer: OpenID Connect and OAuth."""

from uuid import UUID

from sqlalchemy import func, update

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.models import SignOnRequest
from ctorendang.domains.sso.oidc.claims import Answer, check_answer
from ctorendang.domains.sso.oidc.exchange import Exchange
from ctorendang.domains.sso.oidc.flow import asked_of, client_of
from ctorendang.domains.sso.oidc.relying_party import OidcSettings
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import Protocol
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.kit.crypto import token_hash


class OidcCallback:
    """Receives answers; whose browser it is shows only where the ticket is redeemed."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor
        self._service = actor.as_service(AUTHENTICATOR)
        self._sign_on = SignOn(product, actor)

    async def answer(self, connection_id: UUID, answer: Answer) -> tuple[str, str]:
        """Verify an answer; the ticket for it, and the origin that its browser left from.

        Raises:
            NotFound: there is no such connection, it does not sign people in, or speaks another protocol.
            SignOnRefused: the answer does not hold. Its request is used up all the same.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        trace = Trace("oidc callback")
        request = None
        try:
            connection, request = await self._sign_on.pending(connection_id, answer.state)
            if connection.protocol == Protocol.SAML:
                raise NotFound("There is no single sign-on at this address.")
            trace.facts |= {"connection": connection.name, "purpose": request.purpose if request else "unknown"}
            hint = "It took longer than 15 minutes, was answered before, or began at another connection. Begin again."
            trace.require("State is of a pending sign-in", request is not None, expected="one of ours", hint=hint)
            if request is None:
                raise SignOnRefused(trace.reference)
            async with self._product.units.begin(self._service) as work:
                client, asked = await client_of(work, connection), await asked_of(work, request)
            promised = isinstance(client.settings, OidcSettings) and client.settings.iss_parameter
            check_answer(answer, client.settings.issuer, trace, names_itself=promised)
            exchange = Exchange(self._product, self._service, connection, client, trace)
            vouched = await exchange.identity(answer.code, asked, request)
            message_id = f"code:{token_hash(answer.code).hex()}"
            ticket = await self._sign_on.accept(
                connection_id, request, vouched.identity, trace, message_id, vouched.until
            )
            return ticket, request.origin
        except SignOnRefused:
            await self._use_up(request)
            await self._sign_on.refused(connection_id, trace)
            raise

    async def _use_up(self, request: SignOnRequest | None) -> None:
        """A request gets one answer, good or not: else whoever holds it could try codes."""
        if request is None:
            return
        async with self._product.units.begin(self._service) as work:
            statement = update(SignOnRequest).where(
                SignOnRequest.tenant_id == self._service.tenant_id, SignOnRequest.id == request.id
            )
            await work.session.execute(statement.values(used_at=func.coalesce(SignOnRequest.used_at, func.now())))
