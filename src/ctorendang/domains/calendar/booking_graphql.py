"""Introductions in GraphQL."""

from datetime import datetime
from uuid import UUID

import strawberry
from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.graphql import LocalTime
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.slots import Span
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.types import Connection, Info, connection
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

strawberry.enum(BookingStatus, description="Where an introduction stands.")


@strawberry.type(description="One of the two people of an introduction.")
class BookingSide:
    """Somebody in an introduction."""

    name: str
    time_zone: str = strawberry.field(description="UTC where they have not said.")


async def _ctos(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, Cto]:
    """The CTOs of introductions that the actor takes part in, whatever has become of their profiles."""
    statement = select(Cto).where(Cto.tenant_id == work.tenant_id, Cto.id.in_(cto_ids))
    return {cto.id: cto for cto in await work.session.scalars(statement)}


async def _people(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, User]:
    statement = select(User).where(User.tenant_id == work.tenant_id, User.id.in_(user_ids))
    return {user.id: user for user in await work.session.scalars(statement)}


@strawberry.type(name="Booking", description="An introduction of a client and a CTO, as one of them sees it.")
class BookingType:
    """A booking."""

    row: strawberry.Private[Booking]
    id: strawberry.ID
    cto_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    note: str
    status: BookingStatus
    cancel_reason: str | None
    cancelled_by_me: bool
    cancelled_by_other: bool = strawberry.field(description="False too where it fell with what it was about.")
    source: str | None = strawberry.field(description="What kind of thing it was booked for, `engagement`.")
    source_id: strawberry.ID | None
    about: str = strawberry.field(description="The title of that, empty where it is for itself.")
    as_client: bool = strawberry.field(description="Whether one has booked it; otherwise one is the CTO.")
    changeable: bool = strawberry.field(description="Whether it has not begun yet.")

    @classmethod
    def of(cls, booking: Booking, person: UUID) -> "BookingType":
        """From its row, as a person sees it who takes part."""
        return cls(
            row=booking,
            id=strawberry.ID(str(booking.id)),
            cto_id=strawberry.ID(str(booking.cto_id)),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            note=booking.note,
            status=BookingStatus(booking.status),
            cancel_reason=booking.cancel_reason,
            cancelled_by_me=booking.cancelled_by == person,
            cancelled_by_other=booking.cancelled_by not in (None, person),
            source=booking.source,
            source_id=None if booking.source_id is None else strawberry.ID(str(booking.source_id)),
            about=booking.about,
            as_client=booking.client_id == person,
            changeable=booking.starts_at > now(),
        )

    @property
    def _span(self) -> Span:
        return Span(self.row.starts_at, self.row.ends_at)

    @strawberry.field
    async def cto(self, info: Info) -> BookingSide:
        """Who is met."""
        cto = await info.context.load_found(_ctos, self.row.cto_id)
        return BookingSide(name=cto.name, time_zone=cto.time_zone)

    @strawberry.field
    async def client(self, info: Info) -> BookingSide:
        """Who has booked."""
        user = await info.context.load_found(_people, self.row.client_id)
        return BookingSide(name=user.name, time_zone=user.time_zone or "UTC")

    @strawberry.field
    async def cto_time(self, info: Info) -> LocalTime:
        """When it is where the CTO is."""
        cto = await info.context.load_found(_ctos, self.row.cto_id)
        return LocalTime.of(self._span, cto.time_zone)

    @strawberry.field
    async def client_time(self, info: Info) -> LocalTime:
        """When it is where the client is."""
        user = await info.context.load_found(_people, self.row.client_id)
        return LocalTime.of(self._span, user.time_zone or "UTC")


@strawberry.type
class BookingQueries:
    """Roots about introductions."""

    @strawberry.field
    async def my_bookings(
        self,
        info: Info,
        past: bool = False,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[BookingType]:
        """One's introductions, as a client or as a CTO: what is to come, soonest first; or what was, latest first."""
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: BookingService(work).page(request, past=past))
        person = info.context.actor.person
        return connection(
            page,
            lambda row: BookingType.of(row, person),
            lambda: info.context.use(lambda work: BookingService(work).count(past=past)),
        )
