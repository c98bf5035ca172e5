"""A declared connection and what it is in the database, in the same words, so that the two can be compared."""

import hashlib
from typing import Any

from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.repository import DomainRepository
from ctorendang.domains.sso.saml.source import SamlSource, by_hand
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.domains.tenants.declared_sso import DeclaredConnection
from ctorendang.infra.work import UnitOfWork

_BY_HAND = ("metadata_url", "entity_id", "sso_url", "slo_url")


def source_of(wanted: DeclaredConnection) -> SamlSource:
    """What a file says of a SAML provider."""
    return SamlSource(
        metadata_url=wanted.metadata_url,
        entity_id=wanted.entity_id,
        sso_url=wanted.sso_url,
        slo_url=wanted.slo_url,
        certificates="\n".join(wanted.certificates),
    )


def leads_elsewhere(live: Connection | None, wanted: DeclaredConnection) -> bool:
    """Whether another provider, or another part of it, is meant than the connection knows: then it is told anew.

    Raises:
        InvalidInput: a certificate or an address of a SAML provider is not good.
    """
    return live is None or live.protocol != wanted.protocol or _of_provider(live, wanted) != _provider_side(wanted)


def wanted_fields(wanted: DeclaredConnection) -> dict[str, Any]:
    """A connection as its file says, field by field.

    Raises:
        InvalidInput: a certificate or an address of a SAML provider is not good.
    """
    return {
        "protocol": wanted.protocol,
        "provider": wanted.provider,
        "ownership": wanted.ownership,
        "enabled": wanted.enabled,
        "at": _provider_side(wanted),
        "jit": wanted.jit,
        "default_role": wanted.default_role,
        "mapping": wanted.mapping,
        "attributes": wanted.attributes,
        "domains": {domain.name: domain.verified for domain in sorted(wanted.domains, key=lambda each: each.name)},
    }


async def live_fields(work: UnitOfWork, live: Connection, wanted: DeclaredConnection) -> dict[str, Any]:
    """The same as it is."""
    domains = [
        each for each in await DomainRepository(work.session).all(work.tenant_id) if each.connection_id == live.id
    ]
    return {
        "protocol": live.protocol,
        "provider": live.provider,
        "ownership": live.ownership,
        "enabled": live.status == ConnectionStatus.ACTIVE,
        "at": _of_provider(live, wanted),
        "jit": live.jit,
        "default_role": live.default_role,
        "mapping": live.roles_by_group,
        "attributes": live.attributes,
        "domains": {each.domain: each.declared for each in domains},
    }


def _provider_side(wanted: DeclaredConnection) -> dict[str, Any]:
    """What a file says of where people come from."""
    if wanted.metadata_url:
        # Where several providers are described at the address, the file says which of them is meant.
        chosen = {"entity_id": wanted.entity_id} if wanted.entity_id else {}
        return {"metadata_url": wanted.metadata_url, **chosen}
    if wanted.protocol == "saml":
        certificates = by_hand(source_of(wanted)).certificates
        return {name: getattr(wanted, name) for name in _BY_HAND} | {"certificates": _named(certificates)}
    if wanted.protocol == "oauth":
        return {"issuer": oauth.github(wanted.client_id, wanted.issuer).issuer, "client_id": wanted.client_id}
    names = ("client_id", "hosted_domain") if wanted.provider == "google" else ("issuer", "client_id")
    return {name: getattr(wanted, name) for name in names}


def _of_provider(live: Connection, wanted: DeclaredConnection) -> dict[str, Any]:
    """The same of what is stored."""
    return {
        name: _named(live.settings.get(name, ())) if name == "certificates" else live.settings.get(name, "")
        for name in _provider_side(wanted)
    }


def _named(certificates: Any) -> list[str]:
    """Certificates by the beginnings of their digests: enough to tell them apart, and short enough to be shown."""
    return [hashlib.sha256(each.encode()).hexdigest()[:16] for each in certificates]
