"""What happened to one's account, in words: one's own sign-ins and changes, and what others changed about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from ctorendang.domains.accounts.devices import device_of
from ctorendang.domains.accounts.models import Session
from ctorendang.domains.accounts.people.activity_words import in_words
from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.permissions import AuditPermission
from ctorendang.domains.audit.service import AuditService
from ctorendang.infra.db.paging import Page, PageRequest
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that happened.

    Attributes:
        text: what, as a sentence.
        by: who did it; None for oneself, empty for the product itself.
        address: where the request came from; of one's own doings only, as is ``device``.
        device: what the browser or program calls itself; empty where that is not known.
        alarming: worth a second look, since somebody else may have done it.
    """

    id: UUID
    action: str
    text: str
    by: str | None
    address: str
    device: str
    alarming: bool
    created_at: datetime


class ActivityService:
    """The actor's own part of the trail."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._audit = AuditService(work)

    async def page(self, request: PageRequest) -> Page[Activity]:
        """The newest first.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AuditPermission.READ_OWN)
        found = await self._audit.own_page(request, self._things())
        sessions = await self._sessions(found.rows)
        rows = [self._told(event, sessions) for event in found.rows]
        return Page(rows, found.cursors, has_next=found.has_next, has_previous=found.has_previous)

    async def count(self) -> int:
        """How long the list is.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AuditPermission.READ_OWN)
        return await self._audit.own_count(self._things())

    def _things(self) -> dict[str, Select[UUID]]:
        own = (Session.tenant_id == self._work.tenant_id, Session.user_id == self._work.actor.person)
        return {"session": select(Session.id).where(*own)}

    async def _sessions(self, events: Sequence[AuditEvent]) -> dict[UUID, Session]:
        """The actor's sessions that events happened in or to; row-level security shows no others."""
        ids = {event.session_id for event in events} | {
            event.subject_id for event in events if event.subject_type == "session"
        }
        statement = select(Session).where(
            Session.tenant_id == self._work.tenant_id,
            Session.user_id == self._work.actor.person,
            Session.id.in_(ids - {None}),
        )
        return {session.id: session for session in await self._work.session.scalars(statement)}

    def _told(self, event: AuditEvent, sessions: Mapping[UUID, Session]) -> Activity:
        own = event.actor_id == self._work.actor.person
        session = sessions.get(event.session_id or UUID(int=0))
        if session is None and event.subject_type == "session":
            session = sessions.get(event.subject_id or UUID(int=0))
        # Where an administrator sat is none of the person's business.
        address: Any = (event.address if own else None) or (session.address if session else None)
        words = in_words(event.action, event.details, own=own)
        return Activity(
            id=event.id,
            action=event.action,
            text=words.text,
            by=None if own else event.actor_name or "",
            address=str(address or ""),
            device=device_of(session.user_agent) if session else "",
            alarming=words.alarming,
            created_at=event.created_at,
        )
