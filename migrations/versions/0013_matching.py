"""Matching."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import service_table, tenant_table

revision = "0013"
down_revision = "0012"

# What a score was made of until now, and what it is made of from here on; why is told in docs/matching.md.
_WEIGHTS = (
    (
        1,
        {"skills": 0.35, "relevance": 0.30, "rate": 0.10, "availability": 0.10, "rating": 0.10, "industry": 0.05},
        {},
        "Set by hand.",
    ),
    (
        2,
        {
            "skills": 0.173,
            "needs": 0.15,
            "relevance": 0.186,
            "words": 0.017,
            "rate": 0.011,
            "availability": 0.244,
            "rating": 0.067,
            "freshness": 0.018,
            "stage": 0.12,
            "industry": 0.014,
        },
        {
            "benchmark": 1,
            "tuning": {"seed": 11, "nDCG@10": 0.441},
            "test": {"seed": 2027, "nDCG@10": 0.414, "best single leg": 0.147, "equal-weight fusion": 0.126},
        },
        "Fitted on the tuning seed of track B, version 1, and half of track A.",
    ),
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_cto_vectors_section"), "cto_vectors", type_="check")
    op.create_check_constraint(
        op.f("ck_cto_vectors_section"),
        "cto_vectors",
        "section in ('profile', 'headline', 'bio', 'experience', 'skills', 'portfolio')",
    )
    _create_readings()
    _create_sketches()
    _cover_what_matches_read()
    _create_weights()
    _create_feedback()
    _create_places()
    _create_notices()
    _create_visits()


def _create_readings() -> None:
    op.create_table(
        "cto_readings",
        *_key(),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        _within("cto_readings", "cto_id", "ctos"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cto_readings")),
        sa.UniqueConstraint("tenant_id", "cto_id", name=op.f("uq_cto_readings_tenant_id_cto_id")),
    )
    op.create_table(
        "cto_mentions",
        *_key(),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        _within("cto_mentions", "cto_id", "ctos"),
        sa.ForeignKeyConstraint(["skill_id"], ["skills.id"], name=op.f("fk_cto_mentions_skill_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cto_mentions")),
        sa.UniqueConstraint("tenant_id", "cto_id", "skill_id", name=op.f("uq_cto_mentions_tenant_id_cto_id_skill_id")),
    )
    op.create_index(
        op.f("ix_cto_mentions_tenant_id_skill_id_cto_id"), "cto_mentions", ["tenant_id", "skill_id", "cto_id"]
    )
    op.create_table(
        "project_needs",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("strength", sa.REAL(), nullable=False),
        sa.CheckConstraint("strength > 0 and strength <= 1", name=op.f("ck_project_needs_strength")),
        _within("project_needs", "project_id", "projects"),
        sa.ForeignKeyConstraint(["skill_id"], ["skills.id"], name=op.f("fk_project_needs_skill_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_project_needs")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "skill_id", name=op.f("uq_project_needs_tenant_id_project_id_skill_id")
        ),
    )
    op.add_column("project_vectors", sa.Column("stage", sa.Text(), nullable=True))
    # Projects that were read before needs were are read again: their edition is 0.
    op.add_column("project_vectors", sa.Column("edition", sa.Integer(), server_default=sa.text("0"), nullable=False))
    for table in ("cto_readings", "cto_mentions", "project_needs"):
        tenant_table(table)


def _create_sketches() -> None:
    op.create_table(
        "cto_sketches",
        *_key(),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("availability", sa.Integer(), nullable=False),
        sa.Column("hourly_rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("stages", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("claims", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *(sa.Column(name, postgresql.BIT(384), nullable=True) for name in ("headline", "bio", "experience", "skills")),
        _within("cto_sketches", "cto_id", "ctos"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cto_sketches")),
        sa.UniqueConstraint("tenant_id", "cto_id", name=op.f("uq_cto_sketches_tenant_id_cto_id")),
    )
    tenant_table("cto_sketches")


def _cover_what_matches_read() -> None:
    """Indexes that answer by themselves, so that a match reads no wide rows but those of its candidates."""
    op.create_index(
        "ix_ctos_listed_by_reputation",
        "ctos",
        ["tenant_id", sa.text("rating desc nulls last"), sa.text("review_count desc"), "id"],
        postgresql_include=["user_id", "availability", "hourly_rate", "currency"],
        postgresql_where=sa.text("status = 'listed'"),
    )
    op.drop_index(op.f("ix_cto_skills_tenant_id_skill_id_cto_id"), "cto_skills")
    op.create_index(
        op.f("ix_cto_skills_tenant_id_skill_id_cto_id"),
        "cto_skills",
        ["tenant_id", "skill_id", "cto_id"],
        postgresql_include=["level"],
    )
    op.create_index(
        op.f("ix_skills_parent_id"), "skills", ["parent_id"], postgresql_where=sa.text("parent_id is not null")
    )


def _create_weights() -> None:
    """The reference is the same for everyone; a tenant's own factors stand in rows of its own."""
    weights = op.create_table(
        "match_weights",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evaluation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_match_weights")),
    )
    op.execute("grant select on match_weights to ctorendang_app")
    op.bulk_insert(
        weights,
        [
            {"version": version, "weights": shares, "evaluation": evaluation, "note": note}
            for version, shares, evaluation, note in _WEIGHTS
        ],
    )
    op.create_table(
        "tenant_match_weights",
        *_key(),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("factors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "changed_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_tenant_match_weights_tenant_id_changed_by"),
            ondelete="SET NULL (changed_by)",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenant_match_weights")),
        sa.UniqueConstraint("tenant_id", "revision", name=op.f("uq_tenant_match_weights_tenant_id_revision")),
    )
    tenant_table("tenant_match_weights")


def _create_feedback() -> None:
    op.create_table(
        "match_feedback",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('hidden', 'not_relevant')", name=op.f("ck_match_feedback_kind")),
        sa.CheckConstraint(
            "reason in ('skills', 'seniority', 'rate', 'availability', 'industry', 'stage', 'other')",
            name=op.f("ck_match_feedback_reason"),
        ),
        _within("match_feedback", "project_id", "projects"),
        _within("match_feedback", "cto_id", "ctos"),
        _within("match_feedback", "given_by", "users"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_feedback")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "cto_id", name=op.f("uq_match_feedback_tenant_id_project_id_cto_id")
        ),
    )
    tenant_table("match_feedback")


def _create_places() -> None:
    op.create_table(
        "match_places",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("place between 1 and 10", name=op.f("ck_match_places_place")),
        _within("match_places", "project_id", "projects"),
        _within("match_places", "cto_id", "ctos"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_places")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "cto_id", name=op.f("uq_match_places_tenant_id_project_id_cto_id")
        ),
    )
    op.create_index(op.f("ix_match_places_tenant_id_cto_id"), "match_places", ["tenant_id", "cto_id"])
    tenant_table("match_places")


def _create_visits() -> None:
    op.create_table(
        "match_visits",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _within("match_visits", "project_id", "projects"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_visits")),
        sa.UniqueConstraint("tenant_id", "project_id", name=op.f("uq_match_visits_tenant_id_project_id")),
    )
    tenant_table("match_visits")


def _create_notices() -> None:
    op.create_table(
        "match_notices",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("cto_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        _within("match_notices", "project_id", "projects"),
        _within("match_notices", "cto_id", "ctos"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_notices")),
        sa.UniqueConstraint(
            "tenant_id", "project_id", "cto_id", name=op.f("uq_match_notices_tenant_id_project_id_cto_id")
        ),
    )
    op.create_index(
        op.f("ix_match_notices_tenant_id_cto_id_told_at"), "match_notices", ["tenant_id", "cto_id", "told_at"]
    )
    service_table("match_notices", roles=("worker",))


def _key() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
    )


def _within(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{other}.tenant_id", f"{other}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
        ondelete="CASCADE",
    )
