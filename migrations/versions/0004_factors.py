"""Second factors and passkeys"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctorendang.infra.db.rls import private_table, service_table

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "totp_credentials",
        *_key("totp_credentials"),
        *_owner("totp_credentials"),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_totp_credentials_tenant_id_user_id")),
    )
    op.create_table(
        "recovery_codes",
        *_key("recovery_codes"),
        *_owner("recovery_codes"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint(
            "tenant_id", "user_id", "code_hash", name=op.f("uq_recovery_codes_tenant_id_user_id_code_hash")
        ),
    )
    op.create_table(
        "passkeys",
        *_key("passkeys"),
        *_owner("passkeys"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("rp_id", sa.Text(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("tenant_id", "credential_id", name=op.f("uq_passkeys_tenant_id_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_tenant_id_user_id"), "passkeys", ["tenant_id", "user_id"])
    _what_is_under_way()
    private_table("recovery_codes", besides=("authenticator",))
    # Administrators tell who has a second factor, before they ask everybody for one or rely on somebody's.
    for table in ("totp_credentials", "passkeys"):
        private_table(table, besides=("authenticator", "admin"))
    # Administrators, and providers that deprovision, end what somebody has begun; they do not begin it.
    service_table("sign_in_steps", roles=("authenticator", "admin", "worker"))
    service_table("passkey_challenges", roles=("authenticator", "admin", "worker", "scim"))


def _what_is_under_way() -> None:
    op.create_table(
        "sign_in_steps",
        *_key("sign_in_steps"),
        *_owner("sign_in_steps"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method in ('password', 'passkey')", name=op.f("ck_sign_in_steps_method")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_sign_in_steps_tenant_id_token_hash")),
    )
    op.create_table(
        "passkey_challenges",
        *_key("passkey_challenges"),
        *_owner("passkey_challenges", nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("rp_id", sa.Text(), nullable=False),
        _moment("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose in ('register', 'sign_in', 'second_factor', 'step_up')", name=op.f("ck_passkey_challenges_purpose")
        ),
        sa.UniqueConstraint("tenant_id", "challenge", name=op.f("uq_passkey_challenges_tenant_id_challenge")),
    )
    for table in ("sign_in_steps", "passkey_challenges"):
        for column in ("user_id", "expires_at"):
            op.create_index(op.f(f"ix_{table}_tenant_id_{column}"), table, ["tenant_id", column])


def _key(table: str) -> tuple[sa.Column, sa.Column, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )


def _owner(table: str, *, nullable: bool = False) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column("user_id", sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f(f"fk_{table}_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
    )


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
