"""What a provider has vouched for, whatever the protocol."""

import msgspec


class VerifiedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, as the verified part of a provider's answer says.

    Attributes:
        subject: NameID or ``sub``: with the connection, the key to who it is here.
        email_verified: the provider says that the person reads this address; a SAML provider is the authority on it.
        session_index: the provider's name of its own session (SessionIndex, ``sid``), for logout.
        logout_hint: the ID token of OIDC.
        authenticated_at: seconds since the epoch, when the person last showed the provider who they are.
    """

    subject: str
    name_id_format: str | None = None
    email: str | None = None
    email_verified: bool = False
    name: str | None = None
    groups: tuple[str, ...] = ()
    session_index: str | None = None
    logout_hint: str | None = None
    authenticated_at: int | None = None
