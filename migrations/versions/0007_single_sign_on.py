"""Single sign-on"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import private_table, service_table, tenant_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sso_connections",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), server_default="generic", nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("ownership", sa.Text(), server_default="local", nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("tested_version", sa.Integer(), nullable=True),
        sa.Column("tested_by", sa.Uuid(), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("jit", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("default_role", sa.Text(), server_default="client", nullable=False),
        sa.Column(
            "roles_by_group", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "attributes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("metadata_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("metadata_problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("default_role in ('client', 'cto')", name=op.f("ck_sso_connections_default_role")),
        sa.CheckConstraint("ownership in ('local', 'managed', 'seed')", name=op.f("ck_sso_connections_ownership")),
        sa.CheckConstraint("protocol in ('saml', 'oidc', 'oauth')", name=op.f("ck_sso_connections_protocol")),
        sa.CheckConstraint(
            "provider in ('okta', 'entra', 'google', 'keycloak', 'github', 'generic')",
            name=op.f("ck_sso_connections_provider"),
        ),
        sa.CheckConstraint(
            "status in ('draft', 'tested', 'active', 'disabled')", name=op.f("ck_sso_connections_status")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_connections")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_sso_connections_tenant_id_name")),
    )
    op.create_table(
        "email_domains",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("domain = lower(domain)", name=op.f("ck_email_domains_domain_is_lower_case")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_email_domains_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_email_domains")),
        sa.UniqueConstraint("tenant_id", "domain", name=op.f("uq_email_domains_tenant_id_domain")),
    )
    op.create_table(
        "sso_identities",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_identities_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_sso_identities_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_identities")),
        sa.UniqueConstraint(
            "tenant_id", "connection_id", "subject", name=op.f("uq_sso_identities_tenant_id_connection_id_subject")
        ),
    )
    op.create_index(
        op.f("ix_sso_identities_tenant_id_user_id"), "sso_identities", ["tenant_id", "user_id"], unique=False
    )
    op.create_table(
        "sso_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("use in ('current', 'next')", name=op.f("ck_sso_keys_use")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_keys_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_keys")),
        sa.UniqueConstraint("tenant_id", "connection_id", "use", name=op.f("uq_sso_keys_tenant_id_connection_id_use")),
    )
    op.create_table(
        "sso_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("next_path", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose in ('sign_in', 'test', 'link', 'step_up')", name=op.f("ck_sso_requests_purpose")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_requests_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_sso_requests_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_requests")),
        sa.UniqueConstraint("tenant_id", "state", name=op.f("uq_sso_requests_tenant_id_state")),
    )
    op.create_index(
        op.f("ix_sso_requests_tenant_id_expires_at"), "sso_requests", ["tenant_id", "expires_at"], unique=False
    )
    op.create_table(
        "sso_seen_messages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_seen_messages_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_seen_messages")),
        sa.UniqueConstraint(
            "tenant_id",
            "connection_id",
            "message_id",
            name=op.f("uq_sso_seen_messages_tenant_id_connection_id_message_id"),
        ),
    )
    op.create_index(
        op.f("ix_sso_seen_messages_tenant_id_expires_at"),
        "sso_seen_messages",
        ["tenant_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "sso_traces",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sealed_trace", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome in ('succeeded', 'refused')", name=op.f("ck_sso_traces_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_traces_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_traces")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_sso_traces_tenant_id_reference")),
    )
    op.create_index(op.f("ix_sso_traces_tenant_id_expires_at"), "sso_traces", ["tenant_id", "expires_at"], unique=False)
    op.create_index(
        op.f("ix_sso_traces_tenant_id_connection_id_created_at"),
        "sso_traces",
        ["tenant_id", "connection_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "sso_sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name_id_format", sa.Text(), nullable=True),
        sa.Column("session_index", sa.Text(), nullable=True),
        sa.Column("sealed_hint", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_sessions_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["sessions.tenant_id", "sessions.id"],
            name=op.f("fk_sso_sessions_tenant_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_sso_sessions_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_sessions")),
        sa.UniqueConstraint("tenant_id", "session_id", name=op.f("uq_sso_sessions_tenant_id_session_id")),
    )
    op.create_index(
        op.f("ix_sso_sessions_tenant_id_connection_id_subject"),
        "sso_sessions",
        ["tenant_id", "connection_id", "subject"],
        unique=False,
    )
    op.create_table(
        "sso_tickets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("trace_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["sso_connections.tenant_id", "sso_connections.id"],
            name=op.f("fk_sso_tickets_tenant_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["sso_requests.tenant_id", "sso_requests.id"],
            name=op.f("fk_sso_tickets_tenant_id_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sso_tickets")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_sso_tickets_tenant_id_token_hash")),
    )
    op.create_index(
        op.f("ix_sso_tickets_tenant_id_expires_at"), "sso_tickets", ["tenant_id", "expires_at"], unique=False
    )
    for table in ("sso_connections", "email_domains"):
        tenant_table(table)
    for table in ("sso_identities", "sso_sessions"):
        private_table(table, besides=("authenticator", "admin", "worker"))
    for table in ("sso_keys", "sso_requests", "sso_tickets", "sso_seen_messages", "sso_traces"):
        service_table(table, roles=("authenticator", "admin", "worker"))
