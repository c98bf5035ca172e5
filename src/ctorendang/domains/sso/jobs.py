"""What a tenant's single sign-on needs every day: metadata, certificates, e-mail domains, and forgetting what is over.

Each handler plans its own next run; a worker that starts begins those that nobody has planned.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.sso.email_domains.names import record_name
from ctorendang.domains.sso.email_domains.service import note_check, proves
from ctorendang.domains.sso.models import Connection, EmailDomain, SeenMessage, SignOnRequest, SignOnTicket, SignOnTrace
from ctorendang.domains.sso.replay import see_first
from ctorendang.domains.sso.repository import BoundPeople, ConnectionRepository, DomainRepository
from ctorendang.domains.sso.saml.certificates import ExpiryWarning, expiry_warnings
from ctorendang.domains.sso.saml.flow import is_due, refresh_metadata
from ctorendang.domains.sso.saml.settings import read_settings
from ctorendang.domains.sso.status import ConnectionStatus, Protocol
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.domains.tenants.platform import tenant_ids
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.events import Subscription
from ctorendang.infra.gateways.dns import DnsUnavailable, Resolver
from ctorendang.infra.jobs.planned import is_planned
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_DAY = timedelta(days=1)
_LOOKUPS_AT_ONCE = 10
# A dead name server takes five; all of a tenant's together must not take a job's whole time.
_LOOKUP_SECONDS = 60.0
# By when each is over; what was asked and never answered goes too.
_OVER = (SignOnTrace, SignOnTicket, SignOnRequest, SeenMessage)


async def _want_metadata(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Have the metadata of every connection that names an address read again, each in a job of its own."""
    for connection in await ConnectionRepository(work.session).all(work.tenant_id):
        if connection.settings.get("metadata_url") and is_due(connection, now() + timedelta(hours=1)):
            work.publish("connection.metadata_wanted", {"connection_id": str(connection.id)})
    work.publish("sso.metadata_due", {}, at=now() + _DAY)


