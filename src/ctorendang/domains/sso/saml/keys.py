"""Our keys: a pair for each SAML connection, and the next one, which the provider learns before it is used."""

import asyncio
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.models import Connection, ServiceProviderKey
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository
from ctorendang.domains.sso.saml.certificates import OWN_LIFETIME, facts_of, make_key_pair
from ctorendang.domains.sso.saml.metadata import service_metadata
from ctorendang.domains.sso.saml.settings import KeyPair, ServiceProvider, read_settings
from ctorendang.domains.sso.status import Protocol
from ctorendang.domains.tenants.service import TenantService
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

_PURPOSE = "saml key"
_USES = ("current", "next")


async def service_provider(work: UnitOfWork, connection: Connection) -> ServiceProvider:
    """What we are to the provider of a connection, with keys; these are made when they are first needed.

    Args:
        work: of an administrator or of the product itself: nobody else sees keys.
        connection: of SAML.

    Raises:
        NotFound: the marketplace is gone.
    """
    tenant = await TenantService(work).current()
    home = f"{work.gateways.links.to(tenant)}/sso/{connection.id}"
    rows = await _rows(work, connection.id)
    if len(rows) < len(_USES):
        for use in _USES:
            if use not in rows:
                await _add(work, connection.id, use, tenant.host)
        rows = await _rows(work, connection.id)
    keys = [
        KeyPair(row.certificate, (await unseal(work, row.sealed_key, purpose=_PURPOSE, row=row.id)).decode())
        for row in (rows[use] for use in _USES)
    ]
    entity_id = read_settings(connection.settings).sp_entity_id or f"{home}/metadata"
    return ServiceProvider(entity_id, f"{home}/acs", f"{home}/slo", tuple(keys))


async def rotate_keys(work: UnitOfWork, connection: Connection) -> None:
    """Sign with the next key from now on, and make another next one.

    Providers that read our metadata from time to time know the next key already. One that was given the certificate by
    hand must be given the next one first.

    Raises:
        Forbidden: the actor does not administer single sign-on.
        StepUpRequired: the actor signed in too long ago.
    """
    work.require(SsoPermission.MANAGE)
    require_recent(work.actor)
    tenant = await TenantService(work).current()
    await service_provider(work, connection)
    rows = await _rows(work, connection.id)
    await work.session.execute(
        delete(ServiceProviderKey).where(
            ServiceProviderKey.tenant_id == work.tenant_id, ServiceProviderKey.id == rows["current"].id
        )
    )
    rows["next"].use = "current"
    await work.session.flush()
    await _add(work, connection.id, "next", tenant.host)
    details = {"fingerprint": facts_of(rows["next"].certificate).fingerprint}
    record(work, "sso.keys.rotated", Subject("sso_connection", connection.id), details)


async def _rows(work: UnitOfWork, connection_id: UUID) -> dict[str, ServiceProviderKey]:
    statement = select(ServiceProviderKey).where(
        ServiceProviderKey.tenant_id == work.tenant_id, ServiceProviderKey.connection_id == connection_id
    )
    return {row.use: row for row in await work.session.scalars(statement)}


async def _add(work: UnitOfWork, connection_id: UUID, use: str, name: str) -> None:
    row, made_at = uuid7(), now()
    pair = await asyncio.to_thread(make_key_pair, name, made_at)
    # Somebody else may be making it too: then this waits for them, and theirs is the key.
    statement = insert(ServiceProviderKey).values(
        tenant_id=work.tenant_id,
        id=row,
        connection_id=connection_id,
        use=use,
        certificate=pair.certificate,
        sealed_key=await seal(work, pair.private_key.encode(), purpose=_PURPOSE, row=row),
        expires_at=made_at + OWN_LIFETIME,
    )
    await work.session.execute(statement.on_conflict_do_nothing(index_elements=["tenant_id", "connection_id", "use"]))


async def own_metadata(product: Product, visitor: Actor, connection_id: UUID) -> bytes:
    """Our metadata for the provider of a connection, whatever its status: it is needed to set the provider up.

    Raises:
        NotFound: there is no such connection, or it speaks another protocol.
    """
    product.grants.require(visitor, SsoPermission.SIGN_ON)
    service = visitor.as_service(AUTHENTICATOR)
    async with product.units.begin(service) as work:
        connection = await ConnectionRepository(work.session).find(work.tenant_id, connection_id)
        if connection is None or connection.protocol != Protocol.SAML:
            raise NotFound("There is no single sign-on at this address.")
        return service_metadata(read_settings(connection.settings), await service_provider(work, connection))
