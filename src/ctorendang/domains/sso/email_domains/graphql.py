"""E-mail domains in GraphQL."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.graphql import Done
from ctorendang.domains.sso.email_domains.names import record_name, record_value
from ctorendang.domains.sso.email_domains.service import DomainProofs, DomainService
from ctorendang.domains.sso.models import EmailDomain
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id
from ctorendang.infra.work import UnitOfWork


async def domains_of(work: UnitOfWork, connection_ids: list[UUID]) -> dict[UUID, list[EmailDomain]]:
    """The domains of connections, by name."""
    rows = await DomainService(work).all()
    return {each: [row for row in rows if row.connection_id == each] for each in connection_ids}


@strawberry.type(name="EmailDomain", description="An e-mail domain that the marketplace says is its own.")
class EmailDomainType:
    """A domain."""

    id: strawberry.ID
    connection_id: strawberry.ID
    domain: str
    verified_at: datetime | None = strawberry.field(description="Null until DNS has proven it.")
    checked_at: datetime | None
    missing_since: datetime | None = strawberry.field(description="When the record of a proven domain went missing.")
    declared: bool = strawberry.field(description="The operator vouches for it, so that no record is needed.")
    record_name: str = strawberry.field(description="Name of the TXT record that proves it.")
    record_value: str

    @classmethod
    def of(cls, row: EmailDomain) -> "EmailDomainType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            connection_id=strawberry.ID(str(row.connection_id)),
            domain=row.domain,
            verified_at=row.verified_at,
            checked_at=row.checked_at,
            missing_since=row.missing_since,
            declared=row.declared,
            record_name=record_name(row.domain),
            record_value=record_value(row.token),
        )


@strawberry.input
class ClaimEmailDomainInput:
    """A domain, and the connection that its people sign in through."""

    connection_id: strawberry.ID
    domain: str


@strawberry.input
class VerifyEmailDomainInput:
    """Which domain."""

    id: strawberry.ID


@strawberry.input
class RemoveEmailDomainInput:
    """Which domain."""

    id: strawberry.ID


EmailDomainResult = Annotated[EmailDomainType | Refusal | InvalidInput, strawberry.union("EmailDomainResult")]
RemoveEmailDomainResult = Annotated[Done | Refusal, strawberry.union("RemoveEmailDomainResult")]


@strawberry.type
class DomainQueries:
    """Roots about e-mail domains."""

    @strawberry.field
    async def email_domains(self, info: Info) -> list[EmailDomainType]:
        """Every e-mail domain of the marketplace; for administrators."""
        rows = await info.context.use(lambda work: DomainService(work).all())
        return [EmailDomainType.of(row) for row in rows]


@strawberry.type
class DomainMutations:
    """Roots that change e-mail domains."""

    @mutation
    async def claim_email_domain(self, info: Info, input: ClaimEmailDomainInput) -> EmailDomainResult:
        """Say that a domain is one's own; it counts once a TXT record proves it."""
        connection_id = required_id(input.connection_id)
        row = await info.context.use(lambda work: DomainService(work).claim(connection_id, input.domain))
        return EmailDomainType.of(row)

    @mutation
    async def verify_email_domain(self, info: Info, input: VerifyEmailDomainInput) -> EmailDomainResult:
        """Look for the TXT record now."""
        proofs = DomainProofs(info.context.product, info.context.actor)
        return EmailDomainType.of(await proofs.verify(required_id(input.id)))

    @mutation
    async def remove_email_domain(self, info: Info, input: RemoveEmailDomainInput) -> RemoveEmailDomainResult:
        """Give a domain up."""
        domain = await info.context.use(lambda work: DomainService(work).remove(required_id(input.id)))
        return Done(message=f"{domain} is removed.")
