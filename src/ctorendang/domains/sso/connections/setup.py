"""Setting up what a connection says about its provider. Providers are asked before anything is locked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.lifecycle import Provider
from ctorendang.domains.sso.connections.role_mapping import RoleMapping, check_mapping
from ctorendang.domains.sso.connections.service import changeable, changed
from ctorendang.domains.sso.connections.succession import forget_identities_of
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc.flow import discover, seal_secret
from ctorendang.domains.sso.oidc.relying_party import OidcSettings, safe_address
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository
from ctorendang.domains.sso.saml.flow import ask_again, follow
from ctorendang.domains.sso.saml.settings import read_settings
from ctorendang.domains.sso.saml.source import SamlOptions, SamlSource, by_hand, told
from ctorendang.domains.sso.status import Protocol
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

# What SAML calls by a name is called by a URI (saml-core-2.0 section 1.3.2).
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
PROVIDERS_ASKED = Limit("sso-providers-asked-tenant", attempts=30, seconds=600)

_WELL_KNOWN = "/.well-known/openid-configuration"
_LONGEST_SECRET = 1_000
# What was learned from a provider meanwhile, and is no setting.
_KEPT = ("jwks", "jwks_fetched_at", "jwks_tried_at")
# What a test sign-in proves nothing about.
_UNTESTED = ("told_by",)


@dataclass(frozen=True, slots=True)
class OidcClient:
    """What a provider of OpenID Connect or OAuth gave us.

    Attributes:
        issuer: for GitHub the address of an Enterprise Server; empty for github.com.
        client_secret: None keeps the one that is there.
        hosted_domain: of Google: the organisation that people must belong to.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    hosted_domain: str = ""


