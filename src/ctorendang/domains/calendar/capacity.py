"""Hours a week: offered, sold, and what is left of them.

``ctos.availability`` is what the directory and matching read. It is the weekly hours less what is sold today, and
kept so by ``keep_hours`` whenever one of both changes, and every hour, since what is sold begins and ends by itself.
Nobody sells more than is offered; a CTO who offers less than is sold already has nothing left.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.draft import MOST_HOURS, USUAL_MEETING_MINUTES, USUAL_NOTICE_HOURS
from ctorendang.domains.calendar.errors import HoursNotLeft
from ctorendang.domains.calendar.models import Calendar, Commitment
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


def today_of(cto: Cto) -> date:
    """Which day it is where a CTO is."""
    return datetime.now(ZoneInfo(cto.time_zone)).date()


async def hours_left(
    work: UnitOfWork, cto_id: UUID, first_day: date, last_day: date | None, *, besides: UUID | None = None
) -> int:
    """Hours a week that a CTO offers and nobody has bought, in the fullest week of a time.

    Args:
        work: whose actor the caller has let pass.
        cto_id: whose hours.
        first_day: of the time; what is over by now does not count.
        last_day: None while nobody knows.
        besides: the id of a source whose own hours do not count.

    Raises:
        NotFound: there is no such CTO.
    """
    calendars = CalendarRepository(work.session, work.tenant_id)
    cto = await work.session.get(Cto, (work.tenant_id, cto_id))
    if cto is None:
        raise NotFound("There is no such CTO here.")
    first_day = max(first_day, today_of(cto))
    sold = [each for each in await calendars.commitments(cto_id, first_day) if each.source_id != besides]
    calendar = await calendars.find(cto_id)
    offered = cto.availability if calendar is None else await _offered(calendars, cto, calendar)
    return max(0, offered - most_sold(sold, first_day, last_day or date.max))


def most_sold(sold: Sequence[Commitment], first_day: date, last_day: date) -> int:
    """Hours a week that are sold on the fullest day of a time."""
    # They get more only on days on which something begins.
    begins = (each.starts_on for each in sold if first_day < each.starts_on <= last_day)
    return max(
        sum(each.hours_per_week for each in sold if each.starts_on <= day <= (each.ends_on or date.max))
        for day in (first_day, *begins)
    )


async def put_commitment(
    work: UnitOfWork,
    cto_id: UUID,
    *,
    hours_per_week: int,
    starts_on: date,
    ends_on: date | None,
    source: str,
    source_id: UUID,
) -> None:
    """Sell hours of a CTO's week, or change what the same source has sold; for domains whose actor may do that.

    Args:
        work: whose actor the caller has let pass.
        cto_id: whose hours.
        hours_per_week: 1 to 60.
        starts_on: first day.
        ends_on: last day; None while nobody knows.
        source: what kind of thing sells them, as ``engagement``.
        source_id: which one; each has one commitment at most.

    Raises:
        NotFound: there is no such CTO.
        InvalidInput: hours or days make no sense.
        HoursNotLeft: the CTO has sold too many others for then; of two who buy at once the second waits and is told.
    """
    fields = Fields()
    fields.number("hoursPerWeek", hours_per_week, least=1, most=MOST_HOURS)
    if ends_on is not None and ends_on < starts_on:
        fields.refuse("endsOn", "The last day is before the first one.")
    fields.done()
    calendar = await calendar_of(work, await CtoRepository(session=work.session).get_locked(work.tenant_id, cto_id))
    left = await hours_left(work, cto_id, starts_on, ends_on, besides=source_id)
    if hours_per_week > left:
        raise HoursNotLeft(left, hours_per_week)
    # What was typed into the profile was said before these hours were sold.
    await keep_hours(work, cto_id)
    sold = await CalendarRepository(work.session, work.tenant_id).find_commitment(source, source_id)
    if sold is None:
        sold = Commitment(tenant_id=work.tenant_id, source=source, source_id=source_id)
        work.session.add(sold)
    sold.cto_id, sold.hours_per_week = calendar.cto_id, hours_per_week
    sold.starts_on, sold.ends_on = starts_on, ends_on
    record(work, "calendar.commitment.put", Subject("cto", cto_id), {"source": source, "hours": hours_per_week})
    work.publish("commitment.put", {"cto_id": str(cto_id)})
    await keep_hours(work, cto_id)


async def drop_commitment(work: UnitOfWork, source: str, source_id: UUID) -> None:
    """Give back what a source has sold; nothing happens where it has sold nothing. See ``put_commitment``."""
    sold = await CalendarRepository(work.session, work.tenant_id).find_commitment(source, source_id)
    if sold is None:
        return
    await work.session.delete(sold)
    record(work, "calendar.commitment.dropped", Subject("cto", sold.cto_id), {"source": source})
    await keep_hours(work, sold.cto_id)


async def calendar_of(work: UnitOfWork, cto: Cto) -> Calendar:
    """A CTO's calendar, made where there is none: all that the profile says is open. The CTO's row is locked."""
    calendar = await CalendarRepository(work.session, work.tenant_id).find(cto.id, locked=True)
    if calendar is None:
        hours = cto.availability
        calendar = Calendar(
            tenant_id=work.tenant_id,
            cto_id=cto.id,
            weekly_hours=hours,
            told_hours=hours,
            meeting_minutes=USUAL_MEETING_MINUTES,
            notice_hours=USUAL_NOTICE_HOURS,
        )
        work.session.add(calendar)
        await work.session.flush()
    return calendar


async def keep_hours(work: UnitOfWork, cto_id: UUID) -> None:
    """Bring ``ctos.availability`` in step with what is offered and sold.

    Where the column has changed by itself, its owner has typed free hours into the profile; then that is what is free
    now, and the weekly hours follow.
    """
    await work.session.flush()
    calendars = CalendarRepository(work.session, work.tenant_id)
    # Most have none, and nobody should wait for their rows then.
    if await calendars.find(cto_id) is None:
        return
    cto = await CtoRepository(session=work.session).get_locked(work.tenant_id, cto_id)
    calendar = await calendar_of(work, cto)
    calendar.weekly_hours = await _offered(calendars, cto, calendar)
    calendar.told_hours = max(0, calendar.weekly_hours - await calendars.sold(cto_id, today_of(cto)))
    if cto.availability != calendar.told_hours:
        cto.availability, cto.updated_at = calendar.told_hours, now()
        work.publish("cto.saved", {"cto_id": str(cto_id)})


async def _offered(calendars: CalendarRepository, cto: Cto, calendar: Calendar) -> int:
    """Hours a week in all, with the free ones that were typed into the profile since the calendar wrote there."""
    if cto.availability == calendar.told_hours:
        return calendar.weekly_hours
    return min(MOST_HOURS, cto.availability + await calendars.sold(cto.id, today_of(cto)))
