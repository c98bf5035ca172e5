"""Attempts to sign on in GraphQL, for administrators."""

from datetime import datetime
from uuid import UUID

import strawberry

from ctorendang.domains.sso.attempts import Attempt, AttemptService
from ctorendang.domains.sso.models import SignOnTrace
from ctorendang.domains.sso.status import SignOnPurpose
from ctorendang.domains.sso.trace import Check
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.types import Connection, Info, connection, parse_id

_OUTCOMES = ("succeeded", "refused")
_NO_CONNECTION = UUID(int=0)


@strawberry.type(name="SsoCheck")
class CheckType:
    """One thing that was looked at."""

    name: str
    passed: bool
    expected: str
    got: str
    hint: str = strawberry.field(description="What to change, and where, when it failed.")

    @classmethod
    def of(cls, check: Check) -> "CheckType":
        """From the trace."""
        return cls(name=check.name, passed=check.passed, expected=check.expected, got=check.got, hint=check.hint)


@strawberry.type(name="SsoFact")
class Fact:
    """Something that was learned besides."""

    name: str
    values: list[str]


@strawberry.type(name="SsoAttempt", description="An attempt to sign on; kept for thirty days.")
class AttemptType:
    """One attempt, without its checks."""

    reference: str = strawberry.field(description="What the person was shown.")
    connection_id: strawberry.ID
    kind: str
    succeeded: bool
    summary: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: SignOnTrace) -> "AttemptType":
        """From its row."""
        return cls(
            reference=row.reference,
            connection_id=strawberry.ID(str(row.connection_id)),
            kind=row.kind,
            succeeded=row.outcome == "succeeded",
            summary=row.summary,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


@strawberry.type(name="SsoTrace", description="Everything that was looked at in an attempt.")
class TraceType:
    """An attempt with its checks."""

    attempt: AttemptType
    checks: list[CheckType]
    facts: list[Fact]

    @classmethod
    def of(cls, found: Attempt) -> "TraceType":
        """From what is kept."""
        facts = found.content.facts.items()
        return cls(
            attempt=AttemptType.of(found.row),
            checks=[CheckType.of(check) for check in found.content.checks],
            facts=[Fact(name=name, values=[value] if isinstance(value, str) else value) for name, value in facts],
        )


@strawberry.type
class AttemptQueries:
    """Roots about attempts."""

    @strawberry.field
    async def sso_attempts(
        self,
        info: Info,
        connection_id: strawberry.ID,
        outcome: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[AttemptType]:
        """Attempts through a connection, the newest first; for administrators. `outcome`: `succeeded` or `refused`."""
        found, request = parse_id(connection_id) or _NO_CONNECTION, PageRequest(first, after, last, before)
        wanted = outcome if outcome in _OUTCOMES else None
        page = await info.context.use(lambda work: AttemptService(work).page(found, wanted, request))
        return connection(
            page, AttemptType.of, lambda: info.context.use(lambda work: AttemptService(work).count(found, wanted))
        )

    @strawberry.field
    async def sso_attempt(self, info: Info, reference: str) -> TraceType | None:
        """The attempt with the reference that somebody was shown, null when there is none; for administrators."""
        found = await info.context.use(lambda work: AttemptService(work).find(reference))
        return None if found is None else TraceType.of(found)

    @strawberry.field
    async def sso_last_attempt(
        self, info: Info, connection_id: strawberry.ID, outcome: str | None = None, purpose: str | None = None
    ) -> TraceType | None:
        """The newest attempt through a connection; for administrators.

        `outcome` is `succeeded` or `refused`; `purpose` is `sign_in`, `test`, `link` or `step_up`.
        """
        which, wanted = parse_id(connection_id) or _NO_CONNECTION, outcome if outcome in _OUTCOMES else None
        why = purpose if purpose in set(SignOnPurpose) else None
        found = await info.context.use(lambda work: AttemptService(work).newest(which, wanted, why))
        return None if found is None else TraceType.of(found)
