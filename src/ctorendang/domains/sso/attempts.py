"""Attempts to sign on, check by check, for administrators who have to find out why."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.sso.models import SignOnTrace
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import AttemptRepository
from ctorendang.domains.sso.trace_storage import TraceContent, read_trace
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.work import UnitOfWork

_LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt and everything that was looked at."""

    row: SignOnTrace
    content: TraceContent


class AttemptService:
    """What is kept of attempts."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._attempts = AttemptRepository(work.session)

    async def page(self, connection_id: UUID, outcome: str | None, request: PageRequest) -> Page[SignOnTrace]:
        """The newest attempts through a connection first.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            InvalidInput: the page makes no sense.
        """
        self._work.require(SsoPermission.READ)
        keys = [Key(SignOnTrace.id.expression, UUID, descending=True)]
        statement = self._attempts.of(self._tenant_id, connection_id, outcome)
        return await fetch_page(self._work.session, statement, keys, request)

    async def count(self, connection_id: UUID, outcome: str | None) -> int:
        """How many attempts there are.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        statement = select(func.count()).select_from(
            self._attempts.of(self._tenant_id, connection_id, outcome).subquery()
        )
        return (await self._work.session.scalar(statement)) or 0

    async def find(self, reference: str) -> Attempt | None:
        """The attempt with a reference, which people are shown and may read out.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        typed = "".join(filter(str.isprintable, reference.strip().upper()))[:_LONGEST_REFERENCE]
        row = await self._attempts.find(self._tenant_id, typed)
        return None if row is None else Attempt(row, await read_trace(self._work, row))

    async def newest(
        self, connection_id: UUID, outcome: str | None = None, purpose: str | None = None
    ) -> Attempt | None:
        """The last attempt through a connection: of all, or with an outcome, or for a purpose.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        row = await self._attempts.newest(self._tenant_id, connection_id, outcome, purpose)
        return None if row is None else Attempt(row, await read_trace(self._work, row))
