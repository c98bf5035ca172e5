"""Keys of tenants"""

import sqlalchemy as sa
from alembic import op

from ctorendang.infra.db.rls import tenant_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tenant_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("master_key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenant_keys")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_tenant_keys_tenant_id")),
    )
    tenant_table("tenant_keys", rights="select, insert")
    # `ctorendang keys rotate` wraps every tenant's key anew; without the master keys it reads nothing of use.
    op.execute("create policy rotation on tenant_keys for select to ctorendang_platform using (true)")
    op.execute("create policy rewrap on tenant_keys for update to ctorendang_platform using (true) with check (true)")
    op.execute("grant select (tenant_id, id, master_key_id, wrapped_key) on tenant_keys to ctorendang_platform")
    op.execute("grant update (master_key_id, wrapped_key) on tenant_keys to ctorendang_platform")
