"""Booking a time to talk about a project: one step with the CTO's calendar."""

from datetime import datetime
from uuid import UUID

from ctorendang.domains.calendar.availability import AvailabilityService
from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.subjects import say_about
from ctorendang.domains.engagements.models import Engagement
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import SOURCE, EngagementRepository
from ctorendang.domains.engagements.shortlist import ShortlistService, locked_project
from ctorendang.domains.engagements.status import EngagementStatus
from ctorendang.domains.engagements.steps import Seen, finish_step, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.work import UnitOfWork


class IntroductionService:
    """Introductions that are about a project of the actor's."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def book(self, project_id: UUID, cto_id: UUID, starts_at: datetime, note: str) -> tuple[Engagement, Booking]:
        """Book a time to talk about one's project; a CTO who was not yet asked is asked with it.

        Whoever books looks at a calendar rather than at an engagement, so that no version is named: the engagement is
        locked, and taken as it is.

        Args:
            project_id: the actor's own.
            cto_id: whom to talk to; need not be on the project's shortlist yet.
            starts_at: of one of the CTO's free slots.
            note: what to talk about; may be empty.

        Raises:
            Forbidden: the actor's role books no introductions.
            NotFound: the project is not the actor's, or there is no such CTO in the directory.
            StepNotPossible: the two are past talking.
            AppError: as ``BookingService.book``, ``ShortlistService.shortlist`` and ``ShortlistService.introduce``.
        """
        self._work.require(EngagementPermission.INTRODUCE)
        # Always in this order: the project, its engagement, the client, the CTO.
        await locked_project(self._work, project_id)
        engagement = await self._engagements.find_open(self._work.tenant_id, project_id, cto_id)
        booking = await BookingService(self._work).book(cto_id, starts_at, note)
        shortlist = ShortlistService(self._work)
        if engagement is None:
            engagement = await shortlist.shortlist(project_id, cto_id)
        if engagement.status == EngagementStatus.SHORTLIST:
            seen = Seen(engagement.id, engagement.version)
            engagement = await shortlist.introduce(seen, note, wordless=True)
        step = await take_step(self._work, Action.BOOK_INTRODUCTION, Seen(engagement.id, engagement.version))
        say_about(booking, SOURCE, engagement.id, engagement.title)
        done = await finish_step(self._work, step, booking_id=str(booking.id))
        self._work.publish("engagement.introduction_booked", done)
        return engagement, booking

    async def offered(self, cto_ids: list[UUID]) -> dict[UUID, bool]:
        """Whether CTOs of engagements that the actor was given offer times to talk at all."""
        self._work.require(EngagementPermission.READ)
        calendars = AvailabilityService(self._work)
        offers = {cto_id: await calendars.find(cto_id) for cto_id in cto_ids}
        return {cto_id: offer is not None and offer.takes_introductions for cto_id, offer in offers.items()}
