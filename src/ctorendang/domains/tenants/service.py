"""The tenant as it knows itself."""

from dataclasses import fields

from sqlalchemy import select

from ctorendang.domains.tenants.models import TenantDomain, TenantRecord
from ctorendang.domains.tenants.permissions import TenantPermission
from ctorendang.infra.errors import NotFound
from ctorendang.infra.tenancy.tenant import Tenant
from ctorendang.infra.work import UnitOfWork


class TenantService:
    """Reading one's own tenant, where no request has brought it along."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def current(self) -> Tenant:
        """The tenant of this unit of work.

        Raises:
            NotFound: it is gone, or has no domain to be reached under.
        """
        self._work.require(TenantPermission.READ)
        statement = (
            select(TenantRecord, TenantDomain.host)
            .join(TenantDomain, TenantDomain.tenant_id == TenantRecord.id)
            .where(TenantRecord.id == self._work.tenant_id, TenantDomain.is_primary)
        )
        found = (await self._work.session.execute(statement)).one_or_none()
        if found is None:
            raise NotFound("This marketplace is not reachable any more.")
        record, host = found
        names = (field.name for field in fields(Tenant) if field.name != "host")
        return Tenant(host=host, **{name: getattr(record, name) for name in names})
