"""A person's introductions as a calendar: by a secret address, or one at a time."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.calendar.bookings import takes_part
from ctorendang.domains.calendar.ical import Entry, written
from ctorendang.domains.calendar.models import Booking, CalendarFeed
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.status import BookingStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.tenants.service import TenantService
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import TOKEN_LENGTH, random_token, token_hash

KEPT = timedelta(days=60)
_MOST_ENTRIES = 1_000
_TOUCH_AFTER = timedelta(minutes=10)


def feed_path(token: str) -> str:
    """Where a secret calendar stands on the tenant's host."""
    return f"/calendar/{token}.ics"


class PublishedCalendars:
    """The secret address of one's introductions."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def find(self) -> CalendarFeed | None:
        """One's own address, as far as it is known: when it was made and last asked.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(CalendarPermission.MANAGE_FEED)
        return await self._find(self._work.actor.person)

    async def rotate(self) -> str:
        """A new secret, which is shown this once; the address before stops working.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(CalendarPermission.MANAGE_FEED)
        token = random_token()
        values = {"token_hash": token_hash(token), "created_at": now(), "last_used_at": None}
        statement = insert(CalendarFeed).values(
            tenant_id=self._work.tenant_id, user_id=self._work.actor.person, **values
        )
        await self._work.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "user_id"], set_=values)
        )
        record(self._work, "calendar.feed.rotated", Subject("user", self._work.actor.person))
        return token

    async def revoke(self) -> None:
        """Let the address work no longer.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: there is none.
        """
        self._work.require(CalendarPermission.MANAGE_FEED)
        found = await self._find(self._work.actor.person)
        if found is None:
            raise NotFound("You have no calendar address.")
        await self._work.session.delete(found)
        record(self._work, "calendar.feed.revoked", Subject("user", self._work.actor.person))

    async def answer(self, token: str) -> bytes:
        """The calendar behind a secret, for whoever presents it on the tenant's own host.

        Raises:
            NotFound: it is nobody's here, or was replaced or revoked, or its person is suspended: all look the same.
        """
        self._work.require(CalendarPermission.READ_FEED)
        nothing = NotFound("There is nothing at this address.")
        if len(token) != TOKEN_LENGTH:
            raise nothing
        statement = (
            select(CalendarFeed, User)
            .join(User, (User.tenant_id == CalendarFeed.tenant_id) & (User.id == CalendarFeed.user_id))
            .where(
                CalendarFeed.tenant_id == self._work.tenant_id,
                CalendarFeed.token_hash == token_hash(token),
                User.status == MemberStatus.ACTIVE,
            )
        )
        found = (await self._work.session.execute(statement)).one_or_none()
        if found is None:
            raise nothing
        feed, user = found
        if feed.last_used_at is None or now() - feed.last_used_at > _TOUCH_AFTER:
            feed.last_used_at = now()
        return await calendar_file(self._work, user.id, await self._recent(user.id))

    async def _recent(self, user_id: UUID) -> list[Booking]:
        statement = (
            select(Booking)
            .where(
                Booking.tenant_id == self._work.tenant_id,
                takes_part(self._work.tenant_id, user_id),
                Booking.ends_at > now() - KEPT,
            )
            .order_by(Booking.starts_at)
            .limit(_MOST_ENTRIES)
        )
        return list(await self._work.session.scalars(statement))

    async def _find(self, user_id: UUID) -> CalendarFeed | None:
        statement = select(CalendarFeed).where(
            CalendarFeed.tenant_id == self._work.tenant_id, CalendarFeed.user_id == user_id
        )
        return (await self._work.session.scalars(statement)).one_or_none()


async def calendar_file(work: UnitOfWork, reader_id: UUID, bookings: Sequence[Booking]) -> bytes:
    """Introductions as an iCalendar file for one of their sides, whom the caller has let pass."""
    tenant = await TenantService(work).current()
    home = work.gateways.links.to(tenant)
    statement = select(Cto).where(Cto.tenant_id == work.tenant_id, Cto.id.in_({each.cto_id for each in bookings}))
    ctos = {cto.id: cto for cto in await work.session.scalars(statement)}
    clients = await names_of(work, [each.client_id for each in bookings])
    entries = [
        Entry(
            uid=f"{each.id}@{tenant.host}",
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            other=ctos[each.cto_id].name if each.client_id == reader_id else clients[each.client_id],
            note="\n\n".join(filter(None, (each.about, each.note))),
            url=f"{home}/account/bookings",
            cancelled=each.status == BookingStatus.CANCELLED,
            revision=each.revision,
            changed_at=each.updated_at,
        )
        for each in bookings
    ]
    return written(tenant.host, f"Introductions at {tenant.name}", entries)
