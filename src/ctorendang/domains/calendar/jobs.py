"""What calendars do by themselves: follow profiles, read other calendars every hour, and write mails."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.calendar.capacity import keep_hours
from ctorendang.domains.calendar.feeds import BusyFeedService
from ctorendang.domains.calendar.ical import MEDIA_TYPE
from ctorendang.domains.calendar.models import Booking, Calendar
from ctorendang.domains.calendar.published import calendar_file
from ctorendang.domains.calendar.repository import CalendarRepository
from ctorendang.domains.calendar.slots import Span, shown_in
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.tenants.platform import tenant_ids
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.events import Subscription
from ctorendang.infra.gateways.gateways import Attachment
from ctorendang.infra.jobs.planned import is_planned
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_HOUR = timedelta(hours=1)
_REMINDED_BEFORE = timedelta(days=1)
_HOURLY = "calendar.hourly"


async def _follow_profile(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    cto_id = UUID(payload["cto_id"])
    if await work.session.get(Cto, (work.tenant_id, cto_id)) is not None:
        await keep_hours(work, cto_id)


async def _follow_import(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Whoever has a calendar may have other free hours now; each in a job of its own."""
    imported = [UUID(each) for each in payload["cto_ids"]]
    calendars = select(Calendar.cto_id).where(Calendar.tenant_id == work.tenant_id, Calendar.cto_id.in_(imported))
    for cto_id in await work.session.scalars(calendars):
        work.publish("calendar.hours_due", {"cto_id": str(cto_id)})


async def _hourly(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Commitments begin and end by themselves; calendars elsewhere change without a word. Each in a job of its own."""
    calendars = CalendarRepository(work.session, work.tenant_id)
    for cto_id in await calendars.committed_ctos():
        work.publish("calendar.hours_due", {"cto_id": str(cto_id)})
    for feed in await calendars.feeds():
        work.publish("busy_feed.wanted", {"feed_id": str(feed.id)})
    work.publish("calendar.round_due", {}, at=now() + _HOUR)


async def _read_feed(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await BusyFeedService(work).read(UUID(payload["feed_id"]))
    # A tenant that was opened since the worker started has no hours yet.
    await _begin_hours(work, {})


async def _begin_hours(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    if not await is_planned(work, _HOURLY):
        work.publish("calendar.round_due", {}, at=now() + _HOUR)


async def begin_hours(product: Product) -> None:
    """Have every tenant's hours begin, where none is planned; each then plans the next."""
    for tenant_id in await tenant_ids(product):
        async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
            await _begin_hours(work, {})


async def _tell_made(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _tell_both(work, payload, "made")
    await _plan_reminder(work, payload)


async def _tell_cancelled(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _tell_both(work, payload, "cancelled")


async def _tell_restored(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _tell_both(work, payload, "restored")
    await _plan_reminder(work, payload)


async def _plan_reminder(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """The day before, unless the mail about the booking itself has only just been sent then."""
    booking = await work.session.get(Booking, (work.tenant_id, UUID(payload["booking_id"])))
    if booking is not None and booking.starts_at - now() > _REMINDED_BEFORE + _HOUR:
        about = {"booking_id": str(booking.id), "revision": booking.revision}
        work.publish("booking.reminder_due", about, at=booking.starts_at - _REMINDED_BEFORE)


async def _remind(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Of what still stands: a booking that was cancelled and put back meanwhile has a reminder of its own."""
    booking = await work.session.get(Booking, (work.tenant_id, UUID(payload["booking_id"])))
    if booking is None or booking.status != BookingStatus.BOOKED or booking.starts_at <= now():
        return
    if booking.revision == payload["revision"]:
        await _tell_both(work, payload, "reminder")


async def _tell_both(work: UnitOfWork, payload: Mapping[str, Any], change: str) -> None:
    """A mail for each side, in a job of its own, so that one that cannot be sent keeps not the other."""
    booking = await work.session.get(Booking, (work.tenant_id, UUID(payload["booking_id"])))
    if booking is None:
        return
    cto = await work.session.get_one(Cto, (work.tenant_id, booking.cto_id))
    for user_id in (booking.client_id, cto.user_id):
        wanted = {"booking_id": str(booking.id), "user_id": str(user_id), "change": change}
        work.publish("booking.mail_wanted", wanted)


async def _send_mail(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    booking = await work.session.get(Booking, (work.tenant_id, UUID(payload["booking_id"])))
    if booking is None:
        return
    cto = await work.session.get_one(Cto, (work.tenant_id, booking.cto_id))
    client = await work.session.get_one(User, (work.tenant_id, booking.client_id))
    reader = await work.session.get_one(User, (work.tenant_id, UUID(payload["user_id"])))
    as_client = reader.id == client.id
    span = Span(booking.starts_at, booking.ends_at)
    here, there = (
        (client.time_zone or "UTC", cto.time_zone) if as_client else (cto.time_zone, client.time_zone or "UTC")
    )
    about = {
        "change": payload["change"],
        "other": cto.name if as_client else client.name,
        "as_client": as_client,
        "mine": _in_words(span, here),
        "theirs": _in_words(span, there),
        "note": booking.note,
        "topic": booking.about,
        "reason": booking.cancel_reason or "",
        "by_me": booking.cancelled_by == reader.id,
        "by_nobody": booking.cancelled_by is None,
    }
    paths = {"url": "/account/bookings", "profile_url": f"/ctos/{cto.id}"}
    invitation = Attachment("introduction.ics", MEDIA_TYPE, await calendar_file(work, reader.id, [booking]))
    await mail_if_wanted(
        work, Notification.BOOKINGS, reader, "booking", paths=paths, attachments=(invitation,), **about
    )


def _in_words(span: Span, zone: str) -> str:
    shown = shown_in(span, zone)
    return f"{shown.day:%A}, {shown.day.day} {shown.day:%B %Y}, {shown.starts} to {shown.ends} ({zone})"


SUBSCRIPTIONS = (
    Subscription("cto.saved", "calendar.follow_profile", _follow_profile, bulk=True),
    Subscription("ctos.imported", "calendar.follow_import", _follow_import, bulk=True),
    Subscription("commitment.put", "calendar.begin_hours", _begin_hours),
    Subscription("calendar.hours_due", "calendar.keep_hours", _follow_profile, bulk=True),
    Subscription("calendar.round_due", _HOURLY, _hourly, bulk=True),
    Subscription("busy_feed.wanted", "calendar.read_feed", _read_feed),
    Subscription("booking.made", "calendar.tell_made", _tell_made),
    Subscription("booking.cancelled", "calendar.tell_cancelled", _tell_cancelled),
    Subscription("booking.restored", "calendar.tell_restored", _tell_restored),
    Subscription("booking.reminder_due", "calendar.remind", _remind),
    Subscription("booking.mail_wanted", "calendar.send_mail", _send_mail),
)
