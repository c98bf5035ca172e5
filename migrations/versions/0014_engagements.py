"""Engagements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import acts_as, shared_table, tenant_table

revision = "0014"
down_revision = "0013"

_SIDES = ("client_id = {me}", "cto_user_id = {me}")
_OVERSEERS = ("admin", "worker")


def upgrade() -> None:
    _create_engagements()
    # A CTO does not know on whose shortlist they are until they are introduced.
    told = "cto_user_id = {me} and introduced_at is not null"
    shared_table("engagements", mine=("client_id = {me}", told), besides=_OVERSEERS)
    _create_engagement_terms()
    _create_engagement_milestones()
    _create_engagement_time_sheets()
    _create_engagement_steps()
    for table in ("terms", "milestones", "time_sheets", "steps"):
        shared_table(f"engagement_{table}", mine=_SIDES, besides=_OVERSEERS)
    _create_engagement_reviews()
    # Neither side reads the other's review before both are revealed, and no administrator does.
    revealed = "revealed and (client_id = {me} or cto_user_id = {me})"
    moderated = f"revealed and {acts_as('admin')}"
    shared_table("engagement_reviews", mine=("author_id = {me}", revealed, moderated), besides=("worker",))
    _create_engagement_limits()
    tenant_table("engagement_limits")


def _create_engagements() -> None:
    op.create_table(
        "engagements",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="shortlist", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trial_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trial_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trial_minutes", sa.Integer(), nullable=True),
        sa.Column("trial_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviews_revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_reviewed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cto_reviewed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("cancelled_from", sa.Text(), nullable=True),
        sa.Column("awaits_client", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("awaits_cto", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancel_reason is not null)", name=op.f("ck_engagements_cancelled_with_a_reason")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_engagements_currency_is_iso_4217")),
        sa.CheckConstraint(
            "status in ('shortlist', 'cancelled') or introduced_at is not null", name=op.f("ck_engagements_introduced")
        ),
        sa.CheckConstraint(
            "status in ('shortlist', 'introduction', 'proposal', 'trial', 'active', 'closed', 'cancelled')",
            name=op.f("ck_engagements_status"),
        ),
        sa.CheckConstraint("client_id <> cto_user_id", name=op.f("ck_engagements_sides_are_two_people")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "client_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_engagements_tenant_id_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_engagements_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_engagements_tenant_id_cto_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_engagements_tenant_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagements")),
    )
    op.create_index(
        op.f("ix_engagements_tenant_id_client_id_id"), "engagements", ["tenant_id", "client_id", "id"], unique=False
    )
    op.create_index("ix_engagements_tenant_id_cto_id", "engagements", ["tenant_id", "cto_id"], unique=False)
    op.create_index(
        op.f("ix_engagements_tenant_id_cto_user_id_id"), "engagements", ["tenant_id", "cto_user_id", "id"], unique=False
    )
    op.create_index(
        "uq_engagements_tenant_id_project_id_cto_id_open",
        "engagements",
        ["tenant_id", "project_id", "cto_id"],
        unique=True,
        postgresql_where=sa.text("status not in ('closed', 'cancelled')"),
    )


def _create_engagement_terms() -> None:
    op.create_table(
        "engagement_terms",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("hours_per_week", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_engagement_terms_currency_is_iso_4217")),
        sa.CheckConstraint("side in ('client', 'cto')", name=op.f("ck_engagement_terms_side")),
        sa.CheckConstraint(
            "status in ('open', 'countered', 'accepted', 'declined', 'withdrawn', 'expired')",
            name=op.f("ck_engagement_terms_status"),
        ),
        sa.CheckConstraint("hours_per_week between 1 and 60", name=op.f("ck_engagement_terms_hours_per_week")),
        sa.CheckConstraint("notice_days between 0 and 365", name=op.f("ck_engagement_terms_notice_days")),
        sa.CheckConstraint("rate between 0 and 100000000", name=op.f("ck_engagement_terms_rate")),
        sa.CheckConstraint("weeks between 1 and 260", name=op.f("ck_engagement_terms_weeks")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engagement_id"],
            ["engagements.tenant_id", "engagements.id"],
            name=op.f("fk_engagement_terms_tenant_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_terms")),
        sa.UniqueConstraint(
            "tenant_id", "engagement_id", "number", name=op.f("uq_engagement_terms_tenant_id_engagement_id_number")
        ),
    )
    op.create_index(
        "uq_engagement_terms_tenant_id_engagement_id_accepted",
        "engagement_terms",
        ["tenant_id", "engagement_id"],
        unique=True,
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_index(
        "uq_engagement_terms_tenant_id_engagement_id_open",
        "engagement_terms",
        ["tenant_id", "engagement_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )


def _create_engagement_milestones() -> None:
    op.create_table(
        "engagement_milestones",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="work", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('work', 'handover')", name=op.f("ck_engagement_milestones_kind")),
        sa.CheckConstraint(
            "status in ('planned', 'submitted', 'approved')", name=op.f("ck_engagement_milestones_status")
        ),
        sa.CheckConstraint("amount between 0 and 100000000000", name=op.f("ck_engagement_milestones_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engagement_id"],
            ["engagements.tenant_id", "engagements.id"],
            name=op.f("fk_engagement_milestones_tenant_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_milestones")),
    )
    op.create_index(
        "ix_engagement_milestones_tenant_id_engagement_id",
        "engagement_milestones",
        ["tenant_id", "engagement_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_engagement_milestones_tenant_id_engagement_id_handover",
        "engagement_milestones",
        ["tenant_id", "engagement_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'handover'"),
    )


def _create_engagement_time_sheets() -> None:
    op.create_table(
        "engagement_time_sheets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="submitted", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status in ('submitted', 'approved', 'disputed')", name=op.f("ck_engagement_time_sheets_status")
        ),
        sa.CheckConstraint("amount between 0 and 100000000000", name=op.f("ck_engagement_time_sheets_amount")),
        sa.CheckConstraint("extract(isodow from week) = 1", name=op.f("ck_engagement_time_sheets_week_is_a_monday")),
        sa.CheckConstraint("minutes between 1 and 10080", name=op.f("ck_engagement_time_sheets_minutes")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engagement_id"],
            ["engagements.tenant_id", "engagements.id"],
            name=op.f("fk_engagement_time_sheets_tenant_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_time_sheets")),
        sa.UniqueConstraint(
            "tenant_id", "engagement_id", "week", name=op.f("uq_engagement_time_sheets_tenant_id_engagement_id_week")
        ),
    )


def _create_engagement_reviews() -> None:
    op.create_table(
        "engagement_reviews",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revealed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("side in ('client', 'cto')", name=op.f("ck_engagement_reviews_side")),
        sa.CheckConstraint("rating between 1 and 5", name=op.f("ck_engagement_reviews_rating_is_stars")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engagement_id"],
            ["engagements.tenant_id", "engagements.id"],
            name=op.f("fk_engagement_reviews_tenant_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_reviews")),
        sa.UniqueConstraint(
            "tenant_id", "engagement_id", "side", name=op.f("uq_engagement_reviews_tenant_id_engagement_id_side")
        ),
    )


def _create_engagement_steps() -> None:
    op.create_table(
        "engagement_steps",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("cto_user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engagement_id"],
            ["engagements.tenant_id", "engagements.id"],
            name=op.f("fk_engagement_steps_tenant_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_steps")),
        sa.UniqueConstraint(
            "tenant_id", "engagement_id", "version", name=op.f("uq_engagement_steps_tenant_id_engagement_id_version")
        ),
    )


def _create_engagement_limits() -> None:
    op.create_table(
        "engagement_limits",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column("trial_hours", sa.Integer(), nullable=False),
        sa.Column("terms_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("terms_days between 1 and 60", name=op.f("ck_engagement_limits_terms_days")),
        sa.CheckConstraint("trial_days between 1 and 90", name=op.f("ck_engagement_limits_trial_days")),
        sa.CheckConstraint("trial_hours between 1 and 200", name=op.f("ck_engagement_limits_trial_hours")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_engagement_limits")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_engagement_limits_tenant_id")),
    )
