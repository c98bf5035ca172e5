"""What signed-in people do with their own account, and what people are called."""

from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.errors import SignInRequired
from ctorendang.infra.work import UnitOfWork


class AccountService:
    """One's own account."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._users = UserRepository(session=work.session)
        self._sessions = SessionRepository(work.session)

    async def own(self) -> User:
        """The actor as a person.

        Raises:
            SignInRequired: this is a visitor, or somebody whose account is gone.
        """
        self._work.require(AccountPermission.READ_OWN)
        user = await self._users.find(self._tenant_id, self._work.actor.person)
        if user is None:
            raise SignInRequired("Sign in first.")
        return user

    async def sign_out(self) -> None:
        """End the sign-in that this request rides on.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        session_id = self._work.actor.session_id
        if session_id is not None:
            await self._sessions.end(self._tenant_id, self._work.actor.person, only=session_id)
            record(self._work, "accounts.session.ended", Subject("session", session_id), {"reason": "signed out"})


async def names_of(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, str]:
    """What people are called, for whatever the actor was given that names them."""
    statement = select(User.id, User.name).where(User.tenant_id == work.tenant_id, User.id.in_(user_ids))
    return {row.id: row.name for row in await work.session.execute(statement)}
