"""Bringing a tenant's connections in step with its file, after the tenant itself."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.lifecycle import Ownership
from ctorendang.domains.sso.connections.service import changed
from ctorendang.domains.sso.connections.setup import is_configured
from ctorendang.domains.sso.connections.succession import forget_identities_of
from ctorendang.domains.sso.email_domains.names import check_domain
from ctorendang.domains.sso.models import Connection, EmailDomain
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc.flow import client_of, discover, seal_secret
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository, DomainRepository
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.settings import read_settings, store_settings
from ctorendang.domains.sso.saml.source import SamlSource, by_hand, told
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.domains.tenants.applying import Change
from ctorendang.domains.tenants.declarations import Declaration, InvalidDeclarations
from ctorendang.domains.tenants.declared_sso import DeclaredConnection
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token
from ctorendang.kit.ids import uuid7


class DeclaredConnections:
    """Plans and applies the section ``sso`` of one tenant's file.

    Args:
        product: its guarded client asks providers.
        environment: where ``secret_ref`` leads.
    """

    def __init__(self, product: Product, environment: Mapping[str, str] | None = None) -> None:
        self._product = product
        self._environment = os.environ if environment is None else environment

    async def plan(self, tenant_id: UUID, declaration: Declaration) -> list[Change]:
        """What applying would change, field by field; secrets are compared and not shown.

        Raises:
            InvalidDeclarations: a variable that holds a secret is missing, a domain can be nobody's, or people would
                have no way in.
        """
        self._product.grants.require(_actor(tenant_id), SsoPermission.REFRESH)
        async with self._product.units.begin(_actor(tenant_id)) as work:
            return await self._changes(work, declaration)

    async def apply(self, tenant_id: UUID, declaration: Declaration) -> list[Change]:
        """Do it, all of a tenant's connections or none; what was done.

        Raises:
            InvalidDeclarations: as for ``plan``; or a provider cannot be asked about itself.
        """
        self._product.grants.require(_actor(tenant_id), SsoPermission.REFRESH)
        async with self._product.units.begin(_actor(tenant_id)) as work:
            done = await self._changes(work, declaration)
            names = {change.field.split(".")[1] for change in done}
            for wanted in declaration.sso.connections:
                if wanted.name in names:
                    try:
                        await self._put(work, wanted)
                    except AppError as error:
                        raise InvalidDeclarations([_problem(declaration, wanted, _told(error))]) from None
            for gone in await _released(work, declaration):
                gone.ownership = Ownership.SEED
                record(work, "sso.connection.released", Subject("sso_connection", gone.id), {"name": gone.name})
            return done

    async def _changes(self, work: UnitOfWork, declaration: Declaration) -> list[Change]:
        found: list[Change] = []
        for wanted in declaration.sso.connections:
            self._check(declaration, wanted)
            live = await ConnectionRepository(work.session).find(work.tenant_id, wanted.id)
            if live is None or live.ownership != Ownership.SEED or wanted.ownership != "seed":
                await _require_ways_in(work, declaration, wanted)
                found += [change async for change in self._differences(work, live, wanted)]
        for gone in await _released(work, declaration):
            found.append(Change(f"sso.{gone.name}.ownership", str(gone.ownership), "seed", drifted=False))
        return found

    async def _differences(
        self, work: UnitOfWork, live: Connection | None, wanted: DeclaredConnection
    ) -> AsyncIterator[Change]:
        before = {} if live is None else await _live(work, live, wanted)
        for field, value in _wanted(wanted).items():
            if live is None or before[field] != value:
                yield Change(f"sso.{wanted.name}.{field}", before.get(field), value, drifted=live is not None)
        if wanted.secret_ref and (live is None or not await self._has_secret(work, live, wanted)):
            yield Change(f"sso.{wanted.name}.secret", None, wanted.secret_ref, drifted=False)

    async def _has_secret(self, work: UnitOfWork, live: Connection, wanted: DeclaredConnection) -> bool:
        return is_configured(live) and (await client_of(work, live)).secret == self._secret(wanted)

    def _secret(self, wanted: DeclaredConnection) -> str:
        return self._environment.get(wanted.secret_ref.removeprefix("env:"), "")

    def _check(self, declaration: Declaration, wanted: DeclaredConnection) -> None:
        if wanted.secret_ref and not self._secret(wanted):
            name = wanted.secret_ref.removeprefix("env:")
            raise InvalidDeclarations([_problem(declaration, wanted, f"the variable {name} is not set")])
        for domain in wanted.domains:
            fields = Fields()
            check_domain(fields, "domain", domain.name)
            if fields.problems:
                raise InvalidDeclarations(
                    [_problem(declaration, wanted, f"`{domain.name}`: {fields.problems['domain']}")]
                )

    async def _put(self, work: UnitOfWork, wanted: DeclaredConnection) -> None:
        connection = await ConnectionRepository(work.session).find(work.tenant_id, wanted.id, locked=True)
        made = connection is None
        if connection is None:
            connection = Connection(tenant_id=work.tenant_id, id=wanted.id, name=wanted.name, protocol=wanted.protocol)
            work.session.add(connection)
            await work.session.flush()
            await work.session.refresh(connection)
        if made or _of_provider(connection, wanted) != _provider_side(wanted) or connection.protocol != wanted.protocol:
            connection.protocol = wanted.protocol
            before, connection.settings = connection.settings, await self._settings(wanted)
            await forget_identities_of(work, connection, before)
            connection.metadata_fetched_at = now() if wanted.metadata_url else None
            changed(connection)
        connection.name, connection.provider, connection.ownership = wanted.name, wanted.provider, wanted.ownership
        connection.status = ConnectionStatus.ACTIVE if wanted.enabled else ConnectionStatus.DISABLED
        connection.jit, connection.default_role = wanted.jit, wanted.default_role
        connection.roles_by_group = dict(wanted.mapping)
        connection.attributes = {str(name): place for name, place in wanted.attributes.items()}
        await work.session.flush()
        if wanted.secret_ref:
            await seal_secret(work, connection, self._secret(wanted))
        if wanted.protocol == "saml":
            await service_provider(work, connection)
        await _put_domains(work, wanted)
        record(work, "sso.connection.declared", Subject("sso_connection", connection.id), {"name": wanted.name})
        if made:
            work.publish("sso.connection.created", {"connection_id": str(connection.id)})

    async def _settings(self, wanted: DeclaredConnection) -> dict[str, Any]:
        """Everything about the provider, asked for where the file only says whom to ask."""
        outgoing = self._product.gateways.outgoing
        if wanted.protocol == "saml":
            source = SamlSource(
                metadata_url=wanted.metadata_url,
                entity_id=wanted.entity_id,
                sso_url=wanted.sso_url,
                slo_url=wanted.slo_url,
                certificates="\n".join(wanted.certificates),
            )
            metadata = await told(outgoing, source) if wanted.metadata_url else by_hand(source)
            settings = metadata.applied_to(read_settings({}))
            return store_settings(msgspec.structs.replace(settings, metadata_url=wanted.metadata_url))
        found: Any
        if wanted.protocol == "oauth":
            found = oauth.github(wanted.client_id, wanted.issuer)
        elif wanted.provider == "google":
            found = oauth.google(wanted.client_id, wanted.hosted_domain)
        else:
            found = await discover(outgoing, wanted.issuer, wanted.client_id)
        stored: dict[str, Any] = msgspec.to_builtins(found)
        return stored


def _actor(tenant_id: UUID) -> Actor:
    return replace(Actor.service(tenant_id, WORKER), name="tenants as code")


def _problem(declaration: Declaration, wanted: DeclaredConnection, reason: str) -> str:
    return f"tenants/{declaration.slug}.yaml:1: {wanted.name}: {reason}"


def _told(error: AppError) -> str:
    return next(iter(error.fields.values())) if isinstance(error, InvalidInput) else error.detail


async def _released(work: UnitOfWork, declaration: Declaration) -> list[Connection]:
    """Connections that were managed by the file and are no longer in it: they stay, and are free."""
    declared = {wanted.id for wanted in declaration.sso.connections}
    every = await ConnectionRepository(work.session).all(work.tenant_id)
    return [each for each in every if each.ownership == Ownership.MANAGED and each.id not in declared]


def _provider_side(wanted: DeclaredConnection) -> dict[str, Any]:
    """What a change of asks the provider anew."""
    if wanted.metadata_url:
        return {"metadata_url": wanted.metadata_url}
    if wanted.protocol == "saml":
        return {name: getattr(wanted, name) for name in ("entity_id", "sso_url", "slo_url")} | {
            "certificates": len(wanted.certificates)
        }
    if wanted.protocol == "oauth":
        return {"client_id": wanted.client_id}
    names = ("client_id", "hosted_domain") if wanted.provider == "google" else ("issuer", "client_id")
    return {name: getattr(wanted, name) for name in names if getattr(wanted, name)}


def _of_provider(live: Connection, wanted: DeclaredConnection) -> dict[str, Any]:
    """The same of what is stored."""
    return {
        name: len(live.settings.get(name, ())) if name == "certificates" else live.settings.get(name, "")
        for name in _provider_side(wanted)
    }


def _wanted(wanted: DeclaredConnection) -> dict[str, Any]:
    """A connection as its file says, field by field."""
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


async def _live(work: UnitOfWork, live: Connection, wanted: DeclaredConnection) -> dict[str, Any]:
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


async def _require_ways_in(work: UnitOfWork, declaration: Declaration, wanted: DeclaredConnection) -> None:
    """Refuse to turn off, or take away, what people must come in by.

    Raises:
        InvalidDeclarations: single sign-on is enforced through the connection or for a domain of it.
    """
    policy = await policy_of(work)
    if policy.sso_scope == "off":
        return
    bound = set(policy.sso_domains) if policy.sso_scope == "domains" else set()
    every = await DomainRepository(work.session).all(work.tenant_id)
    live = {each.domain for each in every if each.connection_id == wanted.id}
    said = {domain.name for domain in wanted.domains}
    problems = []
    if not wanted.enabled and (policy.sso_connection_id == wanted.id or bound & (live | said)):
        problems.append("people must sign in through it; turn off enforcement before `enabled: false`")
    problems += [
        f"people of `{name}` must sign in through it; turn off enforcement before taking the domain away"
        for name in sorted(bound & live - said)
    ]
    if problems:
        raise InvalidDeclarations([_problem(declaration, wanted, each) for each in problems])


async def _put_domains(work: UnitOfWork, wanted: DeclaredConnection) -> None:
    """Have exactly these domains lead to the connection; the operator's word counts as proof."""
    domains = DomainRepository(work.session)
    names = {domain.name: domain.verified for domain in wanted.domains}
    for row in await domains.all(work.tenant_id):
        if row.connection_id == wanted.id and row.domain not in names:
            await work.session.delete(row)
    for name, verified in names.items():
        row = await domains.find_by_name(work.tenant_id, name) or EmailDomain(
            tenant_id=work.tenant_id, id=uuid7(), domain=name, token=random_token()
        )
        row.connection_id, row.declared = wanted.id, verified
        if verified:
            row.verified_at, row.missing_since = row.verified_at or now(), None
        work.session.add(row)
    await work.session.flush()
