"""Booking introductions in GraphQL, for themselves or about a project."""

from datetime import datetime
from uuid import UUID

import strawberry

from ctorendang.domains.calendar.availability import AvailabilityService
from ctorendang.domains.calendar.booking_graphql import BookingType
from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.errors import SlotAlreadyTaken
from ctorendang.domains.calendar.graphql import FreeSlot
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.mutations import BookingResult, SlotTaken
from ctorendang.domains.engagements.introductions import IntroductionService
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, required_id
from ctorendang.infra.work import UnitOfWork


@strawberry.input
class BookIntroductionInput:
    """With whom and when."""

    cto_id: strawberry.ID
    starts_at: datetime = strawberry.field(description="Of a free slot of `calendar`.")
    note: str = strawberry.field(default="", description="What one wants to talk about.")
    project_id: strawberry.ID | None = strawberry.field(
        default=None, description="One's own, to talk about: the CTO is asked for an introduction with it."
    )


@strawberry.type
class IntroductionMutations:
    """Roots that book introductions."""

    @mutation
    async def book_introduction(self, info: Info, input: BookIntroductionInput) -> BookingResult:
        """Book an introduction in a free slot; for clients."""
        cto_id = required_id(input.cto_id)
        project_id = None if input.project_id is None else required_id(input.project_id)

        async def book(work: UnitOfWork) -> Booking:
            if project_id is None:
                return await BookingService(work).book(cto_id, input.starts_at, input.note)
            return (await IntroductionService(work).book(project_id, cto_id, input.starts_at, input.note))[1]

        try:
            booking = await info.context.use(book)
        except SlotAlreadyTaken as error:
            info.context.refuse()
            return await _taken(info, cto_id, error)
        return BookingType.of(booking, info.context.actor.person)


async def _taken(info: Info, cto_id: UUID, error: SlotAlreadyTaken) -> SlotTaken:
    offer, zone = await info.context.use(lambda work: AvailabilityService(work).find_in_zone(cto_id))
    there = offer.cto.time_zone if offer else "UTC"
    return SlotTaken(
        code=error.code,
        message=error.detail,
        alternatives=[FreeSlot.of(each, there, zone) for each in error.alternatives],
    )
