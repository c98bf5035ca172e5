"""Where somebody is signed in, and ending that."""

from collections.abc import Sequence
from uuid import UUID

from ctorendang.domains.accounts.models import Session
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork


class OwnSessionService:
    """One's own sign-ins, of browsers and programs."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._sessions = SessionRepository(work.session)

    async def living(self) -> Sequence[Session]:
        """Where one is signed in now: this one first, then the one used last.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        found = await self._sessions.living(self._work.tenant_id, self._work.actor.person)
        return sorted(found, key=lambda session: session.id != self._work.actor.session_id)

    async def end(self, session_id: UUID) -> None:
        """End one sign-in.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: it has ended, or is none of one's own.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        found = await self._sessions.living(self._work.tenant_id, self._work.actor.person)
        if session_id not in {session.id for session in found}:
            raise NotFound("You are not signed in there any more.")
        await self._sessions.end(self._work.tenant_id, self._work.actor.person, only=session_id)
        record(self._work, "accounts.session.ended", Subject("session", session_id), {"reason": "ended by its person"})

    async def end_others(self) -> int:
        """End every sign-in but the one that this request rides on; how many there were.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        actor = self._work.actor
        found = await self._sessions.living(self._work.tenant_id, actor.person)
        others = [session.id for session in found if session.id != actor.session_id]
        await self._sessions.end(self._work.tenant_id, actor.person, but=actor.session_id)
        details = {"reason": "ended by their person", "sessions": [str(each) for each in others]}
        record(self._work, "accounts.sessions.ended", Subject("user", actor.person), details)
        return len(others)
