"""Tenants as the platform sees them: all of them, through its own database role."""

from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.tenants.models import TenantRecord
from ctorendang.infra.auth.actor import NO_TENANT, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.tenancy.tenant import TenantKind


async def tenant_ids(product: Product) -> list[UUID]:
    """Every enterprise's id."""
    async with product.platform_units.begin(Actor.service(NO_TENANT, "platform")) as work:
        statement = select(TenantRecord.id).where(TenantRecord.kind == TenantKind.ENTERPRISE).order_by(TenantRecord.id)
        return list(await work.session.scalars(statement))


async def ids_by_slug(product: Product) -> dict[str, UUID]:
    """Every enterprise's id, by its slug."""
    async with product.platform_units.begin(Actor.service(NO_TENANT, "platform")) as work:
        statement = select(TenantRecord.slug, TenantRecord.id).where(TenantRecord.kind == TenantKind.ENTERPRISE)
        return {row.slug: row.id for row in await work.session.execute(statement)}
