"""Booking an introduction, and changing one's mind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import IntegrityError

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.availability import free_slots, nearest, offer_of, wished_slot
from ctorendang.domains.calendar.errors import (
    AlreadyBookedThen,
    BookingAlreadyCancelled,
    BookingIsOver,
    BookingNotCancelled,
    CancelledByTheOther,
    CannotBookOneself,
    SlotAlreadyTaken,
    SubjectHasEnded,
    TooManyBookings,
)
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.db.session import step_of
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

MOST_UPCOMING = 10
MOST_WITH_ONE = 2
MOST_A_DAY = 20
"""Booked by one client, also if cancelled since: each writes two mails."""
MOST_CHANGES = 10
"""How often one introduction is cancelled and put back, for the same reason."""
LONGEST_NOTE = 2_000

_OWN_OVERLAP = "ex_calendar_bookings_client"
_SOONEST = (
    Key(Booking.starts_at.expression, datetime.fromisoformat),
    Key(Booking.id.expression, UUID),
)
_LATEST = (
    Key(Booking.starts_at.expression, datetime.fromisoformat, descending=True),
    Key(Booking.id.expression, UUID, descending=True),
)


class BookingService:
    """Introductions of the actor, as a client or as a CTO."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._calendars = CalendarRepository(work.session, work.tenant_id)

    async def book(self, cto_id: UUID, starts_at: datetime, note: str) -> Booking:
        """Book an introduction in one of a CTO's free slots.

        Raises:
            Forbidden: the actor is no client.
            NotFound: there is no such CTO in the directory.
            InvalidInput: the note is too long.
            CannotBookOneself, TooManyBookings, AlreadyBookedThen: this client cannot.
            SlotNotOffered: the CTO does not offer this time.
            SlotAlreadyTaken: somebody else has it; names what is free nearby.
        """
        self._work.require(CalendarPermission.BOOK)
        fields = Fields()
        note = fields.text("note", note, most=LONGEST_NOTE, least=0, lines=True)
        fields.done()
        cto = await self._bookable(cto_id)
        await self._require_calm()
        await self._require_room(cto_id)
        slot = await wished_slot(self._calendars, await offer_of(self._calendars, cto), starts_at)
        booking = Booking(
            tenant_id=self._tenant_id,
            id=uuid7(),
            cto_id=cto_id,
            client_id=self._work.actor.person,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            note=note,
            status=BookingStatus.BOOKED,
            revision=0,
        )

        def make() -> None:
            self._work.session.add(booking)
            record(self._work, "calendar.booking.made", Subject("booking", booking.id))
            self._work.publish("booking.made", {"booking_id": str(booking.id)})

        await self._take(cto, slot.starts_at, make)
        return booking

    async def _bookable(self, cto_id: UUID) -> Cto:
        """The CTO, locked: of two clients who want the same slot the second sees that it is taken.

        The client's own row comes first, since somebody who is both may be saving their profile, which locks so too.
        """
        await self._wait_for_oneself()
        seen = await CtoService(self._work).find(cto_id)
        if seen is None:
            raise NotFound("This CTO is not listed here.")
        if seen.user_id == self._work.actor.person:
            raise CannotBookOneself
        cto = await CtoRepository(session=self._work.session).get_locked(self._tenant_id, cto_id)
        if cto.status != CtoStatus.LISTED:
            raise NotFound("This CTO is not listed here.")
        return cto

    async def _wait_for_oneself(self) -> None:
        """Of two requests of one person at once the second counts what the first has booked."""
        key = (self._tenant_id, self._work.actor.person)
        await self._work.session.get_one(User, key, with_for_update={"key_share": True})

    async def _require_calm(self) -> None:
        lately = select(func.count(Booking.id)).where(
            Booking.tenant_id == self._tenant_id,
            Booking.client_id == self._work.actor.person,
            Booking.created_at > now() - timedelta(days=1),
        )
        if (await self._work.session.scalar(lately) or 0) >= MOST_A_DAY:
            raise TooManyBookings(f"You have booked {MOST_A_DAY} introductions within a day. Go on tomorrow.")

    async def _require_room(self, cto_id: UUID) -> None:
        upcoming = await self._calendars.upcoming_of(self._work.actor.person, now())
        if len([each for each in upcoming if each.cto_id == cto_id]) >= MOST_WITH_ONE:
            raise TooManyBookings(
                f"You have {MOST_WITH_ONE} introductions with this CTO before you. Have one first, or cancel it."
            )
        if len(upcoming) >= MOST_UPCOMING:
            raise TooManyBookings(
                f"You have {MOST_UPCOMING} introductions before you. Have some of them first, or cancel one."
            )

    async def _take(self, cto: Cto, starts_at: datetime, write: Callable[[], None]) -> None:
        """Write what takes time; the database lets no two of them overlap."""
        try:
            async with step_of(self._work.session):
                write()
                await self._work.session.flush()
        except IntegrityError as error:
            if _OWN_OVERLAP in str(error.orig):
                raise AlreadyBookedThen from None
            open_slots = await free_slots(self._calendars, await offer_of(self._calendars, cto))
            raise SlotAlreadyTaken(nearest(open_slots, starts_at)) from None

    async def cancel(self, booking_id: UUID, reason: str) -> Booking:
        """Cancel an introduction, as either side.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: the actor takes no part in it.
            InvalidInput: there is no reason.
            BookingAlreadyCancelled, BookingIsOver: nothing to cancel.
        """
        self._work.require(CalendarPermission.MANAGE_BOOKINGS)
        booking, _ = await self._own(booking_id)
        fields = Fields()
        reason = fields.text("reason", reason, most=500, lines=True)
        fields.done()
        if booking.status == BookingStatus.CANCELLED:
            raise BookingAlreadyCancelled
        if booking.starts_at <= now():
            raise BookingIsOver
        booking.status, booking.cancelled_by = BookingStatus.CANCELLED, self._work.actor.person
        booking.cancel_reason, booking.cancelled_at = reason, now()
        booking.revision += 1
        record(self._work, "calendar.booking.cancelled", Subject("booking", booking.id))
        self._work.publish("booking.cancelled", {"booking_id": str(booking.id), "revision": booking.revision})
        return booking

    async def restore(self, booking_id: UUID) -> Booking:
        """Take one's own cancelling back, as long as nobody has taken the time.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: the actor takes no part in it.
            BookingNotCancelled, BookingIsOver: nothing to restore.
            CancelledByTheOther: only who cancelled may take that back.
            SubjectHasEnded: what it was about has ended.
            SlotAlreadyTaken, SlotNotOffered, AlreadyBookedThen: the time is gone.
            TooManyBookings: a client has others by now, or it has come and gone too often.
        """
        self._work.require(CalendarPermission.MANAGE_BOOKINGS)
        await self._wait_for_oneself()
        booking, cto = await self._own(booking_id)
        if booking.status != BookingStatus.CANCELLED:
            raise BookingNotCancelled
        if booking.starts_at <= now():
            raise BookingIsOver
        if booking.cancelled_by is None:
            raise SubjectHasEnded
        if booking.cancelled_by != self._work.actor.person:
            raise CancelledByTheOther
        if booking.revision >= MOST_CHANGES:
            raise TooManyBookings("This introduction has come and gone too often. Book a new time instead.")
        if booking.client_id == self._work.actor.person:
            await self._require_still_offered(booking, cto)

        def restore() -> None:
            booking.status, booking.cancelled_by = BookingStatus.BOOKED, None
            booking.cancel_reason, booking.cancelled_at = None, None
            booking.revision += 1
            record(self._work, "calendar.booking.restored", Subject("booking", booking.id))
            self._work.publish("booking.restored", {"booking_id": str(booking.id), "revision": booking.revision})

        await self._take(cto, booking.starts_at, restore)
        return booking

    async def _require_still_offered(self, booking: Booking, cto: Cto) -> None:
        """As for booking it, but without the notice that the CTO had of it once."""
        await self._require_room(cto.id)
        offer = replace(await offer_of(self._calendars, cto), earliest=now())
        await wished_slot(self._calendars, offer, booking.starts_at)

    async def _own(self, booking_id: UUID) -> tuple[Booking, Cto]:
        """An introduction that the actor takes part in, and its CTO, both locked."""
        found = await self._work.session.get(Booking, (self._tenant_id, booking_id))
        if found is not None:
            cto = await CtoRepository(session=self._work.session).get_locked(self._tenant_id, found.cto_id)
            if self._work.actor.person in {found.client_id, cto.user_id}:
                await self._work.session.refresh(found, with_for_update=True)
                return found, cto
        raise NotFound("There is no such introduction of yours.")

    async def find(self, booking_id: UUID) -> Booking | None:
        """An introduction that the actor takes part in.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(CalendarPermission.READ_BOOKINGS)
        statement = self._select().where(Booking.id == booking_id)
        return (await self._work.session.scalars(statement)).one_or_none()

    async def page(self, request: PageRequest, *, past: bool) -> Page[Booking]:
        """The introductions of the actor: what is to come, the next one first; or what was, the last one first.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the page makes no sense.
        """
        self._work.require(CalendarPermission.READ_BOOKINGS)
        keys = list(_LATEST if past else _SOONEST)
        return await fetch_page(self._work.session, self._select(past=past), keys, request)

    async def count(self, *, past: bool) -> int:
        """How many there are.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(CalendarPermission.READ_BOOKINGS)
        statement = select(func.count()).select_from(self._select(past=past).subquery())
        return (await self._work.session.scalar(statement)) or 0

    def _select(self, *, past: bool | None = None) -> Select[Booking]:
        statement = select(Booking).where(
            Booking.tenant_id == self._tenant_id, takes_part(self._tenant_id, self._work.actor.person)
        )
        if past is None:
            return statement
        return statement.where(Booking.ends_at <= now() if past else Booking.ends_at > now())


def takes_part(tenant_id: UUID, user_id: UUID) -> ColumnElement[bool]:
    """That somebody is one of the two sides of an introduction."""
    own = select(Cto.id).where(Cto.tenant_id == tenant_id, Cto.user_id == user_id).scalar_subquery()
    return or_(Booking.client_id == user_id, Booking.cto_id == own)
