"""Calendars and bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import private_table, tenant_table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Equality of ids in exclusion constraints. The extension is a trusted one: the database's owner may create it.
    op.execute("create extension if not exists btree_gist")
    _create_calendars()
    _create_weekly_slots()
    _create_exceptions()
    _create_commitments()
    _create_busy_feeds()
    _create_busy_times()
    _create_bookings()
    _create_feeds()
    for table in ("calendars", *(f"calendar_{each}" for each in _SHARED)):
        tenant_table(table)
    # Addresses of calendars elsewhere are sealed and nobody else's business.
    private_table("calendar_busy_feeds", besides=("worker",))
    private_table("calendar_feeds", besides=("authenticator",))


_SHARED = ("weekly_slots", "exceptions", "commitments", "busy_times", "bookings")


def _create_calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("told_hours", sa.Integer(), nullable=False),
        sa.Column("meeting_minutes", sa.Integer(), server_default=sa.text("30"), nullable=False),
        sa.Column("notice_hours", sa.Integer(), server_default=sa.text("24"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("meeting_minutes between 15 and 120", name=op.f("ck_calendars_meeting_minutes")),
        sa.CheckConstraint("notice_hours between 0 and 336", name=op.f("ck_calendars_notice_hours")),
        sa.CheckConstraint("told_hours between 0 and 60", name=op.f("ck_calendars_told_hours")),
        sa.CheckConstraint("weekly_hours between 0 and 60", name=op.f("ck_calendars_weekly_hours")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendars_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("tenant_id", "cto_id", name=op.f("uq_calendars_tenant_id_cto_id")),
    )


def _create_weekly_slots() -> None:
    op.create_table(
        "calendar_weekly_slots",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("cto_id"), "="),
            (sa.column("weekday"), "="),
            (sa.text("int4range(starts, ends)"), "&&"),
            using="gist",
            name="ex_calendar_weekly_slots_overlap",
        ),
        sa.CheckConstraint(
            "0 <= starts and starts < ends and ends <= 1440", name=op.f("ck_calendar_weekly_slots_ends_after_start")
        ),
        sa.CheckConstraint("weekday between 0 and 6", name=op.f("ck_calendar_weekly_slots_weekday")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_weekly_slots_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_weekly_slots")),
    )


def _create_exceptions() -> None:
    op.create_table(
        "calendar_exceptions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("cto_id"), "="),
            (sa.column("kind"), "="),
            (sa.text("daterange(first_day, last_day, '[]')"), "&&"),
            (sa.text("int4range(coalesce(starts, 0), coalesce(ends, 1440))"), "&&"),
            using="gist",
            name="ex_calendar_exceptions_overlap",
        ),
        sa.CheckConstraint(
            "kind = 'off' and starts is null and ends is null"
            " or kind = 'extra' and first_day = last_day and 0 <= starts and starts < ends and ends <= 1440",
            name=op.f("ck_calendar_exceptions_kind"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_calendar_exceptions_days_in_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_exceptions_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_exceptions")),
    )


def _create_commitments() -> None:
    op.create_table(
        "calendar_commitments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("hours_per_week", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("hours_per_week between 1 and 60", name=op.f("ck_calendar_commitments_hours_per_week")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_calendar_commitments_days_in_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_commitments_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_commitments")),
        sa.UniqueConstraint(
            "tenant_id", "source", "source_id", name=op.f("uq_calendar_commitments_tenant_id_source_source_id")
        ),
    )
    op.create_index(
        op.f("ix_calendar_commitments_tenant_id_cto_id"), "calendar_commitments", ["tenant_id", "cto_id"], unique=False
    )


def _create_busy_feeds() -> None:
    op.create_table(
        "calendar_busy_feeds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("sealed_url", sa.LargeBinary(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_busy_feeds_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_calendar_busy_feeds_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_busy_feeds")),
    )
    op.create_index(
        op.f("ix_calendar_busy_feeds_tenant_id_cto_id"), "calendar_busy_feeds", ["tenant_id", "cto_id"], unique=False
    )


def _create_busy_times() -> None:
    op.create_table(
        "calendar_busy_times",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_calendar_busy_times_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_busy_times_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "feed_id"],
            ["calendar_busy_feeds.tenant_id", "calendar_busy_feeds.id"],
            name=op.f("fk_calendar_busy_times_tenant_id_feed_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_busy_times")),
    )
    op.create_index(
        op.f("ix_calendar_busy_times_tenant_id_cto_id_ends_at"),
        "calendar_busy_times",
        ["tenant_id", "cto_id", "ends_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_calendar_busy_times_tenant_id_feed_id"), "calendar_busy_times", ["tenant_id", "feed_id"], unique=False
    )


def _create_bookings() -> None:
    op.create_table(
        "calendar_bookings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="booked", nullable=False),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("client_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("status = 'booked'"),
            using="gist",
            name="ex_calendar_bookings_client",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("cto_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("status = 'booked'"),
            using="gist",
            name="ex_calendar_bookings_cto",
        ),
        sa.CheckConstraint("status in ('booked', 'cancelled')", name=op.f("ck_calendar_bookings_status")),
        sa.CheckConstraint("(source is null) = (source_id is null)", name=op.f("ck_calendar_bookings_source_with_id")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_calendar_bookings_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "client_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_calendar_bookings_tenant_id_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_calendar_bookings_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_bookings")),
    )
    op.create_index(
        op.f("ix_calendar_bookings_tenant_id_client_id_starts_at"),
        "calendar_bookings",
        ["tenant_id", "client_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_calendar_bookings_tenant_id_cto_id_starts_at"),
        "calendar_bookings",
        ["tenant_id", "cto_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_calendar_bookings_tenant_id_source_source_id"),
        "calendar_bookings",
        ["tenant_id", "source", "source_id"],
        unique=False,
    )


def _create_feeds() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_calendar_feeds_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_calendar_feeds_tenant_id_token_hash")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_calendar_feeds_tenant_id_user_id")),
    )
