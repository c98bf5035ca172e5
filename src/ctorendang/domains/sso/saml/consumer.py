"""Receiving a provider's answers: the assertion consumer service."""

import asyncio
from uuid import UUID

import structlog

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.models import Connection, SignOnRequest
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.saml.assertion import Expected
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.response import Accepted, accept_response
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider, read_settings
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import Protocol, SignOnPurpose, purpose_of
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now

ANSWERS_REFUSED = Limit("saml-answers-refused-address", attempts=300, seconds=600)

_log = structlog.get_logger(__name__)


class AssertionConsumer:
    """Turns an answer into a ticket. It knows the address and the form, and never who is at the browser."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._sign_on = SignOn(product, visitor)
        self._service = visitor.as_service(AUTHENTICATOR)

    async def consume(self, connection_id: UUID, encoded: str, relay_state: str) -> tuple[str, str]:
        """Verify an answer; the ticket for it, and the origin that its browser left from.

        Args:
            connection_id: from the address, never from the answer.
            encoded: the form field ``SAMLResponse``.
            relay_state: the form field ``RelayState``: the key to what was asked, and nothing else.

        Raises:
            NotFound: there is no such connection, it does not sign people in, or speaks another protocol.
            SignOnRefused: the answer does not hold; the trace is kept.
            TooManyAttempts: too many bad answers from this network address.
        """
        self._product.grants.require(self._visitor, SsoPermission.SIGN_ON)
        caller = (str(self._visitor.tenant_id), self._visitor.address)
        await self._product.limiter.count(ANSWERS_REFUSED, *caller)
        connection, request = await self._sign_on.pending(connection_id, relay_state)
        if connection.protocol != Protocol.SAML:
            raise NotFound("There is no single sign-on at this address.")
        trace = Trace("saml response")
        trace.facts |= {"connection": connection.name, "purpose": purpose_of(request).value}
        try:
            accepted = await self._judged(connection, request, encoded, trace)
            ticket = await self._sign_on.accept(
                connection_id, request, accepted.identity, trace, accepted.assertion_id, accepted.valid_until
            )
        except SignOnRefused:
            await self._sign_on.refused(connection_id, trace)
            raise
        await self._product.limiter.forgive(ANSWERS_REFUSED, *caller)
        return ticket, request.origin if request else ""

    async def _judged(
        self, connection: Connection, request: SignOnRequest | None, encoded: str, trace: Trace
    ) -> Accepted:
        settings = read_settings(connection.settings)
        trace.require(
            "Connection is complete",
            settings.complete,
            expected="the provider's entity ID, sign-in address and certificate",
            hint="Give this connection the identity provider's metadata.",
        )
        async with self._product.units.begin(self._service) as work:
            sp = await service_provider(work, connection)
        forced = request is not None and (request.purpose == SignOnPurpose.STEP_UP or settings.force_authn)
        expected = Expected(
            request_id=request.request_id if request else None,
            authenticated_after=request.created_at if request and forced else None,
            at=now(),
            attributes=connection.attributes,
        )
        return await asyncio.to_thread(_judge, trace, settings, sp, encoded, expected)


def _judge(trace: Trace, settings: SamlSettings, sp: ServiceProvider, encoded: str, expected: Expected) -> Accepted:
    """Judge, and refuse what makes judging fail: a stranger's message must never be an error of ours."""
    try:
        return accept_response(trace, settings, sp, encoded, expected)
    except SignOnRefused:
        raise
    except Exception as error:
        _log.warning("an answer could not be judged", reference=trace.reference, exc_info=error)
        hint = "The answer is unlike any that identity providers send."
        trace.require("Answer can be judged", False, got=type(error).__name__, hint=hint)
        raise
