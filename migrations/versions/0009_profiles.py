"""What profiles say, and imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import tenant_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cto_skills", sa.Column("years", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_cto_skills_years"), "cto_skills", "years between 0 and 60")
    op.create_index("ix_skills_with_synonyms", "skills", ["id"], postgresql_where=sa.text("synonyms <> '{}'"))
    _widen_profiles()
    _create_history()


def _widen_profiles() -> None:
    op.add_column(
        "ctos", sa.Column("stages", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    for name in ("experience", "languages"):
        column = sa.Column(
            name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        )
        op.add_column("ctos", column)
    checks = {
        "stages_are_known": "stages <@ array['seed', 'growth', 'scale', 'enterprise']",
        "experience_is_a_list": "jsonb_typeof(experience) = 'array'",
        "languages_are_a_list": "jsonb_typeof(languages) = 'array'",
    }
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_ctos_{name}"), "ctos", condition)


def _create_history() -> None:
    table, known = "cto_status_changes", "in ('draft', 'in_review', 'listed', 'paused')"
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"before {known}", name=op.f(f"ck_{table}_before")),
        sa.CheckConstraint(f"after {known}", name=op.f(f"ck_{table}_after")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f(f"fk_{table}_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "actor_id"],
            ["users.tenant_id", "users.id"],
            name=op.f(f"fk_{table}_tenant_id_actor_id"),
            ondelete="SET NULL (actor_id)",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id_cto_id_id"), table, ["tenant_id", "cto_id", "id"])
    # No updates and no deletes: what has been is not rewritten.
    tenant_table(table, rights="select, insert")
