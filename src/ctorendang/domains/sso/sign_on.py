"""Leaving for an identity provider and coming back, whatever the protocol.

A browser leaves with a cookie that says which browser it is. What the provider answers arrives by a cross-site request
that carries no cookie: it is verified, kept as a ticket that works once, and the browser is sent on with it. Only there
the cookie shows that the browser is the one that left, so that nobody is signed in by somebody else's answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update

from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.models import Connection, SignOnRequest, SignOnSession, SignOnTicket
from ctorendang.domains.sso.oidc import flow as oidc_flow
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.replay import see_first
from ctorendang.domains.sso.saml import flow as saml_flow
from ctorendang.domains.sso.sealed import TICKET_PURPOSE
from ctorendang.domains.sso.status import Protocol, SignOnPurpose, purpose_of, usable_connection
from ctorendang.domains.sso.trace import Trace
from ctorendang.domains.sso.trace_storage import keep_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import seal
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash
from ctorendang.kit.ids import uuid7

# A whole company may come through one address at nine in the morning.
DEPARTURES = Limit("sso-departures-address", attempts=2_000, seconds=600)
REFUSALS_KEPT = Limit("sso-refusals-kept", attempts=200, seconds=600)

_AWAY = timedelta(minutes=15)
_TICKET = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A browser on its way to a provider.

    Attributes:
        browser: the secret for its cookie.
        provider: what the connection is called.
    """

    departure: Departure
    browser: str
    provider: str


