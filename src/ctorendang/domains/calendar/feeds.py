"""Calendars elsewhere that make a CTO busy: named by their owner, read by the worker."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.busy import busy_times
from ctorendang.domains.calendar.errors import CalendarJustRead, CalendarNotReadable, TooManyEntries
from ctorendang.domains.calendar.models import BusyFeed
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.calendar.slots import Span
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.gateways.outgoing import AddressNotAllowed, FetchFailed
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

MOST_FEEDS = 5
MOST_BYTES = 2_000_000
READ_AHEAD = timedelta(weeks=10)
ADDED = Limit("busy-feeds-added", attempts=30, seconds=3600)
"""Each is read at once: nobody has a server asked without an end by naming and removing its address."""
REST = timedelta(minutes=1)
"""How long a server is left in peace after it was asked."""

_PURPOSE = "busy calendar address"
_HEADERS = {"user-agent": "calendar/1.0", "accept": "text/calendar, */*;q=0.1"}
_LONGEST_PROBLEM = 300


class BusyFeedService:
    """One's own calendars elsewhere."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._calendars = CalendarRepository(work.session, work.tenant_id)
        self._ctos = CtoRepository(session=work.session)

    async def all(self) -> list[BusyFeed]:
        """The actor's, oldest first.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        cto = await self._ctos.find_of_user(self._work.tenant_id, self._work.actor.person)
        return await self._calendars.feeds(cto.id) if cto else []

    async def add(self, name: str, url: str) -> BusyFeed:
        """Name a calendar elsewhere; the worker reads it at once, and then every hour.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            InvalidInput: the address is none.
            TooManyEntries: there are enough.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        fields = Fields()
        name = fields.text("name", name, most=80)
        address = fields.text("url", url, most=2_000)
        if address.lower().startswith("webcal://"):
            address = f"https{address[6:]}"
        host = _host(address)
        if address and not host:
            fields.refuse("url", "Use the calendar's secret address, such as https://calendar.example.com/basic.ics.")
        fields.done()
        cto = await self._cto()
        if len(await self._calendars.feeds(cto.id)) >= MOST_FEEDS:
            raise TooManyEntries(f"A calendar follows at most {MOST_FEEDS} others. Remove one first.")
        row = uuid7()
        sealed = await seal(self._work, address.encode(), purpose=_PURPOSE, row=row)
        feed = BusyFeed(
            tenant_id=self._work.tenant_id,
            id=row,
            cto_id=cto.id,
            user_id=self._work.actor.person,
            name=name,
            host=host,
            sealed_url=sealed,
        )
        self._work.session.add(feed)
        await self._work.session.flush()
        record(self._work, "calendar.busy_feed.added", Subject("cto", cto.id), {"host": host})
        self._work.publish("busy_feed.wanted", {"feed_id": str(row)})
        return feed

    async def refresh(self, feed_id: UUID) -> BusyFeed:
        """Have a calendar read now.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not the actor's.
            CalendarJustRead: that was less than a minute ago.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        feed = await self._own(feed_id)
        if _was_just_asked(feed):
            raise CalendarJustRead
        record(self._work, "calendar.busy_feed.refreshed", Subject("cto", feed.cto_id), {"host": feed.host})
        self._work.publish("busy_feed.wanted", {"feed_id": str(feed.id)})
        return feed

    async def remove(self, feed_id: UUID) -> None:
        """Follow a calendar no longer; what it said is forgotten.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not the actor's.
        """
        self._work.require(CalendarPermission.MANAGE_OWN)
        feed = await self._own(feed_id)
        await self._work.session.delete(feed)
        record(self._work, "calendar.busy_feed.removed", Subject("cto", feed.cto_id), {"host": feed.host})

    async def read(self, feed_id: UUID) -> None:
        """Fetch a calendar, and keep when its owner is busy; what is wrong with it is kept in words.

        A calendar that cannot be read leaves the busy times that were read last: better busy by mistake than booked.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(CalendarPermission.FETCH_BUSY_FEED)
        feed = await self._calendars.find_feed(feed_id)
        cto = await self._ctos.find(self._work.tenant_id, feed.cto_id) if feed else None
        if feed is None or cto is None or _was_just_asked(feed):
            return
        problem, spans = None, list[Span]()
        try:
            spans = await self._fetch(feed, cto)
        except (AddressNotAllowed, FetchFailed, CalendarNotReadable) as error:
            problem = error.detail[:_LONGEST_PROBLEM]
        # Locked only now: its owner must not wait for a slow server to remove it, and may have done so.
        feed = await self._calendars.find_feed(feed_id, locked=True)
        if feed is None:
            return
        feed.tried_at, feed.problem = now(), problem
        if problem is None:
            await self._calendars.put_busy(feed, spans)
            feed.read_at = feed.tried_at

    async def _fetch(self, feed: BusyFeed, cto: Cto) -> list[Span]:
        address = (await unseal(self._work, feed.sealed_url, purpose=_PURPOSE, row=feed.id)).decode()
        answer = await self._work.gateways.outgoing.get(address, headers=_HEADERS, most_bytes=MOST_BYTES)
        if answer.status != 200:
            raise CalendarNotReadable(
                f"{feed.host} answered with {answer.status} instead of a calendar. Copy its address anew."
            )
        within = Span(now() - timedelta(days=1), now() + READ_AHEAD)
        return await busy_times(answer.body, cto.time_zone, within)

    async def _own(self, feed_id: UUID) -> BusyFeed:
        cto = await self._cto()
        feed = await self._calendars.find_feed(feed_id)
        if feed is None or feed.cto_id != cto.id:
            raise NotFound("There is no such calendar of yours.")
        return feed

    async def _cto(self) -> Cto:
        return await self._ctos.get_of_user(self._work.tenant_id, self._work.actor.person)


def _was_just_asked(feed: BusyFeed) -> bool:
    return feed.tried_at is not None and now() - feed.tried_at < REST


def _host(address: str) -> str:
    """The host that an address names; empty where it is no address of the web. What may be asked is decided later."""
    try:
        read = urlsplit(address)
        return (read.hostname or "")[:253] if read.scheme in {"https", "http"} else ""
    except ValueError:
        return ""
