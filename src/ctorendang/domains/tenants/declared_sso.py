"""The section ``sso`` of a tenant's file: identity providers as code. What it comes to is done by the sso domain."""

import re
from collections.abc import Iterator
from typing import Literal
from uuid import UUID

import msgspec

_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_SECRET_REF = re.compile(r"env:[A-Z_][A-Z0-9_]*")
_ADDRESS = re.compile(r"https://[^\s/]+.*|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")
_BY_PROTOCOL = {"saml": {"okta", "entra", "google", "keycloak", "generic"}, "oauth": {"github"}}


class DeclaredDomain(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An e-mail domain; ``verified`` when the operator vouches for it, so that no DNS record is needed."""

    name: str
    verified: bool = False


class DeclaredConnection(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One identity provider.

    Attributes:
        id: fixed, since it is part of the addresses that the provider is told.
        ownership: ``managed`` is as its file says and cannot be changed by hand; ``seed`` is made once and free then.
        secret_ref: ``env:NAME``, the variable that holds the client secret when the file is applied.
        mapping: roles by group.
    """

    id: UUID
    name: str
    protocol: Literal["saml", "oidc", "oauth"]
    provider: Literal["okta", "entra", "google", "keycloak", "github", "generic"] = "generic"
    ownership: Literal["managed", "seed"] = "managed"
    enabled: bool = True
    metadata_url: str = ""
    entity_id: str = ""
    sso_url: str = ""
    slo_url: str = ""
    certificates: list[str] = []
    issuer: str = ""
    client_id: str = ""
    secret_ref: str = ""
    hosted_domain: str = ""
    jit: bool = True
    default_role: Literal["client", "cto"] = "client"
    mapping: dict[str, list[Literal["client", "cto", "admin"]]] = {}
    attributes: dict[Literal["email", "name", "groups"], str] = {}
    domains: list[DeclaredDomain] = []


class DeclaredSso(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All of a tenant's identity providers that a file is about."""

    connections: list[DeclaredConnection] = []


def sso_problems(declared: DeclaredSso) -> Iterator[tuple[str, str]]:
    """What is wrong, by path."""
    ids: set[UUID] = set()
    names: set[str] = set()
    domains: set[str] = set()
    for place, connection in enumerate(declared.connections):
        path = f"$.sso.connections[{place}]"
        if connection.id in ids:
            yield f"{path}.id", f"the id {connection.id} stands here twice"
        if connection.name in names:
            yield f"{path}.name", f"two connections are named `{connection.name}`"
        if not 1 <= len(connection.name.strip()) <= 60:
            yield f"{path}.name", "use a name of 1 to 60 characters"
        ids.add(connection.id)
        names.add(connection.name)
        yield from ((f"{path}{where}", reason) for where, reason in _provider_problems(connection))
        for number, domain in enumerate(connection.domains):
            if not _DOMAIN.fullmatch(domain.name):
                yield f"{path}.domains[{number}].name", f"`{domain.name}` is no domain in lower case"
            if domain.name in domains:
                yield f"{path}.domains[{number}].name", f"`{domain.name}` leads to two connections"
            domains.add(domain.name)


def _provider_problems(connection: DeclaredConnection) -> Iterator[tuple[str, str]]:
    if connection.provider not in _BY_PROTOCOL.get(connection.protocol, {connection.provider} - {"github"}):
        yield ".protocol", f"{connection.provider} does not offer {connection.protocol}"
    if connection.protocol == "saml":
        by_hand = connection.entity_id and connection.sso_url and connection.certificates
        if not connection.metadata_url and not by_hand:
            yield "", "say `metadata_url`, or `entity_id`, `sso_url` and `certificates`"
    elif not connection.client_id:
        yield "", "say `client_id`"
    elif connection.protocol == "oidc" and connection.provider != "google" and not connection.issuer:
        yield "", "say `issuer`"
    if connection.protocol != "saml" and not _SECRET_REF.fullmatch(connection.secret_ref):
        yield ".secret_ref", "use `env:` and the name of a variable, such as env:ACME_OIDC_SECRET"
    for field in ("metadata_url", "sso_url", "slo_url", "issuer"):
        address = getattr(connection, field)
        if address and not _ADDRESS.fullmatch(address):
            yield f".{field}", f"`{address}` is no https address"
