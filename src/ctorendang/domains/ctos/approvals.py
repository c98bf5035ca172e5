"""Deciding about profiles handed in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.errors import ProfileNotReady
from ctorendang.domains.ctos.history import move
from ctorendang.domains.ctos.models import Cto, StatusChange
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.status import CtoStatus, may_be_listed
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

REASONS = {
    "headline": "Say in the headline what changes in a company when you are there.",
    "results": "Tell about one or two results, with a number each.",
    "experience": "Add where you have worked, at least your last two places.",
    "skills": "Name the skills that you would want to be asked about, with honest levels.",
    "terms": "Check your rate and your free hours.",
}
"""What is asked for most often, by a name for forms."""


UNDO_FOR = timedelta(days=1)
"""How long a decision can be taken back; later its CTO counts on it."""
_SHOWN_DECISIONS = 20


@dataclass(frozen=True, slots=True)
class Decision:
    """That a profile was approved or given back, and still stands where that put it."""

    cto: Cto
    change: StatusChange


class ApprovalService:
    """What administrators do with profiles handed in."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._ctos = CtoRepository(session=work.session)

    async def approve(self, cto_id: UUID) -> Cto:
        """List a profile that is in review.

        Raises:
            Forbidden: the actor does not approve profiles.
            NotFound: there is no such profile here.
            ProfileNotReady: it is not in review, or its owner is suspended or no CTO any more.
        """
        self._work.require(CtoPermission.APPROVE)
        user = await self._owner(cto_id)
        cto = await self._in_review(cto_id)
        if not may_be_listed(user):
            raise ProfileNotReady("This member is suspended, or no CTO any more.")
        move(self._work, cto, CtoStatus.LISTED)
        cto.published_at = now()
        self._decided(cto, "ctos.profile.approved")
        self._work.publish("cto.approved", {"cto_id": str(cto.id)})
        return cto

    async def decline(self, cto_id: UUID, reason: str) -> Cto:
        """Give a profile back to its owner with a reason.

        Raises:
            Forbidden: the actor does not approve profiles.
            NotFound: there is no such profile here.
            InvalidInput: no reason is given.
            ProfileNotReady: it is not in review.
        """
        self._work.require(CtoPermission.APPROVE)
        fields = Fields()
        if not reason.strip():
            fields.refuse("reason", "Say why: the CTO reads it.")
        reason = fields.text("reason", reason, most=1_000, lines=True)
        fields.done()
        cto = await self._in_review(cto_id)
        move(self._work, cto, CtoStatus.DRAFT, reason)
        cto.decline_reason = reason
        self._decided(cto, "ctos.profile.declined")
        self._work.publish("cto.declined", {"cto_id": str(cto.id)})
        return cto

    async def recent(self) -> list[Decision]:
        """The decisions that can still be taken back, the latest first.

        Raises:
            Forbidden: the actor does not approve profiles.
        """
        self._work.require(CtoPermission.APPROVE)
        statement = self._decisions().order_by(StatusChange.id.desc()).limit(_SHOWN_DECISIONS)
        return [Decision(cto, change) for change, cto in await self._work.session.execute(statement)]

    async def undo(self, cto_id: UUID) -> Cto:
        """Take the last decision about a profile back: it waits again, and its owner is told.

        Raises:
            Forbidden: the actor does not approve profiles.
            NotFound: there is no such profile here.
            ProfileNotReady: nothing was decided within a day, or the profile has gone on since.
        """
        self._work.require(CtoPermission.APPROVE)
        await self._owner(cto_id)
        cto = await self._ctos.get_locked(self._work.tenant_id, cto_id)
        if (await self._work.session.execute(self._decisions(Cto.id == cto_id))).first() is None:
            raise ProfileNotReady("There is no decision of the last day to take back.")
        move(self._work, cto, CtoStatus.IN_REVIEW, "The decision was taken back.")
        cto.published_at = None
        cto.decline_reason = None
        self._decided(cto, "ctos.profile.decision_undone")
        self._work.publish("cto.decision_undone", {"cto_id": str(cto.id)})
        return cto

    def _decisions(self, *conditions: ColumnElement[bool]) -> Select[StatusChange, Cto]:
        """What was decided within a day, where nothing has moved the profile since."""
        later = aliased(StatusChange)
        since = exists().where(
            later.tenant_id == StatusChange.tenant_id,
            later.cto_id == StatusChange.cto_id,
            later.id > StatusChange.id,
        )
        return (
            select(StatusChange, Cto)
            .join(Cto, (Cto.tenant_id == StatusChange.tenant_id) & (Cto.id == StatusChange.cto_id))
            .where(
                StatusChange.tenant_id == self._work.tenant_id,
                StatusChange.before == CtoStatus.IN_REVIEW,
                StatusChange.after.in_((CtoStatus.LISTED, CtoStatus.DRAFT)),
                StatusChange.created_at > now() - UNDO_FOR,
                Cto.status == StatusChange.after,
                ~since,
                *conditions,
            )
        )

    async def _owner(self, cto_id: UUID) -> User:
        """The profile's person, who stays as they are; their row comes first, as when they save the profile."""
        cto = await self._ctos.find(self._work.tenant_id, cto_id)
        if cto is None:
            raise NotFound("This CTO is not listed here.")
        return await self._work.session.get_one(User, (cto.tenant_id, cto.user_id), with_for_update={"read": True})

    async def _in_review(self, cto_id: UUID) -> Cto:
        cto = await self._ctos.get_locked(self._work.tenant_id, cto_id)
        if cto.status != CtoStatus.IN_REVIEW:
            raise ProfileNotReady("This profile is not waiting for a decision.")
        return cto

    def _decided(self, cto: Cto, action: str) -> None:
        record(self._work, action, Subject("cto", cto.id))
        self._work.publish("cto.saved", {"cto_id": str(cto.id)})
