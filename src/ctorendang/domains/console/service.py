"""Tenants, for the platform's administrators. Every look is audited: it crosses the walls between tenants."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.audit.words import sentence, subject_word
from ctorendang.domains.console.permissions import ConsolePermission
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.projects.models import Project
from ctorendang.domains.tenants.models import TenantDomain, TenantRecord
from ctorendang.infra.errors import NotFound
from ctorendang.infra.tenancy.tenant import TenantKind
from ctorendang.infra.validation import like, searched
from ctorendang.infra.work import UnitOfWork

_COUNTED = {"members": User, "ctos": Cto, "projects": Project}
_MOST_TENANTS = 500


@dataclass(frozen=True, slots=True)
class DomainView:
    """A host of a tenant."""

    host: str
    verified: bool
    primary: bool


@dataclass(frozen=True, slots=True)
class TenantView:
    """A tenant as the console shows it."""

    slug: str
    name: str
    status: str
    plan: str
    theme: str
    createdAt: datetime  # noqa: N815 - templates read GraphQL's names
    domains: Sequence[DomainView]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class EventView:
    """A row of a tenant's audit trail."""

    id: str
    text: str
    actorName: str | None  # noqa: N815
    subject: str
    createdAt: datetime  # noqa: N815


class ConsoleService:
    """Reads across tenants; works in units of work of the platform role."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def tenants(self, search: str | None) -> list[TenantView]:
        """Every tenant by name, at most 500, or those whose name or slug holds a text.

        Raises:
            Forbidden: the actor is no platform administrator.
        """
        self._work.require(ConsolePermission.READ_TENANTS)
        statement = select(TenantRecord).where(TenantRecord.kind == TenantKind.ENTERPRISE).order_by(TenantRecord.name)
        if text := searched(search):
            statement = statement.where(or_(TenantRecord.name.ilike(like(text)), TenantRecord.slug.ilike(like(text))))
        found = (await self._work.session.scalars(statement.limit(_MOST_TENANTS))).all()
        record(self._work, "console.tenants.listed", Subject("tenant", None))
        return await self._views(found)

    async def tenant(self, slug: str) -> tuple[TenantView, list[EventView]]:
        """One tenant, with the newest of its audit trail.

        Raises:
            Forbidden: the actor is no platform administrator.
            NotFound: there is none of this name.
        """
        self._work.require(ConsolePermission.READ_TENANTS)
        statement = select(TenantRecord).where(TenantRecord.slug == slug, TenantRecord.kind == TenantKind.ENTERPRISE)
        tenant = (await self._work.session.scalars(statement)).one_or_none()
        if tenant is None:
            raise NotFound("There is no tenant of this name.")
        newest = select(AuditEvent).where(AuditEvent.tenant_id == tenant.id).order_by(AuditEvent.id.desc()).limit(20)
        events = [_event(event) for event in await self._work.session.scalars(newest)]
        # In the tenant's own trail: whoever runs it can see who looked in from outside.
        record(self._work, "console.tenant.viewed", Subject("tenant", tenant.id), tenant_id=tenant.id)
        return (await self._views([tenant]))[0], events

    async def _views(self, tenants: Sequence[TenantRecord]) -> list[TenantView]:
        ids = [tenant.id for tenant in tenants]
        domains: dict[UUID, list[DomainView]] = defaultdict(list)
        statement = select(TenantDomain).where(TenantDomain.tenant_id.in_(ids)).order_by(TenantDomain.host)
        for each in await self._work.session.scalars(statement):
            domains[each.tenant_id].append(DomainView(each.host, each.verified_at is not None, each.is_primary))
        counts = {name: await self._count(model, ids) for name, model in _COUNTED.items()}
        return [
            TenantView(
                slug=tenant.slug,
                name=tenant.name,
                status=tenant.status,
                plan=tenant.plan,
                theme=tenant.theme,
                createdAt=tenant.created_at,
                domains=domains[tenant.id],
                counts={name: by_tenant.get(tenant.id, 0) for name, by_tenant in counts.items()},
            )
            for tenant in tenants
        ]

    async def _count(self, model: Any, ids: Sequence[UUID]) -> dict[UUID, int]:
        statement = (
            select(model.tenant_id, func.count(model.id)).where(model.tenant_id.in_(ids)).group_by(model.tenant_id)
        )
        return {row[0]: row[1] for row in await self._work.session.execute(statement)}


def _event(event: AuditEvent) -> EventView:
    return EventView(str(event.id), sentence(event.action), event.actor_name, _subject(event), event.created_at)


def _subject(event: AuditEvent) -> str:
    """What sort of thing: what it is called is the tenant's own business."""
    return subject_word(event.subject_type)
