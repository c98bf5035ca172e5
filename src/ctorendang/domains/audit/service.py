"""Writing the audit trail, and reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.permissions import AuditPermission
from ctorendang.domains.audit.words import Kind, actions_of
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.validation import like, searched
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted upon, in words for the trail: ``project``, its id."""

    type: str
    id: UUID | None


def record(
    work: UnitOfWork,
    action: str,
    subject: Subject,
    details: dict[str, Any] | None = None,
    *,
    tenant_id: UUID | None = None,
    by: Actor | None = None,
) -> None:
    """Add a row to the trail, in the transaction of the change itself.

    Args:
        work: whose actor acted.
        action: ``domain.resource.verb_in_the_past``.
        subject: what it was done to.
        details: what changed, without secrets or personal texts.
        tenant_id: whose trail; the platform writes into a tenant's.
        by: who acted, where the product itself does it for somebody whom it knows; None is the actor of ``work``.
    """
    actor = by or work.actor
    work.session.add(
        AuditEvent(
            tenant_id=tenant_id or work.tenant_id,
            actor_id=actor.user_id,
            actor_name=actor.name or None,
            action=action,
            subject_type=subject.type,
            subject_id=subject.id,
            details=details or {},
            request_id=actor.request_id,
            address=actor.address or None,
            session_id=actor.session_id,
        )
    )


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries: all of what is said must hold.

    Attributes:
        person_id: who did it, or to whom it was done.
        actor: part of what the person was called who did it.
        since: not before this moment.
        until: before this moment.
    """

    person_id: UUID | None = None
    actor: str | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None


# What programs do by themselves every quarter of an hour is nothing that a person did.
_ROUTINE = ("accounts.session.refreshed",)


class AuditService:
    """Reading the trail."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def page(self, wanted: TrailFilter, request: PageRequest) -> Page[AuditEvent]:
        """The newest events first.

        Raises:
            Forbidden: the actor does not read the trail.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AuditPermission.READ)
        keys = [Key(AuditEvent.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._select(wanted), keys, request)

    async def count(self, wanted: TrailFilter) -> int:
        """How many events a filter finds.

        Raises:
            Forbidden: the actor does not read the trail.
        """
        self._work.require(AuditPermission.READ)
        chosen = self._select(wanted).with_only_columns(AuditEvent.id).subquery()
        return (await self._work.session.scalar(select(func.count()).select_from(chosen))) or 0

    def _select(self, wanted: TrailFilter) -> Select[AuditEvent]:
        statement = select(AuditEvent).where(AuditEvent.tenant_id == self._work.tenant_id)
        if wanted.person_id is not None:
            about_them = and_(AuditEvent.subject_type == "user", AuditEvent.subject_id == wanted.person_id)
            statement = statement.where(or_(AuditEvent.actor_id == wanted.person_id, about_them))
        if text := searched(wanted.actor):
            statement = statement.where(AuditEvent.actor_name.ilike(like(text)))
        if wanted.kind is not None:
            statement = statement.where(AuditEvent.action.in_(sorted(actions_of(wanted.kind))))
        if wanted.since is not None:
            statement = statement.where(AuditEvent.created_at >= wanted.since)
        if wanted.until is not None:
            statement = statement.where(AuditEvent.created_at < wanted.until)
        return statement

    async def own_page(self, request: PageRequest, things: Mapping[str, Select[UUID]]) -> Page[AuditEvent]:
        """What the actor did, and what was done to them or to something of theirs, newest first.

        Args:
            request: which page.
            things: by kind of subject, a statement that selects which of that kind are the actor's.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AuditPermission.READ_OWN)
        keys = [Key(AuditEvent.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._own(things), keys, request)

    async def own_count(self, things: Mapping[str, Select[UUID]]) -> int:
        """How many events ``own_page`` has.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AuditPermission.READ_OWN)
        chosen = self._own(things).with_only_columns(AuditEvent.id).subquery()
        return (await self._work.session.scalar(select(func.count()).select_from(chosen))) or 0

    def _own(self, things: Mapping[str, Select[UUID]]) -> Select[AuditEvent]:
        person = self._work.actor.person
        about = [and_(AuditEvent.subject_type == kind, AuditEvent.subject_id.in_(ids)) for kind, ids in things.items()]
        return select(AuditEvent).where(
            AuditEvent.tenant_id == self._work.tenant_id,
            or_(
                AuditEvent.actor_id == person,
                and_(AuditEvent.subject_type == "user", AuditEvent.subject_id == person),
                *about,
            ),
            AuditEvent.action.not_in(_ROUTINE),
        )
