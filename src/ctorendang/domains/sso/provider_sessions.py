"""Ending what began with a session of a provider, once the provider says that it is over."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from ctorendang.domains.accounts.models import Session
from ctorendang.domains.accounts.repository import SessionRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.models import SignOnSession, SignOnTicket
from ctorendang.domains.sso.sealed import TICKET_PURPOSE
from ctorendang.infra.sealing import unseal
from ctorendang.infra.work import UnitOfWork


async def end_provider_sessions(
    work: UnitOfWork, connection_id: UUID, subject: str | None, session_index: str | None = None
) -> int:
    """End our sessions that began with a session of the provider; how many there were.

    What it has said of the person, and their browser has not come for yet, opens no session any more either.

    Args:
        work: of the product itself.
        connection_id: whose sessions.
        subject: NameID or ``sub``; None where the provider names the session alone.
        session_index: SessionIndex or ``sid``; None for all of the subject's.

    Raises:
        ValueError: neither subject nor session is named, which would end everybody's.
    """
    if subject is None and session_index is None:
        raise ValueError("Name a subject or a session.")
    await _void_tickets(work, connection_id, subject, session_index)
    statement = (
        select(SignOnSession.session_id, SignOnSession.user_id)
        .join(Session, (Session.tenant_id == SignOnSession.tenant_id) & (Session.id == SignOnSession.session_id))
        .where(
            SignOnSession.tenant_id == work.tenant_id,
            SignOnSession.connection_id == connection_id,
            Session.ended_at.is_(None),
        )
    )
    if subject is not None:
        statement = statement.where(SignOnSession.subject == subject)
    if session_index is not None:
        statement = statement.where(SignOnSession.session_index == session_index)
    found = (await work.session.execute(statement)).all()
    for session_id, user_id in found:
        await SessionRepository(work.session).end(work.tenant_id, user_id, only=session_id)
        details = {"reason": "signed out at the identity provider"}
        record(work, "accounts.session.ended", Subject("session", session_id), details)
    return len(found)


async def _void_tickets(work: UnitOfWork, connection_id: UUID, subject: str | None, session_index: str | None) -> None:
    """Take back the tickets of the person: whom they are for stands sealed in each, and few are under way at a time."""
    under_way = (
        select(SignOnTicket)
        .where(
            SignOnTicket.tenant_id == work.tenant_id,
            SignOnTicket.connection_id == connection_id,
            SignOnTicket.used_at.is_(None),
            SignOnTicket.expires_at > func.now(),
        )
        .order_by(SignOnTicket.id)
        .with_for_update()
    )
    for ticket in await work.session.scalars(under_way):
        content = await unseal(work, ticket.sealed_identity, purpose=TICKET_PURPOSE, row=ticket.id)
        identity = msgspec.json.decode(content, type=VerifiedIdentity)
        same_person = subject is None or identity.subject == subject
        if same_person and (session_index is None or identity.session_index == session_index):
            await work.session.delete(ticket)
    await work.session.flush()
