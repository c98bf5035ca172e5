"""What a SAML connection is told about its identity provider, and what we are to that provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

Binding = Literal["redirect", "post"]
"""How a message travels through the browser: in an address, or in a form that posts itself."""

ToldBy = Literal["", "url", "file", "text", "hand"]
"""How a provider's side was told: by the address or the file of its metadata, pasted, or field by field."""


class SamlSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The ``settings`` of a connection whose protocol is ``saml``.

    Attributes:
        entity_id: what the provider calls itself; every Issuer must be this.
        sso_url: where people are sent to sign in.
        slo_url: where they are sent to sign out; empty when the provider offers no sign-out.
        slo_response_url: where answers to its own sign-out requests go, if not to ``slo_url``.
        certificates: PEM; an answer is good when the key of any of them has signed it.
        metadata_url: read again every day, so that a change of certificates locks nobody out.
        told_by: how an administrator told all this, for the form that is shown the next time; empty where a file did.
        metadata_valid_until: what the metadata said about itself.
        sp_entity_id: what we call ourselves; empty for the address of our metadata. Set when moving here from
            another product, so that the provider need not change anything.
        sign_requests: sign what we send. Sign-out is always signed.
        force_authn: people show the provider who they are each time, though it knows them already.
        allow_idp_initiated: accept answers that nobody asked for, from the provider's own start page.
        want_encrypted: refuse assertions that anybody on the way could read.
        name_id_format: asked for when not empty.
    """

    entity_id: str = ""
    sso_url: str = ""
    sso_binding: Binding = "redirect"
    slo_url: str = ""
    slo_response_url: str = ""
    slo_binding: Binding = "redirect"
    certificates: tuple[str, ...] = ()
    metadata_url: str = ""
    told_by: ToldBy = ""
    metadata_valid_until: datetime | None = None
    sp_entity_id: str = ""
    sign_requests: bool = True
    force_authn: bool = False
    allow_idp_initiated: bool = False
    want_encrypted: bool = False
    name_id_format: str = ""

    @property
    def complete(self) -> bool:
        """Whether people can be sent to the provider and its answers be verified."""
        return bool(self.entity_id and self.sso_url and self.certificates)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One of our keys for one connection, both parts PEM."""

    certificate: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What we are to one provider.

    Attributes:
        acs_url: where it posts its answers (assertion consumer service).
        slo_url: where it sends what concerns signing out.
        keys: the current pair first, which signs; then the next one, which the provider may use for encrypting already.
    """

    entity_id: str
    acs_url: str
    slo_url: str
    keys: tuple[KeyPair, ...]


def read_settings(stored: Mapping[str, Any]) -> SamlSettings:
    """Settings as the database keeps them.

    Raises:
        msgspec.ValidationError: they are of another protocol.
    """
    return msgspec.convert(stored, SamlSettings)


def store_settings(settings: SamlSettings) -> dict[str, Any]:
    """Settings for the database."""
    stored: dict[str, Any] = msgspec.to_builtins(settings)
    return stored
