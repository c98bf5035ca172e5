"""Profiles and preferences of people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import private_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("job_title", "company", "phone", "pronouns", "about"):
        op.add_column("users", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("avatar", "time_zone", "locale"):
        op.add_column("users", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("users", sa.Column("appearance", sa.Text(), server_default="system", nullable=False))
    op.add_column("users", sa.Column("start_page", sa.Text(), server_default="automatic", nullable=False))
    op.create_check_constraint(op.f("ck_users_avatar"), "users", "avatar ~ '^[0-9a-f]{32}$'")
    op.create_check_constraint(op.f("ck_users_appearance"), "users", "appearance in ('system', 'light', 'dark')")
    _create_notification_settings()
    # Whence and in which session somebody acted; unknown of what happened before, and of what the product does itself.
    op.add_column("audit_events", sa.Column("address", postgresql.INET(), nullable=True))
    op.add_column("audit_events", sa.Column("session_id", sa.Uuid(), nullable=True))
    for column in ("actor_id", "subject_id"):
        op.create_index(
            op.f(f"ix_audit_events_tenant_id_{column}_id"), "audit_events", ["tenant_id", column, "id"], unique=False
        )


def _create_notification_settings() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("channel = 'email'", name=op.f("ck_notification_settings_channel")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_notification_settings_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notification_settings")),
        sa.UniqueConstraint(
            "tenant_id",
            "user_id",
            "kind",
            "channel",
            name=op.f("uq_notification_settings_tenant_id_user_id_kind_channel"),
        ),
    )
    private_table("notification_settings", besides=("worker",))