class SignOn:
    """Signing on, for whoever is at the browser."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor
        self._tenant_id = actor.tenant_id
        self._service = actor.as_service(AUTHENTICATOR)

    async def leave(
        self, connection_id: UUID, purpose: SignOnPurpose, next_path: str, browser: str, origin: str = ""
    ) -> Leaving:
        """Send the browser to the provider.

        Args:
            connection_id: which one.
            purpose: ``sign_in``, or what somebody signed in wants: ``test``, ``link``, ``step_up``.
            next_path: where to go in the end.
            browser: the secret in the browser's cookie, empty when it has none yet.
            origin: of this site as the browser names it, where its cookie is.

        Raises:
            NotFound: there is no such connection, or it does not serve this purpose.
            StepUpRequired: linking wants somebody who has just signed in.
            TooManyAttempts: too many departures from this network address.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        if purpose == SignOnPurpose.TEST:
            self._product.grants.require(self._actor, SsoPermission.MANAGE)
        if purpose == SignOnPurpose.LINK:
            require_recent(self._actor)
        await self._product.limiter.count(DEPARTURES, str(self._tenant_id), self._actor.address)
        browser = browser or random_token()
        async with self._product.units.begin(self._service) as work:
            connection = await usable_connection(work, connection_id, purpose)
            request = SignOnRequest(
                tenant_id=self._tenant_id,
                id=uuid7(),
                connection_id=connection.id,
                purpose=purpose,
                state=random_token(),
                request_id=f"_{uuid7().hex}",
                browser_hash=token_hash(browser),
                user_id=None if purpose == SignOnPurpose.SIGN_IN else self._actor.person,
                version=connection.version,
                next_path=next_path,
                origin=origin,
                expires_at=now() + _AWAY,
            )
            departure = await self._departure(work, connection, request)
            work.session.add(request)
            await work.session.flush()
        return Leaving(departure, browser, connection.name)

    async def _departure(self, work: UnitOfWork, connection: Connection, request: SignOnRequest) -> Departure:
        force = request.purpose == SignOnPurpose.STEP_UP
        if connection.protocol == Protocol.SAML:
            return await saml_flow.departure(work, connection, request, force=force)
        return await oidc_flow.departure(work, connection, request, force=force)

    async def own_connection(self) -> UUID:
        """The connection that the actor's session came by.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: the session came another way.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        async with self._product.units.begin(self._service) as work:
            found = await work.session.scalar(
                select(SignOnSession.connection_id).where(
                    SignOnSession.tenant_id == self._tenant_id,
                    SignOnSession.user_id == self._actor.person,
                    SignOnSession.session_id == self._actor.session_id,
                )
            )
        if found is None:
            raise NotFound("You did not sign in by single sign-on.")
        return found

    async def pending(self, connection_id: UUID, state: str) -> tuple[Connection, SignOnRequest | None]:
        """A connection that may be answered to, and the departure that this answer names; None when there is none.

        Raises:
            NotFound: there is no such connection, or it does not sign people in.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        async with self._product.units.begin(self._service) as work:
            request = await work.session.scalar(
                select(SignOnRequest).where(
                    SignOnRequest.tenant_id == self._tenant_id,
                    SignOnRequest.connection_id == connection_id,
                    SignOnRequest.state == state.replace("\0", ""),
                    SignOnRequest.used_at.is_(None),
                    SignOnRequest.expires_at > func.now(),
                )
            )
            return await usable_connection(work, connection_id, purpose_of(request)), request

    async def accept(
        self,
        connection_id: UUID,
        request: SignOnRequest | None,
        identity: VerifiedIdentity,
        trace: Trace,
        message_id: str,
        valid_until: datetime,
    ) -> str:
        """Keep what a provider has said until its browser comes for it; the ticket.

        Args:
            connection_id: who said it.
            request: the departure that it answers; None when the provider began.
            identity: from the verified part of the answer alone.
            trace: every check so far, all passed.
            message_id: what makes the answer unique; it is accepted once.
            valid_until: when the answer would no longer be accepted anyway.

        Raises:
            SignOnRefused: the departure was answered already, or the answer was seen before.
            NotFound: the connection was disabled meanwhile.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        async with self._product.units.begin(self._service) as work:
            connection = await usable_connection(work, connection_id, purpose_of(request))
            if request is not None:
                await self._use_up(work, request, trace)
            await self._see_first(work, connection, message_id, valid_until, trace)
            ticket, ticket_id = random_token(), uuid7()
            work.session.add(
                SignOnTicket(
                    tenant_id=self._tenant_id,
                    id=ticket_id,
                    connection_id=connection.id,
                    request_id=request.id if request else None,
                    token_hash=token_hash(ticket),
                    sealed_identity=await seal(
                        work, msgspec.json.encode(identity), purpose=TICKET_PURPOSE, row=ticket_id
                    ),
                    trace_id=await keep_trace(work, connection.id, trace),
                    expires_at=now() + _TICKET,
                )
            )
        return ticket

    async def refused(self, connection_id: UUID, trace: Trace) -> None:
        """Keep the trace of an attempt that failed, for the administrator; up to a limit, since anybody can fail."""
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        if not await self._product.limiter.allows(REFUSALS_KEPT, str(connection_id), self._actor.address):
            return
        async with self._product.units.begin(self._service) as work:
            await keep_trace(work, connection_id, trace)

    async def _use_up(self, work: UnitOfWork, request: SignOnRequest, trace: Trace) -> None:
        statement = (
            update(SignOnRequest)
            .where(
                SignOnRequest.tenant_id == self._tenant_id,
                SignOnRequest.id == request.id,
                SignOnRequest.used_at.is_(None),
            )
            .values(used_at=func.now())
        )
        used = await work.session.scalar(statement.returning(SignOnRequest.id))
        hint = "The same answer arrived twice, as when a page is reloaded: sign in again."
        trace.require("Departure was not answered before", used is not None, hint=hint)

    async def _see_first(
        self, work: UnitOfWork, connection: Connection, message_id: str, valid_until: datetime, trace: Trace
    ) -> None:
        first = await see_first(work, connection.id, message_id, valid_until)
        hint = "Somebody has sent this answer before; if you did not reload a page, look at who could read it."
        trace.require("Answer was not seen before", first, got=message_id, hint=hint)
