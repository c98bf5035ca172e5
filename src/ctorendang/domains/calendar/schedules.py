"""What CTOs say about their own time."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.capacity import calendar_of, keep_hours, today_of
from ctorendang.domains.calendar.draft import (
    USUAL_MEETING_MINUTES,
    USUAL_NOTICE_HOURS,
    CalendarDraft,
    DaysOffDraft,
    ExtraSlotDraft,
)
from ctorendang.domains.calendar.errors import TooManyEntries
from ctorendang.domains.calendar.models import Calendar, CalendarException, Commitment
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.calendar.slots import WeeklySlot, on_day
from ctorendang.domains.calendar.status import ExceptionKind
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.infra.db.session import step_of
from ctorendang.infra.errors import InvalidInput, NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST_EXCEPTIONS = 200


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """All that a CTO has said; ``sold`` is hours a week as of today."""

    cto: Cto
    weekly_hours: int
    sold: int
    meeting_minutes: int
    notice_hours: int
    slots: list[WeeklySlot]
    exceptions: list[CalendarException]
    commitments: list[Commitment]


class ScheduleService:
    """One's own weekly hours, slots and exceptions."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._calendars = CalendarRepository(work.session, work.tenant_id)
        self._ctos = CtoRepository(session=work.session)

    async def find(self) -> OwnCalendar | None:
        """One's calendar; None before there is a profile.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        cto = await self._ctos.find_of_user(self._work.tenant_id, self._work.actor.person)
        if cto is None:
            return None
        today = today_of(cto)
        sold = await self._calendars.sold(cto.id, today)
        calendar = await self._calendars.find(cto.id) or Calendar(
            weekly_hours=cto.availability + sold,
            meeting_minutes=USUAL_MEETING_MINUTES,
            notice_hours=USUAL_NOTICE_HOURS,
        )
        return OwnCalendar(
            cto,
            calendar.weekly_hours,
            sold,
            calendar.meeting_minutes,
            calendar.notice_hours,
            await self._calendars.weekly(cto.id),
            await self._calendars.exceptions(cto.id, today),
            await self._calendars.commitments(cto.id, today),
        )

    async def save(self, draft: CalendarDraft) -> None:
        """Write hours and recurring slots; those before are replaced.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            InvalidInput: a number is out of bounds, or slots overlap or end before they start.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        fields = Fields()
        checked, slots = draft.check(fields)
        fields.done()
        cto = await self._own()
        await calendar_of(self._work, cto)
        # What was typed into the profile since is taken in first, so that it does not win over what is said now.
        await keep_hours(self._work, cto.id)
        calendar = await calendar_of(self._work, cto)
        calendar.weekly_hours = checked.weekly_hours or 0
        calendar.meeting_minutes = checked.meeting_minutes or USUAL_MEETING_MINUTES
        calendar.notice_hours = checked.notice_hours or 0
        calendar.updated_at = now()
        await self._calendars.put_weekly(cto.id, slots)
        record(self._work, "calendar.calendar.saved", Subject("cto", cto.id), {"slots": len(slots)})
        await keep_hours(self._work, cto.id)

    async def take_days_off(self, draft: DaysOffDraft) -> CalendarException:
        """Be away on some days; recurring slots do not take place then.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            InvalidInput: the days make no sense, or are off already.
            TooManyEntries: there are enough.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        cto, fields = await self._own(), Fields()
        first, last = draft.check(fields, now().date())
        fields.done()
        return await self._add(
            CalendarException(cto_id=cto.id, kind=ExceptionKind.OFF, first_day=first, last_day=last),
            InvalidInput({"firstDay": "Some of these days are off already."}),
        )

    async def add_extra_slot(self, draft: ExtraSlotDraft) -> CalendarException:
        """Offer a slot on one day, besides the recurring ones.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            InvalidInput: it makes no sense, the clock skips all of it, or it overlaps another extra slot.
            TooManyEntries: there are enough.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        cto, fields = await self._own(), Fields()
        slot = draft.check(fields, now().date())
        fields.done()
        if on_day(slot.day, slot.starts, slot.ends, ZoneInfo(cto.time_zone)) is None:
            raise InvalidInput({"starts": "The clock skips this time that day, as it goes forward. Choose another."})
        row = CalendarException(
            cto_id=cto.id,
            kind=ExceptionKind.EXTRA,
            first_day=slot.day,
            last_day=slot.day,
            starts=slot.starts,
            ends=slot.ends,
        )
        return await self._add(row, InvalidInput({"starts": "This overlaps another extra slot of the same day."}))

    async def remove_exception(self, exception_id: UUID) -> None:
        """Take back days off, or an extra slot.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not the actor's.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        cto = await self._own()
        found = await self._calendars.find_exception(exception_id)
        if found is None or found.cto_id != cto.id:
            raise NotFound("There is no such entry in your calendar.")
        await self._work.session.delete(found)
        record(self._work, "calendar.exception.removed", Subject("cto", cto.id), {"kind": found.kind})

    async def _add(self, row: CalendarException, overlap: InvalidInput) -> CalendarException:
        if len(await self._calendars.exceptions(row.cto_id, now().date())) >= MOST_EXCEPTIONS:
            raise TooManyEntries(f"A calendar holds at most {MOST_EXCEPTIONS} exceptions. Remove some first.")
        row.tenant_id = self._work.tenant_id
        try:
            async with step_of(self._work.session):
                self._work.session.add(row)
                record(self._work, "calendar.exception.added", Subject("cto", row.cto_id), {"kind": row.kind})
                await self._work.session.flush()
        except IntegrityError:
            raise overlap from None
        return row

    async def _own(self) -> Cto:
        return await self._ctos.get_of_user(self._work.tenant_id, self._work.actor.person)
