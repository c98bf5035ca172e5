"""What people have besides a password, and what is still under way when they use it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class TotpCredential(Timestamps, TenantModel):
    """A person's authenticator app (RFC 6238); it counts once it has been confirmed with a code.

    Attributes:
        sealed_seed: what codes are made from, sealed for this row.
        last_step: the time step of the last code that was taken; a code of this or an earlier one is not taken again.
        begun_by: the session or sign-in step that set it up. Nobody else is shown the seed or may confirm it: who only
            knows the password must not slip a seed of their own under the person.
    """

    __tablename__ = "totp_credentials"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    sealed_seed: Mapped[bytes]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    begun_by: Mapped[UUID]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(TenantModel):
    """A code on paper that stands in for a lost factor, once. Only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "code_hash"),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]


class Passkey(TenantModel):
    """A WebAuthn credential that is kept on a person's device or in their account with its maker.

    Attributes:
        credential_id: as the authenticator names it.
        public_key: COSE key (RFC 9052) that its signatures are checked with.
        sign_count: how often it was used, as far as the authenticator counts; one that goes back was copied.
        rp_id: the host it was made on. A tenant may have several, and browsers offer it on this one only.
        transports: how browsers may reach the authenticator.
        backed_up: whether it is kept in more than one place.
    """

    __tablename__ = "passkeys"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "credential_id"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    rp_id: Mapped[str]
    transports: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    name: Mapped[str]
    backed_up: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]


class SignInStep(TenantModel):
    """A sign-in that lacks its second factor: whoever is at it is still a visitor.

    Attributes:
        token_hash: of the secret that the browser holds in a cookie.
        method: how the person has begun.
        password_hash: what the password was checked against; the step is worthless once it is no longer theirs.
        next_path: where the person wanted to go.
        attempts: codes that were tried.
    """

    __tablename__ = "sign_in_steps"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("method in ('password', 'passkey')", name="method"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "expires_at"),
    )

    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    method: Mapped[str]
    password_hash: Mapped[str | None]
    next_path: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(TenantModel):
    """What an authenticator is asked to sign; good once, for one purpose, in the browser that asked for it.

    Attributes:
        user_id: whose passkey it must be; None where the passkey itself says who somebody is.
        browser_hash: of what only this browser's forms carry.
    """

    __tablename__ = "passkey_challenges"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "challenge"),
        CheckConstraint("purpose in ('register', 'sign_in', 'second_factor', 'step_up')", name="purpose"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "expires_at"),
    )

    user_id: Mapped[UUID | None]
    purpose: Mapped[str]
    browser_hash: Mapped[bytes]
    challenge: Mapped[bytes]
    rp_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
