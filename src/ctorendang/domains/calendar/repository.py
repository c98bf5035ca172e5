"""Calendars in Postgres."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.calendar.models import (
    Booking,
    BusyFeed,
    BusyTime,
    Calendar,
    CalendarException,
    Commitment,
    WeeklySlotRow,
)
from ctorendang.domains.calendar.slots import DaySlot, Schedule, Span, WeeklySlot
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.models import Cto


class CalendarRepository:
    """What one tenant's CTOs offer, have sold, and when they are busy."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def find(self, cto_id: UUID, *, locked: bool = False) -> Calendar | None:
        """What a CTO has said about their time."""
        statement = select(Calendar).where(Calendar.tenant_id == self._tenant_id, Calendar.cto_id == cto_id)
        if locked:
            # Read anew: what was seen before the lock may have changed until there was one.
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self._session.scalars(statement)).one_or_none()

    async def schedule(self, cto: Cto) -> Schedule:
        """When a CTO offers time."""
        exceptions = await self.exceptions(cto.id)
        return Schedule(
            ZoneInfo(cto.time_zone),
            await self.weekly(cto.id),
            [DaySlot(each.first_day, each.starts, each.ends or 0) for each in exceptions if each.starts is not None],
            [(each.first_day, each.last_day) for each in exceptions if each.starts is None],
        )

    async def weekly(self, cto_id: UUID) -> list[WeeklySlot]:
        """The recurring slots, in order."""
        statement = select(WeeklySlotRow.weekday, WeeklySlotRow.starts, WeeklySlotRow.ends).where(
            WeeklySlotRow.tenant_id == self._tenant_id, WeeklySlotRow.cto_id == cto_id
        )
        return sorted(WeeklySlot(*row) for row in await self._session.execute(statement))

    async def put_weekly(self, cto_id: UUID, slots: Iterable[WeeklySlot]) -> None:
        """Have a CTO offer exactly these recurring slots."""
        mine = WeeklySlotRow.tenant_id == self._tenant_id, WeeklySlotRow.cto_id == cto_id
        await self._session.execute(delete(WeeklySlotRow).where(*mine))
        rows = [
            {
                "tenant_id": self._tenant_id,
                "cto_id": cto_id,
                "weekday": each.weekday,
                "starts": each.starts,
                "ends": each.ends,
            }
            for each in slots
        ]
        if rows:
            await self._session.execute(insert(WeeklySlotRow).values(rows))

    async def exceptions(self, cto_id: UUID, since: date | None = None) -> list[CalendarException]:
        """Days off and extra slots, the next one first."""
        statement = select(CalendarException).where(
            CalendarException.tenant_id == self._tenant_id, CalendarException.cto_id == cto_id
        )
        if since is not None:
            statement = statement.where(CalendarException.last_day >= since)
        order = statement.order_by(CalendarException.first_day, CalendarException.starts)
        return list(await self._session.scalars(order))

    async def find_exception(self, exception_id: UUID) -> CalendarException | None:
        """One of them, whosever it is."""
        return await self._session.get(CalendarException, (self._tenant_id, exception_id))

    async def busy(self, cto_id: UUID, within: Span) -> list[Span]:
        """When a CTO is busy, by introductions and by calendars elsewhere; in no order."""
        booked = select(Booking.starts_at, Booking.ends_at).where(
            Booking.tenant_id == self._tenant_id,
            Booking.cto_id == cto_id,
            Booking.status == BookingStatus.BOOKED,
            Booking.starts_at < within.ends_at,
            Booking.ends_at > within.starts_at,
        )
        elsewhere = select(BusyTime.starts_at, BusyTime.ends_at).where(
            BusyTime.tenant_id == self._tenant_id,
            BusyTime.cto_id == cto_id,
            BusyTime.starts_at < within.ends_at,
            BusyTime.ends_at > within.starts_at,
        )
        return [Span(*row) for row in await self._session.execute(booked.union_all(elsewhere))]

    async def commitments(self, cto_id: UUID, since: date) -> list[Commitment]:
        """What is sold from a day on, the first to begin first."""
        statement = (
            select(Commitment)
            .where(
                Commitment.tenant_id == self._tenant_id,
                Commitment.cto_id == cto_id,
                or_(Commitment.ends_on.is_(None), Commitment.ends_on >= since),
            )
            .order_by(Commitment.starts_on, Commitment.id)
        )
        return list(await self._session.scalars(statement))

    async def find_commitment(self, source: str, source_id: UUID) -> Commitment | None:
        """What something has sold."""
        statement = select(Commitment).where(
            Commitment.tenant_id == self._tenant_id, Commitment.source == source, Commitment.source_id == source_id
        )
        return (await self._session.scalars(statement)).one_or_none()

    async def sold(self, cto_id: UUID, day: date) -> int:
        """Hours a week that are sold on a day."""
        statement = select(func.coalesce(func.sum(Commitment.hours_per_week), 0)).where(
            Commitment.tenant_id == self._tenant_id,
            Commitment.cto_id == cto_id,
            Commitment.starts_on <= day,
            or_(Commitment.ends_on.is_(None), Commitment.ends_on >= day),
        )
        return int(await self._session.scalar(statement) or 0)

    async def committed_ctos(self) -> list[UUID]:
        """Everybody of whose time something is or was sold."""
        statement = select(Commitment.cto_id).where(Commitment.tenant_id == self._tenant_id).distinct()
        return list(await self._session.scalars(statement))

    async def feeds(self, cto_id: UUID | None = None) -> list[BusyFeed]:
        """The calendars elsewhere of one CTO or of all, oldest first."""
        statement = select(BusyFeed).where(BusyFeed.tenant_id == self._tenant_id).order_by(BusyFeed.id)
        return list(await self._session.scalars(statement.where(BusyFeed.cto_id == cto_id) if cto_id else statement))

    async def find_feed(self, feed_id: UUID, *, locked: bool = False) -> BusyFeed | None:
        """A calendar elsewhere."""
        return await self._session.get(BusyFeed, (self._tenant_id, feed_id), with_for_update=locked or None)

    async def put_busy(self, feed: BusyFeed, spans: Iterable[Span]) -> None:
        """Have a calendar elsewhere say exactly this."""
        mine = BusyTime.tenant_id == self._tenant_id, BusyTime.feed_id == feed.id
        await self._session.execute(delete(BusyTime).where(*mine))
        rows = [
            {
                "tenant_id": self._tenant_id,
                "cto_id": feed.cto_id,
                "feed_id": feed.id,
                "starts_at": each.starts_at,
                "ends_at": each.ends_at,
            }
            for each in spans
        ]
        if rows:
            await self._session.execute(insert(BusyTime), rows)

    async def upcoming_of(self, client_id: UUID, now: datetime) -> list[Booking]:
        """The introductions that stand before a client."""
        statement = select(Booking).where(
            Booking.tenant_id == self._tenant_id,
            Booking.client_id == client_id,
            Booking.status == BookingStatus.BOOKED,
            Booking.ends_at > now,
        )
        return list(await self._session.scalars(statement))
