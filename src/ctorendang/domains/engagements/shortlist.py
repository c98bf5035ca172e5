"""From a shortlist to an introduction: what a client does before terms are talked about."""

from uuid import UUID

from ctorendang.domains.calendar.subjects import end_bookings
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.engagements.errors import (
    AlreadyShortlisted,
    CannotEngageOneself,
    CtoNotListed,
    CurrencyMismatch,
    ProjectHasEnded,
)
from ctorendang.domains.engagements.models import Engagement
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import SOURCE, EngagementRepository
from ctorendang.domains.engagements.status import Side
from ctorendang.domains.engagements.steps import Seen, Step, finish_step, take_step
from ctorendang.domains.engagements.transitions import BY_ACTION, Action
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class ShortlistService:
    """Choosing whom to talk to."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def shortlist(self, project_id: UUID, cto_id: UUID) -> Engagement:
        """Put a CTO on the shortlist of one's project; the CTO does not see that.

        Raises:
            Forbidden: the actor's role does not shortlist.
            NotFound: the project is not the actor's, or there is no such CTO to see.
            ProjectHasEnded: it is closed.
            CtoNotListed: the profile is not listed at the moment.
            CannotEngageOneself: it is the actor's own.
            CurrencyMismatch: project and rate are in different currencies.
            AlreadyShortlisted: there is an open engagement of the two.
        """
        self._work.require(EngagementPermission.SHORTLIST)
        project = await locked_project(self._work, project_id)
        if project.status == ProjectStatus.CLOSED:
            raise ProjectHasEnded
        cto = await self._work.session.get(Cto, (self._work.tenant_id, cto_id))
        if cto is None:
            raise NotFound("There is no such CTO here.")
        if cto.user_id == self._work.actor.person:
            raise CannotEngageOneself
        if cto.status != CtoStatus.LISTED:
            raise CtoNotListed
        if cto.currency != project.currency:
            raise CurrencyMismatch(project.currency, cto.currency)
        engagement = await self._engagements.open(
            Engagement(
                tenant_id=self._work.tenant_id,
                project_id=project.id,
                cto_id=cto.id,
                client_id=project.owner_id,
                cto_user_id=cto.user_id,
                title=project.title,
                currency=project.currency,
            )
        )
        if engagement is None:
            raise AlreadyShortlisted
        done = await finish_step(self._work, Step(BY_ACTION[Action.SHORTLIST], engagement, Side.CLIENT))
        self._work.publish("engagement.shortlisted", done)
        return engagement

    async def remove(self, seen: Seen) -> Engagement:
        """Take a CTO off the shortlist; ``restore`` puts them back.

        Raises:
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.SHORTLIST)
        step = await take_step(self._work, Action.REMOVE, seen)
        step.engagement.cancelled_from, step.engagement.cancel_reason = step.engagement.status, "Off the shortlist."
        self._work.publish("engagement.removed", await finish_step(self._work, step))
        return step.engagement

    async def restore(self, seen: Seen) -> Engagement:
        """Put a CTO back on the shortlist who was taken off it.

        Raises:
            ProjectHasEnded: it is closed by now.
            CtoNotListed: the profile is not listed any more.
            AlreadyShortlisted: the CTO is on it again already.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.SHORTLIST)
        step = await take_step(self._work, Action.RESTORE, seen)
        engagement = step.engagement
        step.need(engagement.introduced_at is None, "This engagement was cancelled for good. Shortlist the CTO anew.")
        await self._require_open(engagement)
        await self._require_listed(engagement)
        if await self._engagements.has_open(engagement.tenant_id, engagement.project_id, engagement.cto_id):
            raise AlreadyShortlisted
        engagement.cancelled_from = engagement.cancel_reason = None
        self._work.publish("engagement.restored", await finish_step(self._work, step))
        return engagement

    async def introduce(self, seen: Seen, message: str, *, wordless: bool = False) -> Engagement:
        """Ask a CTO on the shortlist for an introduction; from now on they know.

        Args:
            seen: the engagement.
            message: to the CTO.
            wordless: it may be empty, since a booked time says enough.

        Raises:
            InvalidInput: the message is empty or too long.
            ProjectHasEnded: it is closed by now.
            CtoNotListed: the profile is not listed any more.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.INTRODUCE)
        fields = Fields()
        message = fields.text("message", message, most=2_000, least=0 if wordless else 1, lines=True)
        fields.done()
        step = await take_step(self._work, Action.INTRODUCE, seen)
        await self._require_open(step.engagement)
        await self._require_listed(step.engagement)
        step.engagement.message, step.engagement.introduced_at = message, now()
        self._work.publish("engagement.introduced", await finish_step(self._work, step))
        return step.engagement

    async def withdraw(self, seen: Seen) -> Engagement:
        """Take an introduction back that has not been answered; the CTO does not see the engagement any more.

        A time to talk that was booked for it is given back.

        Raises:
            StepNotPossible: terms have been proposed: cancel with a reason instead.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.INTRODUCE)
        step = await take_step(self._work, Action.WITHDRAW_INTRODUCTION, seen)
        progress = await self._engagements.progress(step.engagement)
        step.need(not progress.had_terms, "Terms have been proposed already. Cancel with a reason instead.")
        await end_bookings(self._work, SOURCE, step.engagement.id, "The introduction was withdrawn.")
        step.engagement.introduced_at = None
        self._work.publish("engagement.introduction_withdrawn", await finish_step(self._work, step))
        return step.engagement

    async def _require_open(self, engagement: Engagement) -> None:
        project = await self._work.session.get_one(Project, (engagement.tenant_id, engagement.project_id))
        if project.status == ProjectStatus.CLOSED:
            raise ProjectHasEnded

    async def _require_listed(self, engagement: Engagement) -> None:
        cto = await self._work.session.get_one(Cto, (engagement.tenant_id, engagement.cto_id))
        if cto.status != CtoStatus.LISTED:
            raise CtoNotListed


async def locked_project(work: UnitOfWork, project_id: UUID) -> Project:
    """The actor's own project; of two who put the same CTO on its shortlist the second waits for the first.

    Raises:
        NotFound: it is not the actor's.
    """
    key = (work.tenant_id, project_id)
    project = await work.session.get(Project, key, with_for_update={"key_share": True})
    if project is None or project.owner_id != work.actor.person:
        raise NotFound("There is no such project of yours.")
    return project
