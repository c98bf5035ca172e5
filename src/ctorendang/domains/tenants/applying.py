"""Bringing the database's tenants in step with their declarations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.tenants.declarations import Declaration, InvalidDeclarations
from ctorendang.domains.tenants.models import TenantDomain, TenantRecord
from ctorendang.infra.auth.actor import NO_TENANT, Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.tenancy.directory import CHANNEL
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

_ACTOR = Actor.service(NO_TENANT, "tenants_as_code")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is to change.

    Attributes:
        drifted: somebody has changed it since it was last applied.
    """

    field: str
    live: Any
    wanted: Any
    drifted: bool


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """What is to be done for one tenant; no changes means nothing."""

    slug: str
    exists: bool
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying the declarations would do.

    Attributes:
        orphans: tenants that no file declares any more; they are never deleted.
    """

    tenants: Sequence[TenantPlan]
    orphans: Sequence[str]


async def plan(database: Database, declarations: Sequence[Declaration]) -> Plan:
    """Compare what was last applied, what is, and what is wanted.

    Raises:
        InvalidDeclarations: a host is another tenant's.
    """
    async with database.unit_of_work(_ACTOR) as session:
        return await _plan(session, declarations)


async def apply(database: Database, declarations: Sequence[Declaration]) -> Plan:
    """Do what ``plan`` says, all of it or nothing, and tell every process; returns what was done.

    Raises:
        InvalidDeclarations: a host is another tenant's.
    """
    async with database.unit_of_work(_ACTOR) as session:
        await session.execute(text("select pg_advisory_xact_lock(hashtext('tenants as code'))"))
        done = await _plan(session, declarations)
        by_slug = {declaration.slug: declaration for declaration in declarations}
        for tenant in done.tenants:
            if tenant.changes:
                await _apply(session, by_slug[tenant.slug], tenant)
        if any(tenant.changes for tenant in done.tenants):
            await session.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
        return done


def _fields(declaration: Declaration) -> dict[str, Any]:
    """A declaration, field by field as the database and ``applied`` hold it."""
    return {
        "name": declaration.name,
        "kind": declaration.kind,
        "plan": declaration.plan,
        "tagline": declaration.tagline,
        "currency": declaration.currency,
        "locale": declaration.locale,
        "theme": declaration.theme.name,
        "theme_settings": declaration.theme.settings,
        "domains": declaration.domains,
    }


async def _plan(session: AsyncSession, declarations: Sequence[Declaration]) -> Plan:
    records = {record.slug: record for record in await session.scalars(select(TenantRecord))}
    slugs = {record.id: slug for slug, record in records.items()}
    domains = list(
        await session.scalars(select(TenantDomain).order_by(TenantDomain.is_primary.desc(), TenantDomain.host))
    )
    owners = {domain.host: slugs[domain.tenant_id] for domain in domains}
    wanted_hosts = {host: each.slug for each in declarations for host in each.domains}
    taken = [
        f"tenants/{slug}.yaml:1: `{host}` belongs to the tenant `{owners[host]}`"
        for host, slug in wanted_hosts.items()
        if host in owners and owners[host] != slug
    ]
    if taken:
        raise InvalidDeclarations(taken)
    plans = []
    for declaration in declarations:
        record = records.get(declaration.slug)
        hosts = [domain.host for domain in domains if record is not None and domain.tenant_id == record.id]
        plans.append(TenantPlan(declaration.slug, record is not None, list(_changes(declaration, record, hosts))))
    return Plan(plans, sorted(set(records) - {declaration.slug for declaration in declarations}))


def _changes(declaration: Declaration, record: TenantRecord | None, hosts: Sequence[str]) -> Iterator[Change]:
    applied = (record.applied if record else None) or {}
    for field, wanted in _fields(declaration).items():
        if field == "domains":
            live: Any = [*hosts[:1], *sorted(hosts[1:])]
            wanted = [*wanted[:1], *sorted(wanted[1:])]
            applied_value = applied.get(field)
            last = None if applied_value is None else [*applied_value[:1], *sorted(applied_value[1:])]
        else:
            live, last = getattr(record, field) if record else None, applied.get(field)
        if live != wanted or record is None:
            yield Change(field, live, wanted, drifted=last is not None and live != last)


async def _apply(session: AsyncSession, declaration: Declaration, tenant: TenantPlan) -> None:
    fields = _fields(declaration)
    columns = {name: value for name, value in fields.items() if name != "domains"}
    values = {"slug": declaration.slug, **columns, "applied": fields}
    statement = insert(TenantRecord).values(id=uuid7(), **values)
    tenant_id = await session.scalar(
        statement.on_conflict_do_update(index_elements=["slug"], set_=values).returning(TenantRecord.id)
    )
    await session.execute(delete(TenantDomain).where(TenantDomain.tenant_id == tenant_id))
    session.add_all(
        TenantDomain(host=host, tenant_id=tenant_id, is_primary=place == 0, verified_at=now())
        for place, host in enumerate(declaration.domains)
    )
    session.add(
        AuditEvent(
            tenant_id=tenant_id,
            actor_name="tenants as code",
            action="tenants.tenant.applied" if tenant.exists else "tenants.tenant.created",
            subject_type="tenant",
            subject_id=tenant_id,
            details=msgspec.to_builtins({change.field: change.wanted for change in tenant.changes}),
            request_id="",
        )
    )
    await session.flush()