async def _refresh_metadata(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    found = await ConnectionRepository(work.session).find(work.tenant_id, UUID(payload["connection_id"]))
    if found is not None and found.protocol == Protocol.SAML:
        await refresh_metadata(work, found)


async def _watch_certificates(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Tell administrators of a certificate that runs out: once at 60, at 30 and at 7 days, and when it is over."""
    for connection in await ConnectionRepository(work.session).all(work.tenant_id):
        if connection.protocol != Protocol.SAML or connection.status == ConnectionStatus.DISABLED:
            continue
        certificates = read_settings(connection.settings).certificates
        for warning in expiry_warnings(certificates, now()):
            if await _first_time(work, connection, warning):
                await _tell_administrators(work, connection, _expiry_text(warning, len(certificates)))
    work.publish("sso.certificates_due", {}, at=now() + _DAY)


async def _first_time(work: UnitOfWork, connection: Connection, warning: ExpiryWarning) -> bool:
    said = f"certificate {warning.certificate.fingerprint} {warning.level}"
    return await see_first(work, connection.id, said, max(now(), warning.certificate.ends_at) + timedelta(days=365))


def _expiry_text(warning: ExpiryWarning, certificates: int) -> str:
    day = f"{warning.certificate.ends_at:%d %B %Y}"
    when = "has expired" if warning.days < 0 else f"expires on {day}"
    others = " Another one is known already." if certificates > 1 else " Until there is a new one, nobody gets in then."
    return f"The certificate that your identity provider signs with {when}.{others}"


async def _check_domains(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Look for every proof in DNS again; a name server that does not answer says nothing."""
    work.publish("sso.domains_due", {}, at=now() + _DAY)
    domains = DomainRepository(work.session)
    asked = {each.id: (each.domain, each.token) for each in await domains.all(work.tenant_id) if not each.declared}
    said = await _looked_up(work.gateways.dns, [domain for domain, _ in asked.values()])
    for domain_id, (name, token) in asked.items():
        if name not in said:
            continue
        domain = await domains.find(work.tenant_id, domain_id, locked=True)
        # Somebody may have removed or claimed it anew meanwhile.
        if domain is not None and domain.token == token and not domain.declared:
            await _judge(work, domain, proven=proves(said[name], token))


async def _judge(work: UnitOfWork, domain: EmailDomain, *, proven: bool) -> None:
    known_missing = domain.missing_since is not None
    lost = note_check(work, domain, proven=proven)
    connection = await ConnectionRepository(work.session).find(work.tenant_id, domain.connection_id)
    if connection is not None and lost:
        text = f"The TXT record that proves {domain.domain} is gone, so the domain no longer counts as yours."
        await _tell_administrators(work, connection, text)
    elif connection is not None and domain.missing_since is not None and not known_missing:
        text = f"The TXT record that proves {domain.domain} is gone. Put it back within three days."
        await _tell_administrators(work, connection, text)


async def _looked_up(dns: Resolver, names: Collection[str]) -> dict[str, list[str]]:
    """The TXT records of those domains that were answered in time; the others are asked about tomorrow."""
    said: dict[str, list[str]] = {}
    few = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    async def look_up(name: str) -> None:
        async with few:
            with suppress(DnsUnavailable):
                said[name] = await dns.txt(record_name(name))

    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOKUP_SECONDS):
            await asyncio.gather(*(look_up(name) for name in names))
    return said


async def _tell_administrators(work: UnitOfWork, connection: Connection, text: str) -> None:
    """A mail for each, in a job of its own, so that one that cannot be sent keeps none of the others."""
    for user in await BoundPeople(work.session).administrators(work.tenant_id):
        payload = {"user_id": str(user.id), "connection_id": str(connection.id), "text": text}
        work.publish("connection.attention_wanted", payload)


async def _send_attention(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user: User | None = await UserRepository(session=work.session).find(work.tenant_id, UUID(payload["user_id"]))
    connection = await ConnectionRepository(work.session).find(work.tenant_id, UUID(payload["connection_id"]))
    if user is None or user.status != MemberStatus.ACTIVE or connection is None:
        return
    paths = {"url": f"/admin/sso/{connection.id}"}
    await send_mail(
        work, "sso-attention", user.email, user.name, paths=paths, connection=connection.name, message=payload["text"]
    )


async def _forget(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Take away what is over: traces after thirty days, requests, tickets, answers that nobody would accept again."""
    for model in _OVER:
        statement = delete(model).where(model.tenant_id == work.tenant_id, model.expires_at < now())
        await work.session.execute(statement.execution_options(synchronize_session=False))
    work.publish("sso.purge_due", {}, at=now() + _DAY)


async def begin_days(product: Product) -> None:
    """Have every tenant's day begin, where none is planned."""
    for tenant_id in await tenant_ids(product):
        async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
            await _begin_day(work, {})


async def _begin_day(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Plan each of the daily jobs that nobody has planned."""
    if not await is_planned(work, "sso.want_metadata"):
        work.publish("sso.metadata_due", {}, at=now() + _DAY)
    if not await is_planned(work, "sso.watch_certificates"):
        work.publish("sso.certificates_due", {}, at=now() + timedelta(hours=1))
    if not await is_planned(work, "sso.check_domains"):
        work.publish("sso.domains_due", {}, at=now() + _DAY)
    if not await is_planned(work, "sso.forget"):
        work.publish("sso.purge_due", {}, at=now() + _DAY)


SUBSCRIPTIONS = (
    Subscription("connection.created", "sso.begin_day", _begin_day),
    Subscription("sso.metadata_due", "sso.want_metadata", _want_metadata),
    Subscription("connection.metadata_wanted", "sso.refresh_metadata", _refresh_metadata),
    Subscription("sso.certificates_due", "sso.watch_certificates", _watch_certificates),
    Subscription("sso.domains_due", "sso.check_domains", _check_domains),
    Subscription("connection.attention_wanted", "sso.send_attention", _send_attention),
    Subscription("sso.purge_due", "sso.forget", _forget, bulk=True),
)
