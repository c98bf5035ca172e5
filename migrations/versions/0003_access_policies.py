"""Access policies, and how a session came about"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import tenant_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "access_policies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("mfa", sa.Text(), server_default="optional", nullable=False),
        sa.Column("idle_minutes", sa.Integer(), server_default=sa.text("10080"), nullable=False),
        sa.Column("absolute_hours", sa.Integer(), server_default=sa.text("336"), nullable=False),
        sa.Column("concurrent_sessions", sa.Integer(), nullable=True),
        sa.Column("sso_scope", sa.Text(), server_default="off", nullable=False),
        sa.Column("sso_domains", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sso_connection_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "mfa in ('off', 'optional', 'required_for_admins', 'required')", name=op.f("ck_access_policies_mfa")
        ),
        sa.CheckConstraint("sso_scope in ('off', 'domains', 'everyone')", name=op.f("ck_access_policies_sso_scope")),
        sa.CheckConstraint("absolute_hours between 1 and 2160", name=op.f("ck_access_policies_absolute_hours")),
        sa.CheckConstraint(
            "concurrent_sessions between 1 and 100", name=op.f("ck_access_policies_concurrent_sessions")
        ),
        sa.CheckConstraint("idle_minutes between 5 and 43200", name=op.f("ck_access_policies_idle_minutes")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_access_policies")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_access_policies_tenant_id")),
    )
    op.add_column("sessions", sa.Column("method", sa.Text(), server_default="password", nullable=False))
    op.add_column("sessions", sa.Column("strong", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("sessions", sa.Column("second_factor", sa.Text(), nullable=True))
    op.add_column(
        "sessions",
        sa.Column("authenticated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("users", sa.Column("break_glass", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(op.f("ck_sessions_method"), "sessions", "method in ('password', 'passkey', 'sso')")
    op.create_check_constraint(
        op.f("ck_sessions_second_factor"), "sessions", "second_factor in ('app', 'recovery_code', 'passkey')"
    )
    tenant_table("access_policies")
