"""Pictures of a portfolio have places. Those from before have all the same one, and stay in the order they came in."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("cto_portfolio_media", sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False))
