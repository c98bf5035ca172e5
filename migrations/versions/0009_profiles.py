"""What profiles say, and imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cto_skills", sa.Column("years", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_cto_skills_years"), "cto_skills", "years between 0 and 60")
    op.create_index("ix_skills_with_synonyms", "skills", ["id"], postgresql_where=sa.text("synonyms <> '{}'"))
    _widen_profiles()


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
