"""Signing out in step with a SAML provider: it asks us, or answers us."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.provider_sessions import end_provider_sessions
from ctorendang.domains.sso.replay import see_first
from ctorendang.domains.sso.saml.flow import logout_request_id
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.logout import (
    LogoutAsked,
    LogoutMessage,
    accept_logout_request,
    accept_logout_response,
)
from ctorendang.domains.sso.saml.messages import logout_response
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider, read_settings
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import Protocol, SignOnPurpose, usable_connection
from ctorendang.domains.sso.trace import Trace
from ctorendang.domains.sso.trace_storage import keep_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

MESSAGES_REFUSED = Limit("saml-sign-outs-refused-address", attempts=300, seconds=600)


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What came of a message.

    Attributes:
        provider: what the connection is called.
        departure: where the browser takes our answer; None when there is nothing to be answered.
        complete: the provider has signed the person out everywhere.
    """

    provider: str
    departure: Departure | None
    complete: bool


class SamlSignOut:
    """Receives messages about signing out; who is at the browser does not matter, only what was signed."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._service = visitor.as_service(AUTHENTICATOR)

    async def receive(self, connection_id: UUID, message: LogoutMessage) -> SignedOut:
        """Do what a provider asks, or take note of its answer.

        Args:
            connection_id: from the address.
            message: as it came.

        Raises:
            NotFound: there is no such connection, it is not active, or speaks another protocol.
            SignOnRefused: the message does not hold; the trace is kept.
            TooManyAttempts: too many bad messages from this network address.
        """
        self._product.grants.require(self._visitor, SsoPermission.SIGN_ON)
        caller = (str(self._visitor.tenant_id), self._visitor.address)
        await self._product.limiter.count(MESSAGES_REFUSED, *caller)
        async with self._product.units.begin(self._service) as work:
            connection = await usable_connection(work, connection_id, SignOnPurpose.SIGN_IN)
            if connection.protocol != Protocol.SAML:
                raise NotFound("There is no single sign-on at this address.")
            sp = await service_provider(work, connection)
        trace = Trace("saml logout")
        trace.facts["connection"] = connection.name
        settings = read_settings(connection.settings)
        try:
            judged = self._asked if message.request else self._answered
            done = await judged(connection, settings, sp, message, trace)
        except SignOnRefused:
            await SignOn(self._product, self._visitor).refused(connection_id, trace)
            raise
        await self._product.limiter.forgive(MESSAGES_REFUSED, *caller)
        return done

    async def _asked(
        self, connection: Connection, settings: SamlSettings, sp: ServiceProvider, message: LogoutMessage, trace: Trace
    ) -> SignedOut:
        asked = await asyncio.to_thread(accept_logout_request, trace, settings, sp, message, now())
        async with self._product.units.begin(self._service) as work:
            first = await see_first(work, connection.id, f"logout:{asked.message_id}", asked.valid_until)
            hint = "The same request has come before."
            trace.require("Message was not seen before", first, got=asked.message_id, hint=hint)
            ended = await _end_sessions(work, connection, asked)
            trace.facts["sessions ended"] = str(ended)
            record(work, "sso.provider.signed_out", Subject("sso_connection", connection.id), {"sessions": ended})
            await keep_trace(work, connection.id, trace)
        if not settings.slo_url:
            return SignedOut(connection.name, None, complete=True)
        relay_state, message_id = message.relay_state, f"_{uuid7().hex}"
        answer = logout_response(
            settings, sp, message_id=message_id, answers=asked.message_id, relay_state=relay_state, at=now()
        )
        return SignedOut(connection.name, answer, complete=True)

    async def _answered(
        self, connection: Connection, settings: SamlSettings, sp: ServiceProvider, message: LogoutMessage, trace: Trace
    ) -> SignedOut:
        answered = await asyncio.to_thread(accept_logout_response, trace, settings, sp, message, now())
        trace.require(
            "Answers our request",
            answered.answers == logout_request_id(message.relay_state),
            expected=f"{logout_request_id(message.relay_state)}, for the RelayState that came with it",
            got=answered.answers or "nothing",
            hint="The identity provider must send the ID of our request back as InResponseTo.",
        )
        return SignedOut(connection.name, None, answered.complete)


async def _end_sessions(work: UnitOfWork, connection: Connection, asked: LogoutAsked) -> int:
    ended = 0
    for index in asked.session_indexes or (None,):
        ended += await end_provider_sessions(work, connection.id, asked.subject, index)
    return ended
