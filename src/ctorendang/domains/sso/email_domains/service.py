"""E-mail domains: claiming them, proving by DNS that they are one's own, and giving them up."""

import secrets
from datetime import timedelta
from uuid import UUID

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.service import changeable
from ctorendang.domains.sso.email_domains.names import check_domain, record_name, record_value
from ctorendang.domains.sso.errors import DomainAlreadyClaimed, DomainIsEnforced, DomainNotProven
from ctorendang.domains.sso.models import EmailDomain
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository, DomainRepository
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

CHECKS = Limit("sso-domain-checks", attempts=60, seconds=600)
GRACE = timedelta(days=3)
"""How long a proof may be missing from DNS before it counts no more: zones are moved, records are forgotten."""

_MOST_DOMAINS = 100


class DomainService:
    """The e-mail domains of a tenant, for its administrators."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._domains = DomainRepository(work.session)

    async def all(self) -> list[EmailDomain]:
        """Every domain, proven or not, by name.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        return await self._domains.all(self._tenant_id)

    async def claim(self, connection_id: UUID, typed: str) -> EmailDomain:
        """Say that a domain is the tenant's and leads to a connection; it counts once DNS proves it.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: its file names its domains.
            InvalidInput: this is no domain, or one where anybody can have an address.
            DomainAlreadyClaimed: it leads to a connection already.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        connection = await changeable(self._work, connection_id)
        fields = Fields()
        domain = check_domain(fields, "domain", typed)
        if len(await self._domains.all(self._tenant_id)) >= _MOST_DOMAINS:
            fields.refuse("domain", f"{_MOST_DOMAINS} domains are the most. Remove one that is not used any more.")
        fields.done()
        if await self._domains.find_by_name(self._tenant_id, domain) is not None:
            raise DomainAlreadyClaimed
        claimed = EmailDomain(
            tenant_id=self._tenant_id,
            id=uuid7(),
            connection_id=connection.id,
            domain=domain,
            token=secrets.token_hex(16),
        )
        self._work.session.add(claimed)
        await self._work.session.flush()
        record(self._work, "sso.domain.claimed", Subject("email_domain", claimed.id), {"domain": domain})
        return claimed

    async def remove(self, domain_id: UUID) -> str:
        """Give a domain up: its people are no longer led to the connection, nor linked by address. Returns its name.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such domain.
            ConnectionIsManaged: a file names it.
            DomainIsEnforced: its people have no other way in.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        found = await self._domains.find(self._tenant_id, domain_id, locked=True)
        if found is None:
            raise NotFound("There is no such domain.")
        await changeable(self._work, found.connection_id)
        policy = await policy_of(self._work)
        if policy.sso_scope == "domains" and found.domain in policy.sso_domains:
            raise DomainIsEnforced
        domain = found.domain
        await self._work.session.delete(found)
        record(self._work, "sso.domain.removed", Subject("email_domain", domain_id), {"domain": domain})
        return domain


class DomainProofs:
    """Looks proofs up in DNS; no transaction is open meanwhile, since name servers take their time."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor

    async def verify(self, domain_id: UUID) -> EmailDomain:
        """Look for the record, and count the domain as the tenant's when it is there.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            NotFound: there is no such domain.
            DomainNotProven: the record is not there, or says something else.
            DnsUnavailable: name servers do not answer.
            TooManyAttempts: too many checks by this tenant.
        """
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        await self._product.limiter.count(CHECKS, str(self._actor.tenant_id))
        async with self._product.units.begin(self._actor) as work:
            found = await DomainRepository(work.session).find(work.tenant_id, domain_id)
            if found is None:
                raise NotFound("There is no such domain.")
            domain, token = found.domain, found.token
        said = await self._product.gateways.dns.txt(record_name(domain))
        async with self._product.units.begin(self._actor) as work:
            found = await DomainRepository(work.session).find(work.tenant_id, domain_id, locked=True)
            if found is None:
                raise NotFound("There is no such domain.")
            proven = proves(said, token)
            note_check(work, found, proven=proven)
        if not proven:
            raise DomainNotProven(_missing(domain, said))
        return found


def proves(said: list[str], token: str) -> bool:
    """Whether TXT records hold the proof; quotes and blanks that some consoles add do not matter."""
    return record_value(token) in {text.strip().strip('"').strip() for text in said}


def note_check(work: UnitOfWork, domain: EmailDomain, *, proven: bool) -> bool:
    """Keep what a look into DNS has found; whether the domain has just lost its proof."""
    domain.checked_at = now()
    if proven:
        if domain.verified_at is None:
            record(work, "sso.domain.verified", Subject("email_domain", domain.id), {"domain": domain.domain})
        domain.verified_at, domain.missing_since = domain.verified_at or now(), None
        return False
    if domain.verified_at is None:
        return False
    domain.missing_since = domain.missing_since or now()
    if now() - domain.missing_since < GRACE:
        return False
    domain.verified_at = None
    record(work, "sso.domain.lost", Subject("email_domain", domain.id), {"domain": domain.domain})
    return True


async def connection_for(work: UnitOfWork, domain: str) -> UUID | None:
    """The active connection that the people of a domain sign in through, for somebody who is not signed in yet.

    A domain whose people must come that way leads there even when its proof got lost: they have no other way.
    """
    found = await DomainRepository(work.session).find_by_name(work.tenant_id, domain)
    policy = await policy_of(work)
    bound = policy.sso_scope == "domains" and domain in policy.sso_domains
    connection_id = found.connection_id if found is not None and (found.verified_at is not None or bound) else None
    if connection_id is None and (bound or policy.sso_scope == "everyone"):
        connection_id = policy.sso_connection_id
    if connection_id is None:
        return None
    connection = await ConnectionRepository(work.session).find(work.tenant_id, connection_id)
    return connection_id if connection is not None and connection.status == ConnectionStatus.ACTIVE else None


def _missing(domain: str, said: list[str]) -> str:
    where = record_name(domain)
    if not said:
        return f"There is no TXT record at {where} yet. A new record can take up to an hour to be seen."
    return f"The TXT record at {where} says something else. Copy the value again, without anything around it."
