"""What profiles say, what they show, and imports."""

from datetime import datetime

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
    _create_portfolio()
    _create_portfolio_media()


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
    op.create_index(
        "ix_cto_status_changes_decisions",
        table,
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("before = 'in_review'"),
    )


def _create_portfolio() -> None:
    table = "cto_portfolio_items"
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        *_timestamps(),
        sa.CheckConstraint("year between 1960 and 2100", name=op.f(f"ck_{table}_year")),
        sa.CheckConstraint("link ~ '^https://'", name=op.f(f"ck_{table}_link_is_https")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f(f"fk_{table}_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id_cto_id_place"), table, ["tenant_id", "cto_id", "place"])
    tenant_table(table)


def _create_portfolio_media() -> None:
    table = "cto_portfolio_media"
    sides = "(kind = 'image') = (width is not null) and (width is null) = (height is null)"
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        *_timestamps(),
        sa.CheckConstraint("kind in ('image', 'file')", name=op.f(f"ck_{table}_kind")),
        sa.CheckConstraint("size between 1 and 10000000", name=op.f(f"ck_{table}_size")),
        sa.CheckConstraint(sides, name=op.f(f"ck_{table}_images_have_sides")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["cto_portfolio_items.tenant_id", "cto_portfolio_items.id"],
            name=op.f(f"fk_{table}_tenant_id_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f(f"uq_{table}_tenant_id_key")),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id_item_id_id"), table, ["tenant_id", "item_id", "id"])
    tenant_table(table)


def _timestamps() -> list[sa.Column[datetime]]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]
