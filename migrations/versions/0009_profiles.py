"""What profiles say, and imports."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cto_skills", sa.Column("years", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_cto_skills_years"), "cto_skills", "years between 0 and 60")
    op.create_index("ix_skills_with_synonyms", "skills", ["id"], postgresql_where=sa.text("synonyms <> '{}'"))
