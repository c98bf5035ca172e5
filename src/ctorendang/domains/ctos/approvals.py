"""Deciding about profiles handed in."""

from uuid import UUID

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.errors import ProfileNotReady
from ctorendang.domains.ctos.history import move
from ctorendang.domains.ctos.models import Cto
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
        reason = fields.text("reason", reason, most=1_000, lines=True)
        fields.done()
        cto = await self._in_review(cto_id)
        move(self._work, cto, CtoStatus.DRAFT, reason)
        cto.decline_reason = reason
        self._decided(cto, "ctos.profile.declined")
        self._work.publish("cto.declined", {"cto_id": str(cto.id)})
        return cto

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
