"""Everything a first tenant needs"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import enable, platform_counts, private_table, tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_events")),
    )
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("bulk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["bulk", "run_at"],
        unique=False,
        postgresql_where=sa.text("done_at is null and failed_at is null"),
    )
    op.create_table(
        "skills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("synonyms", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source in ('esco', 'own')", name=op.f("ck_skills_source")),
        sa.ForeignKeyConstraint(["parent_id"], ["skills.id"], name=op.f("fk_skills_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
        sa.UniqueConstraint("slug", name=op.f("uq_skills_slug")),
    )
    op.create_index(
        "ix_skills_name_trgm",
        "skills",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="enterprise", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("plan", sa.Text(), server_default="standard", nullable=False),
        sa.Column("tagline", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        sa.Column("locale", sa.Text(), server_default="en", nullable=False),
        sa.Column("theme", sa.Text(), server_default="base", nullable=False),
        sa.Column(
            "theme_settings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("applied", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('enterprise', 'platform')", name=op.f("ck_tenants_kind")),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'", name=op.f("ck_tenants_slug_is_a_dns_label")),
        sa.CheckConstraint("status in ('active', 'suspended')", name=op.f("ck_tenants_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "roles <@ array['client', 'cto', 'admin', 'platform_admin']", name=op.f("ck_users_roles_are_known")
        ),
        sa.CheckConstraint("status in ('active', 'suspended')", name=op.f("ck_users_status")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_is_lower_case")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_users_tenant_id_email")),
    )
    op.create_table(
        "ctos",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("hourly_rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("availability", sa.Integer(), nullable=False),
        sa.Column("years_experience", sa.Integer(), nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("rating", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column("review_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('english', name || ' ' || headline || ' ' || bio)", persisted=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ctos_currency_is_iso_4217")),
        sa.CheckConstraint("status in ('draft', 'in_review', 'listed', 'paused')", name=op.f("ck_ctos_status")),
        sa.CheckConstraint("availability between 0 and 60", name=op.f("ck_ctos_availability_is_hours_a_week")),
        sa.CheckConstraint("hourly_rate between 0 and 100000000", name=op.f("ck_ctos_hourly_rate")),
        sa.CheckConstraint("years_experience between 0 and 60", name=op.f("ck_ctos_years_experience")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_ctos_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ctos")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_ctos_tenant_id_user_id")),
    )
    op.create_index("ix_ctos_tenant_id_industries", "ctos", ["industries"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_ctos_tenant_id_status_rating"), "ctos", ["tenant_id", "status", "rating"], unique=False)
    op.create_table(
        "email_tokens",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose in ('verify_email', 'reset_password')", name=op.f("ck_email_tokens_purpose")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_email_tokens_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_email_tokens")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_email_tokens_tenant_id_token_hash")),
    )
    op.create_index(op.f("ix_email_tokens_tenant_id_user_id"), "email_tokens", ["tenant_id", "user_id"], unique=False)
    op.create_table(
        "password_credentials",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_password_credentials_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_password_credentials")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_password_credentials_tenant_id_user_id")),
    )
    op.create_table(
        "projects",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("max_hourly_rate", sa.Integer(), nullable=True),
        sa.Column("hours_per_week", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_projects_currency_is_iso_4217")),
        sa.CheckConstraint("status in ('draft', 'published', 'closed')", name=op.f("ck_projects_status")),
        sa.CheckConstraint("budget between 0 and 100000000000", name=op.f("ck_projects_budget")),
        sa.CheckConstraint("hours_per_week between 1 and 60", name=op.f("ck_projects_hours_per_week")),
        sa.CheckConstraint("max_hourly_rate between 0 and 100000000", name=op.f("ck_projects_max_hourly_rate")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_projects_tenant_id_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_projects")),
    )
    op.create_index(
        op.f("ix_projects_tenant_id_owner_id_id"), "projects", ["tenant_id", "owner_id", "id"], unique=False
    )
    op.create_index(op.f("ix_projects_tenant_id_status_id"), "projects", ["tenant_id", "status", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('browser', 'program')", name=op.f("ck_sessions_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_sessions_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_sessions_tenant_id_token_hash")),
    )
    op.create_index(op.f("ix_sessions_tenant_id_user_id"), "sessions", ["tenant_id", "user_id"], unique=False)
    op.create_table(
        "tenant_domains",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "host = lower(host) and host !~ '[:/ ]' and host !~ '[.]$'", name=op.f("ck_tenant_domains_host_is_normal")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_domains_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_tenant_domains")),
    )
    op.create_index(
        "uq_tenant_domains_primary",
        "tenant_domains",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "cto_skills",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level between 1 and 5", name=op.f("ck_cto_skills_level")),
        sa.ForeignKeyConstraint(["skill_id"], ["skills.id"], name=op.f("fk_cto_skills_skill_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_cto_skills_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cto_skills")),
        sa.UniqueConstraint("tenant_id", "cto_id", "skill_id", name=op.f("uq_cto_skills_tenant_id_cto_id_skill_id")),
    )
    op.create_index(
        op.f("ix_cto_skills_tenant_id_skill_id_cto_id"), "cto_skills", ["tenant_id", "skill_id", "cto_id"], unique=False
    )
    op.create_table(
        "cto_vectors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.Column("availability", sa.Integer(), nullable=False),
        sa.Column("hourly_rate", sa.Integer(), nullable=False),
        sa.Column("embedding", HALFVEC(dim=384), nullable=False),
        sa.CheckConstraint("section in ('profile', 'skills')", name=op.f("ck_cto_vectors_section")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_cto_vectors_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cto_vectors")),
        sa.UniqueConstraint("tenant_id", "cto_id", "section", name=op.f("uq_cto_vectors_tenant_id_cto_id_section")),
    )
    op.create_index(
        op.f("ix_cto_vectors_tenant_id_model_availability_hourly_rate"),
        "cto_vectors",
        ["tenant_id", "model", "availability", "hourly_rate"],
        unique=False,
    )
    op.create_table(
        "project_skills",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["skill_id"], ["skills.id"], name=op.f("fk_project_skills_skill_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_project_skills_tenant_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_project_skills")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "skill_id", name=op.f("uq_project_skills_tenant_id_project_id_skill_id")
        ),
    )
    op.create_table(
        "project_vectors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.Column("embedding", HALFVEC(dim=384), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_project_vectors_tenant_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_project_vectors")),
        sa.UniqueConstraint("tenant_id", "project_id", name=op.f("uq_project_vectors_tenant_id_project_id")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["sessions.tenant_id", "sessions.id"],
            name=op.f("fk_refresh_tokens_tenant_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_refresh_tokens_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_refresh_tokens_tenant_id_token_hash")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_tenant_id_session_id"), "refresh_tokens", ["tenant_id", "session_id"], unique=False
    )
    op.create_table(
        "reviews",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("rating between 1 and 5", name=op.f("ck_reviews_rating_is_stars")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_reviews_tenant_id_author_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cto_id"],
            ["ctos.tenant_id", "ctos.id"],
            name=op.f("fk_reviews_tenant_id_cto_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("tenant_id", "cto_id", "author_id", name=op.f("uq_reviews_tenant_id_cto_id_author_id")),
    )
    op.create_index(
        op.f("ix_reviews_tenant_id_cto_id_created_at"), "reviews", ["tenant_id", "cto_id", "created_at"], unique=False
    )
    _protect_tenant_tables()
    _protect_platform_tables()
    _open_the_door()


def _protect_tenant_tables() -> None:
    for table in (
        "users",
        "ctos",
        "cto_skills",
        "reviews",
        "projects",
        "project_skills",
        "cto_vectors",
        "project_vectors",
    ):
        tenant_table(table)
    for table in ("password_credentials", "refresh_tokens", "email_tokens"):
        private_table(table, besides=("authenticator",))
    private_table("sessions", besides=("authenticator", "admin"))
    for table in ("users", "ctos", "projects"):
        platform_counts(table)

    tenant_table("audit_events", rights="select, insert")
    op.execute("create policy platform on audit_events to ctorendang_platform using (true) with check (true)")
    op.execute("grant select, insert on audit_events to ctorendang_platform")

    tenant_table("outbox", rights="select, insert, update")
    op.execute("create policy relay on outbox to ctorendang_relay using (true) with check (true)")
    op.execute("grant select, delete on outbox to ctorendang_relay")
    claims = "lease, leased_until, attempts, run_at, error, failed_at"
    op.execute(f"grant update ({claims}) on outbox to ctorendang_relay")


def _protect_platform_tables() -> None:
    op.execute("grant select on skills to ctorendang_app, ctorendang_platform")
    for table, tenant in (("tenants", "id"), ("tenant_domains", "tenant_id")):
        enable(table)
        op.execute(
            f"create policy tenant on {table} for select to ctorendang_app"
            f" using ({tenant} = nullif(current_setting('app.tenant_id', true), '')::uuid)"
        )
        op.execute(f"create policy platform on {table} to ctorendang_platform using (true) with check (true)")
        op.execute(f"create policy door on {table} for select to ctorendang_door using (true)")
        op.execute(f"grant select on {table} to ctorendang_app, ctorendang_door")
        op.execute(f"grant select, insert, update, delete on {table} to ctorendang_platform")


def _open_the_door() -> None:
    """The one question that can be asked before a tenant is known: whose host is this?"""
    op.execute(
        """
        create function tenant_for_host(wanted text) returns jsonb
        language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
            select jsonb_build_object(
                'id', t.id, 'slug', t.slug, 'name', t.name, 'kind', t.kind, 'tagline', t.tagline,
                'currency', t.currency, 'locale', t.locale, 'theme', t.theme, 'theme_settings', t.theme_settings,
                'host', coalesce(
                    (select p.host from tenant_domains p where p.tenant_id = t.id and p.is_primary), d.host))
            from tenant_domains d join tenants t on t.id = d.tenant_id
            where d.host = wanted and d.verified_at is not null and t.status = 'active'
        $$
        """
    )
    op.execute("grant create on schema public to ctorendang_door")
    op.execute("alter function tenant_for_host(text) owner to ctorendang_door")
    op.execute("revoke create on schema public from ctorendang_door")
    op.execute("revoke all on function tenant_for_host(text) from public")
    op.execute("grant execute on function tenant_for_host(text) to ctorendang_app, ctorendang_platform")
