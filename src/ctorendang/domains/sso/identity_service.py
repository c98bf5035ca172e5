"""Which identities at which providers stand for one's own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from ctorendang.domains.accounts.access import is_bound, policy_of
from ctorendang.domains.accounts.local import has_local_credentials
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.errors import OnlyWayIn
from ctorendang.domains.sso.models import Connection, Identity
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwnIdentities:
    """What is linked, with the connection of each, and what could be."""

    linked: Sequence[tuple[Identity, Connection]]
    linkable: Sequence[Connection]


class IdentityService:
    """One's own identities."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def own(self) -> OwnIdentities:
        """What signs the actor on.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(SsoPermission.MANAGE_OWN)
        statement = (
            select(Identity, Connection)
            .join(Connection, (Connection.tenant_id == Identity.tenant_id) & (Connection.id == Identity.connection_id))
            .where(Identity.tenant_id == self._tenant_id, Identity.user_id == self._work.actor.person)
            .order_by(Connection.name, Identity.id)
        )
        linked = [(identity, connection) for identity, connection in await self._work.session.execute(statement)]
        taken = {connection.id for _, connection in linked}
        statuses = [ConnectionStatus.ACTIVE]
        if self._work.allows(SsoPermission.MANAGE):
            statuses.append(ConnectionStatus.TESTED)
        usable = await self._work.session.scalars(
            select(Connection)
            .where(Connection.tenant_id == self._tenant_id, Connection.status.in_(statuses))
            .order_by(Connection.name)
        )
        return OwnIdentities(linked, [each for each in usable if each.id not in taken])

    async def unlink(self, identity_id: UUID) -> None:
        """Let an identity no longer stand for one's account.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: one signed in too long ago.
            NotFound: it is not one's own.
            OnlyWayIn: one could not get in any more.
        """
        self._work.require(SsoPermission.MANAGE_OWN)
        require_recent(self._work.actor)
        person = self._work.actor.person
        user = await UserRepository(session=self._work.session).get_locked(self._tenant_id, person)
        bound = is_bound(await policy_of(self._work), user.email, break_glass=user.break_glass)
        if bound or not await has_local_credentials(self._work, person):
            raise OnlyWayIn
        unlinked = await self._work.session.scalar(
            delete(Identity)
            .where(Identity.tenant_id == self._tenant_id, Identity.id == identity_id, Identity.user_id == person)
            .returning(Identity.connection_id)
        )
        if unlinked is None:
            raise NotFound("There is no such linked sign-in.")
        record(self._work, "sso.identity.unlinked", Subject("user", person), {"connection_id": str(unlinked)})
