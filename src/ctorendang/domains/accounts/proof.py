"""Having shown who one is, by whatever means, and not being signed in yet."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ctorendang.infra.auth.actor import Actor


class Method(StrEnum):
    """How somebody shows who they are."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    PASSKEY = "passkey"
    SSO = "sso"


class SecondFactor(StrEnum):
    """What somebody shows besides."""

    APP = "app"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who has just shown who they are, and is about to be signed in.

    Attributes:
        strong: two factors were shown, or an identity provider vouched.
        second: what was shown besides; None for a passkey or a provider, which are two factors by themselves.
        password_hash: what the password was checked against; a session is opened only while it is still theirs.
        connection_id: by which identity provider they came.
        vouches: that provider's connection has proven the domain of their address.
        authenticated_at: when they last showed that provider who they are, as it says; None when it does not say.
    """

    actor: Actor
    method: Method
    strong: bool = False
    second: SecondFactor | None = None
    password_hash: str | None = field(default=None, repr=False)
    connection_id: UUID | None = None
    vouches: bool = False
    authenticated_at: datetime | None = None
