"""What others see of a CTO's time: free slots, and how many hours they would work side by side."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ctorendang.domains.accounts.models import User
from ctorendang.domains.calendar.draft import USUAL_MEETING_MINUTES, USUAL_NOTICE_HOURS
from ctorendang.domains.calendar.errors import SlotAlreadyTaken, SlotNotOffered
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.calendar.slots import Schedule, Span, WeeklySlot, common, expand, free, meetings
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

AHEAD = timedelta(weeks=3)
"""How far ahead introductions are booked."""
SHOWN_ALTERNATIVES = 3
WORKING_HOURS = tuple(WeeklySlot(weekday, 9 * 60, 17 * 60) for weekday in range(5))
"""What counts as somebody's week who has not said when they work: Monday to Friday, nine to five, where they are."""

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a CTO offers.

    Attributes:
        earliest: when the first introduction may begin.
    """

    cto: Cto
    schedule: Schedule
    meeting_minutes: int
    earliest: datetime

    @property
    def takes_introductions(self) -> bool:
        """Whether any are booked through this calendar at all."""
        return bool(self.schedule.weekly or self.schedule.extra) and self.cto.status == CtoStatus.LISTED

    def candidates(self) -> list[Span]:
        """The introductions that could be booked if nothing else were in the way.

        They are cut from whole offers, so that a time that is free today is the same time tomorrow.
        """
        midnight = datetime.combine(self.earliest.date(), time(), UTC)
        offered = expand(self.schedule, Span(midnight - timedelta(days=2), midnight + AHEAD + timedelta(days=2)))
        latest = now() + AHEAD
        cut = meetings(offered, self.meeting_minutes)
        return [each for each in cut if self.earliest <= each.starts_at and each.ends_at <= latest]


class AvailabilityService:
    """Reading calendars of CTOs whose profile the actor sees."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._calendars = CalendarRepository(work.session, work.tenant_id)

    async def find(self, cto_id: UUID) -> Offer | None:
        """What a CTO offers; None where there is no profile to see."""
        self._work.require(CalendarPermission.READ_SLOTS)
        cto = await CtoService(self._work).find(cto_id)
        return await offer_of(self._calendars, cto) if cto is not None else None

    async def zone(self, wished: str | None) -> str:
        """The time zone to show times in: a wished one, or the actor's own preference, or UTC.

        Raises:
            InvalidInput: there is no such zone.
        """
        self._work.require(CalendarPermission.READ_SLOTS)
        if wished:
            fields = Fields()
            zone = fields.time_zone("timeZone", wished)
            fields.done()
            return zone
        if self._work.actor.user_id is None:
            return "UTC"
        user = await self._work.session.get(User, (self._work.tenant_id, self._work.actor.user_id))
        return (user.time_zone if user else None) or "UTC"

    async def find_in_zone(self, cto_id: UUID, wished: str | None = None) -> tuple[Offer | None, str]:
        """What a CTO offers, as ``find`` says, and the time zone to show it in, as ``zone`` does."""
        self._work.require(CalendarPermission.READ_SLOTS)
        return await self.find(cto_id), await self.zone(wished)

    async def free_slots(self, offer: Offer) -> list[Span]:
        """The introductions that can be booked now, the next one first."""
        self._work.require(CalendarPermission.READ_SLOTS)
        return await free_slots(self._calendars, offer)

    def overlap(self, offer: Offer, zone: str) -> timedelta:
        """How much of a week a CTO and somebody in a zone would both be at work.

        The coming week counts, since twice a year zones move against each other; whoever has not said when they work
        works ``WORKING_HOURS``.
        """
        self._work.require(CalendarPermission.READ_SLOTS)
        return overlap(offer.schedule, ZoneInfo(zone), now())


def overlap(schedule: Schedule, zone: ZoneInfo, moment: datetime) -> timedelta:
    """How long, in the week from a moment, recurring slots and working hours in a zone share."""
    week = Span(moment, moment + _WEEK)
    theirs = Schedule(schedule.zone, schedule.weekly or WORKING_HOURS)
    return common(expand(theirs, week), expand(Schedule(zone, WORKING_HOURS), week))


async def offer_of(calendars: CalendarRepository, cto: Cto) -> Offer:
    """What a CTO offers."""
    calendar = await calendars.find(cto.id)
    notice = calendar.notice_hours if calendar else USUAL_NOTICE_HOURS
    return Offer(
        cto,
        await calendars.schedule(cto),
        calendar.meeting_minutes if calendar else USUAL_MEETING_MINUTES,
        now() + timedelta(hours=notice),
    )


async def free_slots(calendars: CalendarRepository, offer: Offer) -> list[Span]:
    """The introductions of an offer that nothing is in the way of."""
    candidates = offer.candidates() if offer.takes_introductions else []
    if not candidates:
        return []
    busy = await calendars.busy(offer.cto.id, Span(candidates[0].starts_at, candidates[-1].ends_at))
    return free(candidates, busy)


async def wished_slot(calendars: CalendarRepository, offer: Offer, starts_at: datetime) -> Span:
    """The free slot that begins then.

    Raises:
        SlotAlreadyTaken: it is offered, and taken.
        SlotNotOffered: it is not offered.
    """
    open_slots = await free_slots(calendars, offer)
    for each in open_slots:
        if each.starts_at == starts_at:
            return each
    if offer.takes_introductions and any(each.starts_at == starts_at for each in offer.candidates()):
        raise SlotAlreadyTaken(nearest(open_slots, starts_at))
    raise SlotNotOffered


def nearest(open_slots: list[Span], starts_at: datetime) -> list[Span]:
    """The few free slots that are closest to a moment, the closest first."""
    return sorted(open_slots, key=lambda each: (abs(each.starts_at - starts_at), each))[:SHOWN_ALTERNATIVES]
