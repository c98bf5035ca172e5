"""Coming back from an identity provider: a ticket, and the cookie of the browser that left."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.accounts.errors import SingleSignOnRequired
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.repository import SessionRepository
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.sessions import AlsoOpened, refuse_other_ways
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.models import Connection, SignOnRequest, SignOnSession, SignOnTicket
from ctorendang.domains.sso.people import People
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import DomainRepository
from ctorendang.domains.sso.sealed import HINT_PURPOSE, TICKET_PURPOSE
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import ConnectionStatus, SignOnPurpose, purpose_of, usable_connection
from ctorendang.domains.sso.trace import Check, Trace
from ctorendang.domains.sso.trace_storage import keep_trace, resume_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash
from ctorendang.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of a ticket.

    Attributes:
        person: whom to sign in, for the purpose ``sign_in`` alone.
        reference: of the trace that tells how a test went.
    """

    purpose: SignOnPurpose
    connection: Connection
    identity: VerifiedIdentity
    next_path: str
    reference: str
    person: Proven | None = None


class ArrivalService:
    """Receives browsers that come back."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor
        self._tenant_id = actor.tenant_id
        self._service = actor.as_service(AUTHENTICATOR)

    async def provider_began(self, connection_id: UUID, ticket: str) -> bool:
        """Whether a ticket is for an answer that nobody here asked for, so that the person is asked now.

        Raises:
            SignOnRefused: the ticket is not good (any more).
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        trace = Trace("arrival")
        try:
            async with self._product.units.begin(self._service) as work:
                found = await self._ticket(work, connection_id, ticket, trace)
                return found.request_id is None
        except SignOnRefused:
            await SignOn(self._product, self._actor).refused(connection_id, trace)
            raise

    async def finish(self, connection_id: UUID, ticket: str, browser: str) -> Arrival:
        """Turn a ticket into what its departure was for.

        Args:
            connection_id: from the address.
            ticket: from the address; works once.
            browser: the secret in the browser's cookie.

        Raises:
            SignOnRefused: the ticket is not good, another browser left, or nobody here may be signed on by it.
            SingleSignOnRequired: the person must come by another provider; nothing of this arrival stays.
            NotFound: the connection was disabled meanwhile.
        """
        self._product.grants.require(self._actor, SsoPermission.SIGN_ON)
        trace = Trace("arrival")
        try:
            async with self._product.units.begin(self._service) as work:
                found = await self._ticket(work, connection_id, ticket, trace)
                trace = await resume_trace(work, found.trace_id)
                arrival = await self._arrive(work, found, browser, trace)
                await keep_trace(work, connection_id, trace)
                return arrival
        except (SignOnRefused, SingleSignOnRequired) as error:
            if isinstance(error, SingleSignOnRequired):
                hint = "Single sign-on is required through another connection, and this one speaks for no such address."
                trace.checks.append(Check("Connection may bring the person in", passed=False, hint=hint))
            await SignOn(self._product, self._actor).refused(connection_id, trace)
            raise

    async def _arrive(self, work: UnitOfWork, ticket: SignOnTicket, browser: str, trace: Trace) -> Arrival:
        request = (
            await work.session.get(SignOnRequest, (self._tenant_id, ticket.request_id)) if ticket.request_id else None
        )
        purpose = purpose_of(request)
        if request is not None:
            left = bool(browser) and token_hash(browser) == request.browser_hash
            hint = "The person began in another browser, or cookies are blocked: begin again in this one."
            trace.require("Browser is the one that left", left, hint=hint)
        connection = await usable_connection(work, ticket.connection_id, purpose)
        if request is not None:
            # Held until this ends: a change that is under way is waited for, and none comes between. The key is left
            # free: whoever opens a session holds its person, and points at the connection.
            await work.session.refresh(connection, with_for_update={"key_share": True})
            hint = "The connection was changed while the person was at the provider: begin again."
            trace.require("Connection is as it was", connection.version == request.version, hint=hint)
        ticket.used_at = now()
        content = await unseal(work, ticket.sealed_identity, purpose=TICKET_PURPOSE, row=ticket.id)
        identity = msgspec.json.decode(content, type=VerifiedIdentity)
        trace.facts |= {"subject": identity.subject, "e-mail": identity.email or "", "groups": list(identity.groups)}
        arrival = Arrival(purpose, connection, identity, request.next_path if request else "", trace.reference)
        people = People(work, connection, trace)
        if purpose == SignOnPurpose.SIGN_IN:
            user = await people.sign_on(identity)
            # What the provider began on its own left from no version that it could prove.
            if request is not None:
                self._note_proof(connection, user)
            return replace(arrival, person=await self._proven(work, arrival, user, asked=request is not None))
        return await self._arrive_signed_in(work, people, request, arrival, trace)

    async def _proven(self, work: UnitOfWork, arrival: Arrival, user: User, *, asked: bool) -> Proven:
        """Somebody who is about to be signed in.

        Refused here, in the transaction that wrote it, no account or link of theirs stays. An answer that nobody here
        asked for is bound to no browser: it does not count as having just shown who one is.
        """
        connection_id, shown = arrival.connection.id, arrival.identity.authenticated_at if asked else None
        domains = await DomainRepository(work.session).verified(self._tenant_id, connection_id)
        proven = Proven(
            self._actor.as_person(user.id, user.name, user.roles),
            Method.SSO,
            strong=True,
            connection_id=connection_id,
            vouches=user.email.rpartition("@")[2] in domains,
            authenticated_at=None
            if shown is None
            else datetime.fromtimestamp(min(max(shown, 0), now().timestamp()), UTC),
        )
        refuse_other_ways(proven, await policy_of(work), user)
        return proven

    async def _arrive_signed_in(
        self, work: UnitOfWork, people: People, request: SignOnRequest | None, arrival: Arrival, trace: Trace
    ) -> Arrival:
        """What somebody signed in went for: it must still be them."""
        same_person = request is not None and request.user_id == self._actor.user_id is not None
        hint = "Sign in again as the person who began."
        trace.require("Person is the one who left", same_person, hint=hint)
        known = await people.known(arrival.identity.subject)
        own = known is not None and known.id == self._actor.user_id
        user = await work.session.get(User, (self._tenant_id, self._actor.person))
        if arrival.purpose == SignOnPurpose.STEP_UP or user is None:
            hint = "Sign in at the provider as yourself."
            trace.require("Identity is this person's", own and user is not None, hint=hint)
        if arrival.purpose == SignOnPurpose.STEP_UP and user is not None:
            # Whom single sign-on binds confirms where they would be let in.
            await self._proven(work, arrival, user, asked=True)
        if arrival.purpose == SignOnPurpose.LINK and user is not None and not own:
            await people.link(user, arrival.identity.subject, by=self._actor)
        if arrival.purpose == SignOnPurpose.TEST:
            self._note_test(work, arrival)
        if arrival.purpose == SignOnPurpose.STEP_UP and self._actor.session_id is not None:
            await SessionRepository(work.session).confirm(self._tenant_id, self._actor.session_id)
            record(work, "accounts.session.confirmed", Subject("session", self._actor.session_id), by=self._actor)
        if user is not None and (own or arrival.purpose == SignOnPurpose.LINK):
            self._note_proof(arrival.connection, user)
        return arrival

    def _note_test(self, work: UnitOfWork, arrival: Arrival) -> None:
        connection = arrival.connection
        connection.tested_version, connection.tested_at = connection.version, now()
        if connection.status == ConnectionStatus.DRAFT:
            connection.status = ConnectionStatus.TESTED
        details = {"name": connection.name}
        record(work, "sso.connection.tested", Subject("sso_connection", connection.id), details, by=self._actor)

    def _note_proof(self, connection: Connection, user: User) -> None:
        """An administrator has come in through this very configuration: single sign-on may be enforced."""
        proven = (connection.tested_by, connection.tested_version) == (user.id, connection.version)
        if Role.ADMIN in user.roles and not proven:
            connection.tested_by, connection.tested_version, connection.tested_at = user.id, connection.version, now()

    async def _ticket(self, work: UnitOfWork, connection_id: UUID, ticket: str, trace: Trace) -> SignOnTicket:
        # Whatever the ticket is for: at a connection that is not there, or off, nobody arrives and nothing is noted.
        await usable_connection(work, connection_id, SignOnPurpose.TEST)
        found = await work.session.scalar(
            select(SignOnTicket)
            .where(
                SignOnTicket.tenant_id == self._tenant_id,
                SignOnTicket.connection_id == connection_id,
                SignOnTicket.token_hash == token_hash(ticket),
                SignOnTicket.used_at.is_(None),
                SignOnTicket.expires_at > func.now(),
            )
            .with_for_update()
        )
        hint = "This step was taken before, or took too long: sign in again."
        trace.require("Ticket is good", found is not None, hint=hint)
        if found is None:
            raise SignOnRefused(trace.reference)
        return found


def remember(arrival: Arrival) -> AlsoOpened:
    """What keeps, beside a new session, what its provider calls it."""

    async def keep(work: UnitOfWork, session_id: UUID) -> None:
        row, identity = uuid7(), arrival.identity
        hint = (identity.logout_hint or "").encode()
        work.session.add(
            SignOnSession(
                tenant_id=work.tenant_id,
                id=row,
                session_id=session_id,
                connection_id=arrival.connection.id,
                user_id=work.actor.person,
                subject=identity.subject,
                name_id_format=identity.name_id_format,
                session_index=identity.session_index,
                sealed_hint=await seal(work, hint, purpose=HINT_PURPOSE, row=row) if hint else None,
            )
        )

    return keep