class ConfigurationService:
    """Sets connections up, for administrators."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor

    async def set_saml(self, connection_id: UUID, source: SamlSource) -> Connection:
        """Take over what a SAML provider says of itself.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such SAML connection.
            ConnectionIsManaged: its file says it.
            InvalidInput: a field is not good.
            AddressNotAllowed, FetchFailed: the address cannot be asked.
            TooManyAttempts: the tenant has had providers asked too often.
        """
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        require_recent(self._actor)
        url = source.metadata_url.strip()
        if url or source.metadata.strip():
            if url:
                await self._count()
            metadata = await told(self._product.gateways.outgoing, source)
        else:
            metadata = by_hand(source)
        async with self._product.units.begin(self._actor) as work:
            connection = await _of_protocol(work, connection_id, Protocol.SAML)
            before = read_settings(connection.settings)
            after = msgspec.structs.replace(metadata.applied_to(before), metadata_url=url, told_by=source.told_by)
            connection.metadata_fetched_at, connection.metadata_problem = (now() if url else None), None
            return await _write(work, connection, after, {"entity_id": after.entity_id, "metadata_url": url})

    async def set_saml_options(self, connection_id: UUID, options: SamlOptions) -> Connection:
        """Say how we deal with a SAML provider.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such SAML connection.
            ConnectionIsManaged: its file says it.
            InvalidInput: a field is not good.
        """
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        require_recent(self._actor)
        fields = Fields()
        sp_entity_id = fields.text("spEntityId", options.sp_entity_id, most=1024, least=0)
        name_id_format = fields.text("nameIdFormat", options.name_id_format, most=200, least=0)
        for name, value in (("spEntityId", sp_entity_id), ("nameIdFormat", name_id_format)):
            if value and not _URI.fullmatch(value):
                fields.refuse(name, "Use an address such as https://… or a name such as urn:…, or leave it empty.")
        fields.done()
        async with self._product.units.begin(self._actor) as work:
            connection = await _of_protocol(work, connection_id, Protocol.SAML)
            after = msgspec.structs.replace(
                read_settings(connection.settings),
                sp_entity_id=sp_entity_id,
                sign_requests=options.sign_requests,
                force_authn=options.force_authn,
                allow_idp_initiated=options.allow_idp_initiated,
                want_encrypted=options.want_encrypted,
                name_id_format=name_id_format,
            )
            return await _write(work, connection, after, {"idp_initiated": options.allow_idp_initiated})

    async def set_client(self, connection_id: UUID, client: OidcClient) -> Connection:
        """Take over what a provider of OpenID Connect or OAuth gave us, and ask it about itself.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection of one of these protocols.
            ConnectionIsManaged: its file says it.
            InvalidInput: a field is not good.
            AddressNotAllowed, FetchFailed: the provider cannot be asked.
            ProviderNotUsable: what it says cannot be worked with.
            TooManyAttempts: the tenant has had providers asked too often.
        """
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        require_recent(self._actor)
        async with self._product.units.begin(self._actor) as work:
            found = await _of_protocol(work, connection_id, Protocol.OIDC, Protocol.OAUTH)
            provider, protocol, has_secret = found.provider, found.protocol, found.sealed_secret is not None
        client = _checked(client, provider, needs_secret=not has_secret)
        settings = await self._settings(client, provider, protocol)
        async with self._product.units.begin(self._actor) as work:
            connection = await _of_protocol(work, connection_id, Protocol.OIDC, Protocol.OAUTH)
            if client.client_secret is not None:
                await seal_secret(work, connection, client.client_secret)
            details = {"issuer": settings.issuer, "client_id": client.client_id, "secret": bool(client.client_secret)}
            return await _write(work, connection, settings, details, anew=client.client_secret is not None)

    async def _settings(self, client: OidcClient, provider: str, protocol: str) -> OidcSettings | oauth.OauthSettings:
        if protocol == Protocol.OAUTH:
            return oauth.github(client.client_id, client.issuer)
        if provider == Provider.GOOGLE:
            return oauth.google(client.client_id, client.hosted_domain)
        await self._count()
        return await discover(self._product.gateways.outgoing, client.issuer, client.client_id)

    async def map_people(self, connection_id: UUID, mapping: RoleMapping) -> Connection:
        """Say what people who come through a connection become.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: its file says it.
            InvalidInput: a field is not good.
        """
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        require_recent(self._actor)
        fields = Fields()
        roles_by_group, attributes = check_mapping(fields, mapping)
        fields.done()
        async with self._product.units.begin(self._actor) as work:
            connection = await changeable(work, connection_id)
            connection.jit, connection.default_role = mapping.jit, mapping.default_role
            connection.roles_by_group = roles_by_group
            if attributes != connection.attributes:
                connection.attributes = attributes
                changed(connection)
            details = {"jit": mapping.jit, "default_role": mapping.default_role, "roles_by_group": roles_by_group}
            record(work, "sso.connection.mapped", Subject("sso_connection", connection.id), details)
            return connection

    async def refresh(self, connection_id: UUID) -> Connection:
        """Read the provider's metadata again now; what is wrong with it is noted with the connection.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            NotFound: there is no such connection with a metadata address.
            TooManyAttempts: the tenant has had providers asked too often.
        """
        self._product.grants.require(self._actor, SsoPermission.REFRESH)
        async with self._product.units.begin(self._actor) as work:
            known = await _with_address(work, connection_id)
        await self._count()
        reading = await ask_again(self._product.gateways.outgoing, known)
        async with self._product.units.begin(self._actor) as work:
            connection = await _with_address(work, connection_id, locked=True)
            follow(work, connection, reading)
            problem = {"problem": connection.metadata_problem} if connection.metadata_problem else {}
            record(work, "sso.metadata.read", Subject("sso_connection", connection.id), problem)
        return connection

    async def _count(self) -> None:
        await self._product.limiter.count(PROVIDERS_ASKED, str(self._actor.tenant_id))


def is_configured(connection: Connection) -> bool:
    """Whether it says enough of its provider to be tried."""
    if connection.protocol == Protocol.SAML:
        return read_settings(connection.settings).complete
    return bool(connection.settings.get("client_id"))


async def _with_address(work: UnitOfWork, connection_id: UUID, *, locked: bool = False) -> Connection:
    connection = await ConnectionRepository(work.session).find(work.tenant_id, connection_id, locked=locked)
    if connection is None or not connection.settings.get("metadata_url"):
        raise NotFound("This connection has no metadata address.")
    return connection


async def _of_protocol(work: UnitOfWork, connection_id: UUID, *protocols: Protocol) -> Connection:
    connection = await changeable(work, connection_id)
    if connection.protocol not in protocols:
        raise NotFound("There is no such connection of this protocol.")
    return connection


async def _write(
    work: UnitOfWork, connection: Connection, settings: msgspec.Struct, details: dict[str, Any], *, anew: bool = False
) -> Connection:
    """Store settings; only what differs has to be tested again."""
    # As JSON has it, since that is what is stored: it knows no tuples.
    stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings))
    if stored.get("jwks_uri") == connection.settings.get("jwks_uri"):
        stored |= {name: connection.settings[name] for name in _KEPT if name in connection.settings}
    if stored != connection.settings or anew:
        before, connection.settings = connection.settings, stored
        if anew or _tested(before) != _tested(stored):
            changed(connection)
        await forget_identities_of(work, connection, before)
        record(work, "sso.connection.configured", Subject("sso_connection", connection.id), details)
    return connection


def _tested(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in _UNTESTED}


def _checked(client: OidcClient, provider: str, *, needs_secret: bool) -> OidcClient:
    """The same, trimmed."""
    fields = Fields()
    issuer = client.issuer.strip().removesuffix(_WELL_KNOWN)
    optional = provider in (Provider.GITHUB, Provider.GOOGLE)
    if (issuer or not optional) and not safe_address(issuer, issuer):
        fields.refuse("issuer", "Use an address of the form https://…")
    client_id = fields.text("clientId", client.client_id, most=300)
    secret = client.client_secret
    if secret is not None or needs_secret:
        secret = fields.text("clientSecret", secret or "", most=_LONGEST_SECRET)
    hosted_domain = fields.text("hostedDomain", client.hosted_domain, most=253, least=0)
    fields.done()
    return OidcClient(issuer, client_id, secret, hosted_domain)
