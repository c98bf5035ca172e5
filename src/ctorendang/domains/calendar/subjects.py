"""What introductions are about, for higher domains that book them: said, looked up, and ended with it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.models import Booking
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


def say_about(booking: Booking, source: str, source_id: UUID, title: str) -> None:
    """Note what an introduction was booked for; both sides read the title."""
    booking.source, booking.source_id, booking.about = source, source_id, title


async def bookings_about(
    session: AsyncSession | async_scoped_session[AsyncSession], tenant_id: UUID, source: str, source_ids: Sequence[UUID]
) -> dict[UUID, list[Booking]]:
    """The introductions about some things that the actor was given, the first to begin first."""
    found: dict[UUID, list[Booking]] = {each: [] for each in source_ids}
    statement = _about(tenant_id, source, source_ids).order_by(Booking.starts_at, Booking.id)
    for booking in await session.scalars(statement):
        if booking.source_id is not None:
            found[booking.source_id].append(booking)
    return found


async def end_bookings(work: UnitOfWork, source: str, source_id: UUID, reason: str) -> None:
    """Cancel what is still to come of the introductions about something that has ended; nobody can restore them.

    The caller has asked its own permission.

    Args:
        work: the unit of work in which it ends.
        source: what kind of thing.
        source_id: which.
        reason: for both sides.
    """
    upcoming = _about(work.tenant_id, source, [source_id]).where(Booking.starts_at > now())
    first = (await work.session.scalars(upcoming.limit(1))).one_or_none()
    if first is None:
        return
    # As when booking: the CTO's row comes first.
    await CtoRepository(session=work.session).get_locked(work.tenant_id, first.cto_id)
    locked = upcoming.with_for_update().execution_options(populate_existing=True)
    for booking in await work.session.scalars(locked):
        booking.cancelled_by = None
        if booking.status == BookingStatus.CANCELLED:
            continue
        booking.status = BookingStatus.CANCELLED
        booking.cancel_reason, booking.cancelled_at = reason, now()
        booking.revision += 1
        record(work, "calendar.booking.cancelled", Subject("booking", booking.id))
        work.publish("booking.cancelled", {"booking_id": str(booking.id), "revision": booking.revision})


def _about(tenant_id: UUID, source: str, source_ids: Sequence[UUID]) -> Select[Booking]:
    return select(Booking).where(
        Booking.tenant_id == tenant_id, Booking.source == source, Booking.source_id.in_(source_ids)
    )
