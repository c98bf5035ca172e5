"""Calendars in Postgres: what is offered, what is sold, when somebody is busy, and who meets whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class Calendar(Timestamps, TenantModel):
    """What a CTO offers; the time zone is that of the profile. A CTO without a row has said nothing yet.

    Attributes:
        weekly_hours: in all, before what is sold.
        told_hours: what this calendar has last written into ``ctos.availability``; where that column differs, its owner
            has typed free hours into the profile since.
        meeting_minutes: how long an introduction is.
        notice_hours: how long before it must be booked.
    """

    __tablename__ = "calendars"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "cto_id"),
        CheckConstraint("weekly_hours between 0 and 60", name="weekly_hours"),
        CheckConstraint("told_hours between 0 and 60", name="told_hours"),
        CheckConstraint("meeting_minutes between 15 and 120", name="meeting_minutes"),
        CheckConstraint("notice_hours between 0 and 336", name="notice_hours"),
    )

    cto_id: Mapped[UUID]
    weekly_hours: Mapped[int]
    told_hours: Mapped[int]
    meeting_minutes: Mapped[int] = mapped_column(server_default=text("30"))
    notice_hours: Mapped[int] = mapped_column(server_default=text("24"))


class WeeklySlotRow(TenantModel):
    """A recurring slot: minutes of a local day, see ``slots.WeeklySlot``."""

    __tablename__ = "calendar_weekly_slots"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("0 <= starts and starts < ends and ends <= 1440", name="ends_after_start"),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("cto_id", "="),
            ("weekday", "="),
            (text("int4range(starts, ends)"), "&&"),
            name="ex_calendar_weekly_slots_overlap",
        ),
    )

    cto_id: Mapped[UUID]
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]


class CalendarException(TenantModel):
    """Days off, or an extra slot on one day.

    Attributes:
        kind: ``off`` from ``first_day`` to ``last_day``, whole days; ``extra`` on one day, from ``starts`` to ``ends``.
    """

    __tablename__ = "calendar_exceptions"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        CheckConstraint(
            "kind = 'off' and starts is null and ends is null"
            " or kind = 'extra' and first_day = last_day and 0 <= starts and starts < ends and ends <= 1440",
            name="kind",
        ),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("cto_id", "="),
            ("kind", "="),
            (text("daterange(first_day, last_day, '[]')"), "&&"),
            (text("int4range(coalesce(starts, 0), coalesce(ends, 1440))"), "&&"),
            name="ex_calendar_exceptions_overlap",
        ),
    )

    cto_id: Mapped[UUID]
    kind: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    starts: Mapped[int | None]
    ends: Mapped[int | None]


class Commitment(Timestamps, TenantModel):
    """Hours a week that somebody has bought; written by whoever sells them.

    Attributes:
        ends_on: the last day; None while nobody knows.
        source: what kind of thing sold them, ``engagement``, with its id.
    """

    __tablename__ = "calendar_commitments"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "source", "source_id"),
        CheckConstraint("hours_per_week between 1 and 60", name="hours_per_week"),
        CheckConstraint("starts_on <= ends_on", name="days_in_order"),
        Index(None, "tenant_id", "cto_id"),
    )

    cto_id: Mapped[UUID]
    hours_per_week: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str]
    source_id: Mapped[UUID]


class BusyFeed(Timestamps, TenantModel):
    """A calendar elsewhere whose events make a CTO busy.

    Attributes:
        sealed_url: whoever knows the address reads the calendar.
        host: the part of it that is shown.
        tried_at: when it was last asked.
        read_at: when it was last understood; busy times are of then.
        problem: what was wrong the last time, in words; None when nothing was.
    """

    __tablename__ = "calendar_busy_feeds"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("user_id", "users", ondelete="CASCADE"),
        Index(None, "tenant_id", "cto_id"),
    )

    cto_id: Mapped[UUID]
    user_id: Mapped[UUID]
    name: Mapped[str]
    host: Mapped[str]
    sealed_url: Mapped[bytes]
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    problem: Mapped[str | None]


class BusyTime(TenantModel):
    """That a CTO is busy, from a feed; nothing else of the event is kept."""

    __tablename__ = "calendar_busy_times"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("feed_id", "calendar_busy_feeds", ondelete="CASCADE"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index(None, "tenant_id", "cto_id", "ends_at"),
        Index(None, "tenant_id", "feed_id"),
    )

    cto_id: Mapped[UUID]
    feed_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Booking(Timestamps, TenantModel):
    """An introduction of a client and a CTO.

    Attributes:
        source: what kind of thing it was booked for, ``engagement``, with its id; None where it is for itself.
        about: that thing's title, empty without one.
        cancelled_by: who did; None while it stands, and where what it was about has ended.
        revision: counts changes, for calendars that hold a copy (RFC 5545 section 3.8.7.4).
    """

    __tablename__ = "calendar_bookings"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("client_id", "users", ondelete="CASCADE"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("status in ('booked', 'cancelled')", name="status"),
        CheckConstraint("(source is null) = (source_id is null)", name="source_with_id"),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("cto_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("status = 'booked'"),
            name="ex_calendar_bookings_cto",
        ),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("client_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("status = 'booked'"),
            name="ex_calendar_bookings_client",
        ),
        Index(None, "tenant_id", "cto_id", "starts_at"),
        Index(None, "tenant_id", "client_id", "starts_at"),
        Index(None, "tenant_id", "source", "source_id"),
    )

    cto_id: Mapped[UUID]
    client_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="booked")
    cancelled_by: Mapped[UUID | None]
    cancel_reason: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    source: Mapped[str | None]
    source_id: Mapped[UUID | None]
    about: Mapped[str] = mapped_column(server_default="")


class CalendarFeed(TenantModel):
    """The secret address of a person's introductions; only a hash of its secret is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
        UniqueConstraint("tenant_id", "token_hash"),
    )

    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
