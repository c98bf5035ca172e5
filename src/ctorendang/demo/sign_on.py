"""Connecting demo tenants with the demo identity provider of the stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.lifecycle import Ownership
from ctorendang.domains.sso.models import Connection, EmailDomain
from ctorendang.domains.sso.oidc.flow import discover, seal_secret
from ctorendang.domains.sso.repository import ConnectionRepository
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.metadata import read_metadata
from ctorendang.domains.sso.saml.settings import SamlSettings, store_settings
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.stack.idp.people import CLIENT_ID
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token
from ctorendang.settings import Settings
from ctorendang.wiring import open_product

_ROLES = {"platform-admins": ["admin"], "portfolio": ["client"], "ctos": ["cto"]}


@dataclass(frozen=True, slots=True)
class _Realm:
    """An organisation of the demo identity provider, and the connection that a tenant has with it."""

    connection_id: UUID
    name: str
    protocol: str
    domain: str


_REALMS = {
    "acme": _Realm(UUID("018f0000-0000-7000-8000-00000000ac3e"), "Acme Identity", "saml", "acme.example"),
    "northwind": _Realm(
        UUID("018f0000-0000-7000-8000-000000000a0d"), "Northwind Identity", "oidc", "northwind.example"
    ),
}


async def connect(settings: Settings, tenant_ids: Mapping[str, UUID]) -> None:
    """Connect acme by SAML and northwind by OpenID Connect, or follow the provider where its address has changed.

    Args:
        settings: which name the provider; without one nothing happens.
        tenant_ids: by slug.

    Raises:
        FetchFailed: the provider does not answer.
    """
    if not settings.demo.idp_url:
        return
    async with open_product(settings) as product:
        for slug, realm in _REALMS.items():
            if slug in tenant_ids:
                await _connect(product, tenant_ids[slug], slug, realm)


async def _connect(product: Product, tenant_id: UUID, slug: str, realm: _Realm) -> None:
    wanted = await _provider(product, f"{product.settings.demo.idp_url}/{slug}", realm.protocol)
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        present = await ConnectionRepository(work.session).all(tenant_id)
        connection = next((each for each in present if each.id == realm.connection_id), None)
        if connection is None:
            if present:
                # Somebody tries out connections of their own.
                return
            connection = await _add(work, realm)
        elif not _has_moved(connection.settings, wanted, "entity_id" if realm.protocol == "saml" else "issuer"):
            return
        connection.settings = wanted
        if realm.protocol == "oidc":
            await seal_secret(work, connection, product.settings.demo.idp_client_secret)
        else:
            await service_provider(work, connection)
        subject = Subject("sso_connection", connection.id)
        record(work, "sso.connection.seeded", subject, {"name": realm.name, "protocol": realm.protocol})


async def _provider(product: Product, address: str, protocol: str) -> dict[str, Any]:
    """What the provider says of itself, as a connection holds it."""
    if protocol == "oidc":
        found: dict[str, Any] = msgspec.to_builtins(await discover(product.gateways.outgoing, address, CLIENT_ID))
        return found
    metadata_url = f"{address}/metadata"
    metadata = read_metadata((await product.gateways.outgoing.get(metadata_url)).body, now())
    return store_settings(metadata.applied_to(SamlSettings(metadata_url=metadata_url)))


def _has_moved(present: Mapping[str, Any], wanted: Mapping[str, Any], name: str) -> bool:
    """Whether a connection leads to where the provider was before; one that leads elsewhere is somebody's own."""
    return present.get(name) != wanted[name] and str(present.get(name)).startswith("http://127.0.0.1:")


async def _add(work: UnitOfWork, realm: _Realm) -> Connection:
    connection = Connection(
        tenant_id=work.tenant_id,
        id=realm.connection_id,
        name=realm.name,
        protocol=realm.protocol,
        status=ConnectionStatus.ACTIVE,
        ownership=Ownership.SEED,
        roles_by_group=_ROLES,
        metadata_fetched_at=now() if realm.protocol == "saml" else None,
    )
    domain = EmailDomain(
        tenant_id=work.tenant_id,
        connection_id=realm.connection_id,
        domain=realm.domain,
        token=random_token(),
        verified_at=now(),
        declared=True,
    )
    work.session.add_all([connection, domain])
    await work.session.flush()
    work.publish("connection.created", {"connection_id": str(connection.id)})
    return connection
