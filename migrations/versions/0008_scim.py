"""SCIM"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import service_table, widen_private_table, widen_service_table

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "scim_directories",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("default_role", sa.Text(), server_default="client", nullable=False),
        sa.Column(
            "roles_by_group", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("default_role in ('client', 'cto')", name=op.f("ck_scim_directories_default_role")),
        sa.CheckConstraint("status in ('active', 'disabled')", name=op.f("ck_scim_directories_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_scim_directories_tenant_id_connection_id"),
            ondelete="SET NULL (connection_id)",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_directories")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_scim_directories_tenant_id_name")),
    )
    op.create_table(
        "scim_tokens",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "directory_id"],
            ["scim_directories.tenant_id", "scim_directories.id"],
            name=op.f("fk_scim_tokens_tenant_id_directory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_tokens")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_scim_tokens_tenant_id_token_hash")),
    )
    op.create_index(
        op.f("ix_scim_tokens_tenant_id_directory_id"), "scim_tokens", ["tenant_id", "directory_id"], unique=False
    )
    op.create_table(
        "scim_users",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("user_name_key", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("emails", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("shut_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("resource", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "directory_id"],
            ["scim_directories.tenant_id", "scim_directories.id"],
            name=op.f("fk_scim_users_tenant_id_directory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_scim_users_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_users")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_scim_users_tenant_id_user_id")),
    )
    op.create_index(
        op.f("ix_scim_users_tenant_id_directory_id_external_id"),
        "scim_users",
        ["tenant_id", "directory_id", "external_id"],
        unique=False,
    )
    op.create_index(
        "uq_scim_users_user_name",
        "scim_users",
        ["tenant_id", "directory_id", "user_name_key"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "scim_groups",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_name_key", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "directory_id"],
            ["scim_directories.tenant_id", "scim_directories.id"],
            name=op.f("fk_scim_groups_tenant_id_directory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_groups")),
    )
    op.create_index(
        op.f("ix_scim_groups_tenant_id_directory_id_display_name_key"),
        "scim_groups",
        ["tenant_id", "directory_id", "display_name_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_scim_groups_tenant_id_directory_id_external_id"),
        "scim_groups",
        ["tenant_id", "directory_id", "external_id"],
        unique=False,
    )
    op.create_table(
        "scim_group_members",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["scim_groups.tenant_id", "scim_groups.id"],
            name=op.f("fk_scim_group_members_tenant_id_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["scim_users.tenant_id", "scim_users.id"],
            name=op.f("fk_scim_group_members_tenant_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_group_members")),
        sa.UniqueConstraint(
            "tenant_id", "group_id", "member_id", name=op.f("uq_scim_group_members_tenant_id_group_id_member_id")
        ),
    )
    op.create_index(
        op.f("ix_scim_group_members_tenant_id_member_id"),
        "scim_group_members",
        ["tenant_id", "member_id"],
        unique=False,
    )

    for table in ("scim_directories", "scim_tokens"):
        service_table(table, roles=("authenticator", "admin", "scim"))
    for table in ("scim_users", "scim_groups", "scim_group_members"):
        service_table(table, roles=("admin", "scim"))
    # A directory ends the access of the people whom it keeps.
    for table in ("sessions", "api_keys", "email_tokens"):
        widen_private_table(table, besides=("authenticator", "admin", "scim"))
    widen_service_table("sign_in_steps", roles=("authenticator", "admin", "worker", "scim"))
    # And what somebody had set up who never confirmed the address of the account that it takes over.
    for table in ("password_credentials", "recovery_codes"):
        widen_private_table(table, besides=("authenticator", "scim"))
    for table in ("totp_credentials", "passkeys"):
        widen_private_table(table, besides=("authenticator", "admin", "scim"))
    widen_private_table("sso_identities", besides=("authenticator", "admin", "worker", "scim"))
