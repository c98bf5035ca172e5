"""What projects ask for, whom they are open to, and their files."""

import sqlalchemy as sa
from alembic import op

from ctorendang.infra.db.rls import shared_table, tenant_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _widen_projects()
    op.add_column("project_skills", sa.Column("importance", sa.Text(), server_default="must", nullable=False))
    op.create_check_constraint(op.f("ck_project_skills_importance"), "project_skills", "importance in ('must', 'nice')")
    _create_invitations()
    shared_table("project_invitations", mine=("owner_id = {me}", "user_id = {me}"), besides=("admin", "worker"))
    _create_attachments()
    tenant_table("project_attachments")


def _widen_projects() -> None:
    for column in (
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("goals", sa.Text(), server_default="", nullable=False),
        sa.Column("deliverables", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("length_weeks", sa.Integer(), nullable=True),
        sa.Column("nda_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="tenant", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    ):
        op.add_column("projects", column)
    op.drop_constraint(op.f("ck_projects_status"), "projects")
    for name, condition in {
        "status": "status in ('draft', 'published', 'paused', 'closed')",
        "visibility": "visibility in ('tenant', 'invited')",
        "stage": "stage in ('seed', 'growth', 'scale', 'enterprise')",
        "length_weeks": "length_weeks between 1 and 260",
    }.items():
        op.create_check_constraint(op.f(f"ck_projects_{name}"), "projects", condition)


def _create_invitations() -> None:
    op.create_table(
        "project_invitations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_project_invitations_tenant_id_{column}"),
                ondelete="CASCADE",
            )
            for column, table in {
                "project_id": "projects",
                "cto_id": "ctos",
                "owner_id": "users",
                "user_id": "users",
            }.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_project_invitations")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "cto_id", name=op.f("uq_project_invitations_tenant_id_project_id_cto_id")
        ),
    )
    op.create_index("ix_project_invitations_tenant_id_user_id", "project_invitations", ["tenant_id", "user_id"])


def _create_attachments() -> None:
    op.create_table(
        "project_attachments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("size between 1 and 10000000", name=op.f("ck_project_attachments_size")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_project_attachments_tenant_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_project_attachments")),
    )
    op.create_index(
        "ix_project_attachments_tenant_id_project_id_id", "project_attachments", ["tenant_id", "project_id", "id"]
    )
