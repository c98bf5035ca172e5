"""Bringing a tenant's connections in step with its file, after the tenant itself."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.declared_fields import leads_elsewhere, live_fields, source_of, wanted_fields
from ctorendang.domains.sso.connections.lifecycle import Ownership
from ctorendang.domains.sso.connections.service import changed
from ctorendang.domains.sso.connections.setup import is_configured
from ctorendang.domains.sso.connections.succession import forget_identities_of
from ctorendang.domains.sso.email_domains.names import check_domain
from ctorendang.domains.sso.errors import ConnectionChangedMeanwhile
from ctorendang.domains.sso.models import Connection, EmailDomain
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc.flow import client_of, discover, seal_secret
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository, DomainRepository
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.settings import read_settings, store_settings
from ctorendang.domains.sso.saml.source import by_hand, told
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.domains.tenants.applying import Change
from ctorendang.domains.tenants.declarations import Declaration, InvalidDeclarations
from ctorendang.domains.tenants.declared_sso import DeclaredConnection
from ctorendang.infra.auth.actor import NO_TENANT, WORKER, Actor
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token
from ctorendang.kit.ids import uuid7

Told = Mapping[UUID, dict[str, Any]]
"""What providers have said of themselves, as ``Connection.settings``, by connection."""


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

    async def ask(self, tenant_id: UUID | None, declaration: Declaration) -> Told:
        """Have providers say what applying will need. Nothing is locked meanwhile, and nothing is changed.

        Args:
            tenant_id: None for a tenant that is not there yet.
            declaration: its file.

        Raises:
            InvalidDeclarations: as for ``plan``; or a provider cannot be asked about itself.
        """
        self._product.grants.require(_actor(tenant_id or NO_TENANT), SsoPermission.REFRESH)
        asked = list(declaration.sso.connections)
        for wanted in asked:
            self._check(declaration, wanted)
        if tenant_id is not None:
            async with self._product.units.begin(_actor(tenant_id)) as work:
                names = {change.field.split(".")[1] for change in await self._changes(work, declaration)}
                asked = [each for each in asked if each.name in names and await _is_told_anew(work, each)]
        told_anew = {}
        for wanted in asked:
            with _problems_of(declaration, wanted):
                told_anew[wanted.id] = await self._settings(wanted)
        return told_anew

    async def apply(self, tenant_id: UUID, declaration: Declaration, told_anew: Told | None = None) -> list[Change]:
        """Do it, all of a tenant's connections or none; what was done.

        Args:
            tenant_id: whose file it is.
            declaration: the file.
            told_anew: what ``ask`` found out; None has the providers asked now.

        Raises:
            InvalidDeclarations: as for ``ask``.
        """
        self._product.grants.require(_actor(tenant_id), SsoPermission.REFRESH)
        if told_anew is None:
            told_anew = await self.ask(tenant_id, declaration)
        async with self._product.units.begin(_actor(tenant_id)) as work:
            done = await self._changes(work, declaration)
            names = {change.field.split(".")[1] for change in done}
            for wanted in declaration.sso.connections:
                if wanted.name in names:
                    with _problems_of(declaration, wanted):
                        await self._put(work, wanted, told_anew)
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
                with _problems_of(declaration, wanted):
                    found += [change async for change in self._differences(work, live, wanted)]
        for gone in await _released(work, declaration):
            found.append(Change(f"sso.{gone.name}.ownership", str(gone.ownership), "seed", drifted=False))
        return found

    async def _differences(
        self, work: UnitOfWork, live: Connection | None, wanted: DeclaredConnection
    ) -> AsyncIterator[Change]:
        before = {} if live is None else await live_fields(work, live, wanted)
        for field, value in wanted_fields(wanted).items():
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

    async def _put(self, work: UnitOfWork, wanted: DeclaredConnection, told_anew: Told) -> None:
        connection = await ConnectionRepository(work.session).find(work.tenant_id, wanted.id, locked=True)
        made = connection is None
        if connection is None:
            connection = Connection(tenant_id=work.tenant_id, id=wanted.id, name=wanted.name, protocol=wanted.protocol)
            work.session.add(connection)
            await work.session.flush()
            await work.session.refresh(connection)
        if made or leads_elsewhere(connection, wanted):
            if wanted.id not in told_anew:
                raise ConnectionChangedMeanwhile
            connection.protocol = wanted.protocol
            before, connection.settings = connection.settings, told_anew[wanted.id]
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
            work.publish("connection.created", {"connection_id": str(connection.id)})

    async def _settings(self, wanted: DeclaredConnection) -> dict[str, Any]:
        """Everything about the provider, asked for where the file only says whom to ask."""
        outgoing = self._product.gateways.outgoing
        if wanted.protocol == "saml":
            source = source_of(wanted)
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
    return f"{declaration.slug}.yaml: connection `{wanted.name}`: {reason}"


@contextmanager
def _problems_of(declaration: Declaration, wanted: DeclaredConnection) -> Iterator[None]:
    """Say of which file and connection it is what is refused inside.

    Raises:
        InvalidDeclarations: it was refused.
    """
    try:
        yield
    except AppError as error:
        raise InvalidDeclarations([_problem(declaration, wanted, _told(error))]) from None


async def _is_told_anew(work: UnitOfWork, wanted: DeclaredConnection) -> bool:
    return leads_elsewhere(await ConnectionRepository(work.session).find(work.tenant_id, wanted.id), wanted)


def _told(error: AppError) -> str:
    return next(iter(error.fields.values())) if isinstance(error, InvalidInput) else error.detail


async def _released(work: UnitOfWork, declaration: Declaration) -> list[Connection]:
    """Connections that were managed by the file and are no longer in it: they stay, and are free."""
    declared = {wanted.id for wanted in declaration.sso.connections}
    every = await ConnectionRepository(work.session).all(work.tenant_id)
    return [each for each in every if each.ownership == Ownership.MANAGED and each.id not in declared]


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
