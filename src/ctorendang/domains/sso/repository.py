"""Connections, e-mail domains and attempts in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.accounts.models import Session, User
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.sso.models import Connection, EmailDomain, SignOnSession, SignOnTrace
from ctorendang.domains.sso.status import ConnectionStatus


class ConnectionRepository:
    """Reads and writes connections."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, tenant_id: UUID, connection_id: UUID, *, locked: bool = False) -> Connection | None:
        """One connection, whatever its status. Sessions may go on pointing at a locked one."""
        mode = {"key_share": True} if locked else None
        return await self._session.get(
            Connection, (tenant_id, connection_id), with_for_update=mode, populate_existing=locked
        )

    async def all(self, tenant_id: UUID) -> list[Connection]:
        """Every connection, by name."""
        statement = select(Connection).where(Connection.tenant_id == tenant_id).order_by(Connection.name)
        return list(await self._session.scalars(statement))

    async def active(self, tenant_id: UUID) -> list[Connection]:
        """Those that sign people in, by name."""
        statement = select(Connection).where(
            Connection.tenant_id == tenant_id, Connection.status == ConnectionStatus.ACTIVE
        )
        return list(await self._session.scalars(statement.order_by(Connection.name)))

    async def count(self, tenant_id: UUID) -> int:
        """How many there are."""
        statement = select(func.count()).select_from(Connection).where(Connection.tenant_id == tenant_id)
        return await self._session.scalar(statement) or 0

    async def name_is_taken(self, tenant_id: UUID, name: str, *, but: UUID | None = None) -> bool:
        """Whether another connection is called so."""
        statement = select(Connection.id).where(Connection.tenant_id == tenant_id, Connection.name == name)
        found = await self._session.scalar(statement)
        return found is not None and found != but


class DomainRepository:
    """Reads and writes e-mail domains."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, tenant_id: UUID, domain_id: UUID, *, locked: bool = False) -> EmailDomain | None:
        """One domain."""
        return await self._session.get(
            EmailDomain, (tenant_id, domain_id), with_for_update=locked or None, populate_existing=locked
        )

    async def find_by_name(self, tenant_id: UUID, domain: str) -> EmailDomain | None:
        """The domain of a name."""
        statement = select(EmailDomain).where(EmailDomain.tenant_id == tenant_id, EmailDomain.domain == domain)
        return (await self._session.scalars(statement)).one_or_none()

    async def all(self, tenant_id: UUID) -> list[EmailDomain]:
        """Every domain, by name."""
        statement = select(EmailDomain).where(EmailDomain.tenant_id == tenant_id).order_by(EmailDomain.domain)
        return list(await self._session.scalars(statement))

    async def verified(self, tenant_id: UUID, connection_id: UUID) -> list[str]:
        """The proven domains of a connection, by name."""
        statement = select(EmailDomain.domain).where(
            EmailDomain.tenant_id == tenant_id,
            EmailDomain.connection_id == connection_id,
            EmailDomain.verified_at.is_not(None),
        )
        return list(await self._session.scalars(statement.order_by(EmailDomain.domain)))


class AttemptRepository:
    """Reads attempts to sign on."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def of(
        self, tenant_id: UUID, connection_id: UUID, outcome: str | None = None, purpose: str | None = None
    ) -> Select[SignOnTrace]:
        """The attempts through a connection: all, or those with an outcome, or for a purpose."""
        statement = select(SignOnTrace).where(
            SignOnTrace.tenant_id == tenant_id,
            SignOnTrace.connection_id == connection_id,
            SignOnTrace.expires_at > func.now(),
        )
        if outcome is not None:
            statement = statement.where(SignOnTrace.outcome == outcome)
        return statement if purpose is None else statement.where(SignOnTrace.purpose == purpose)

    async def find(self, tenant_id: UUID, reference: str) -> SignOnTrace | None:
        """The attempt with a reference."""
        statement = select(SignOnTrace).where(
            SignOnTrace.tenant_id == tenant_id, SignOnTrace.reference == reference, SignOnTrace.expires_at > func.now()
        )
        return (await self._session.scalars(statement)).one_or_none()

    async def newest(
        self, tenant_id: UUID, connection_id: UUID, outcome: str | None = None, purpose: str | None = None
    ) -> SignOnTrace | None:
        """The last attempt through a connection: of all, or as for ``of``."""
        statement = self.of(tenant_id, connection_id, outcome, purpose)
        return (await self._session.scalars(statement.order_by(SignOnTrace.created_at.desc()).limit(1))).one_or_none()


class BoundPeople:
    """The people whom enforcement is about."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def administrators(self, tenant_id: UUID, *, locked: bool = False) -> list[User]:
        """The active ones, by name; locked in the order of their ids, as whoever locks administrators does."""
        statement = select(User).where(
            User.tenant_id == tenant_id,
            User.status == MemberStatus.ACTIVE,
            User.roles.contains([Role.ADMIN.value]),
        )
        if locked:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found = await self._session.scalars(statement.order_by(User.id))
        return sorted(found, key=lambda user: (user.name, user.id))

    async def end_other_sessions(
        self, tenant_id: UUID, at: datetime, connection_id: UUID, domains: Sequence[str] | None
    ) -> int:
        """End what people opened without a provider that speaks for them; how many sessions that were.

        Args:
            tenant_id: whose people.
            at: now.
            connection_id: the provider that they are bound to; one that has proven their address's domain does too.
            domains: only of people with such addresses; None is everybody. Emergency administrators are never meant.
        """
        bound = select(User.id).where(User.tenant_id == tenant_id, User.break_glass.is_(False))
        if domains is not None:
            bound = bound.where(func.split_part(User.email, "@", 2).in_(domains))
        speaks_for_them = exists().where(
            EmailDomain.tenant_id == tenant_id,
            EmailDomain.connection_id == SignOnSession.connection_id,
            EmailDomain.verified_at.is_not(None),
            EmailDomain.domain == func.split_part(User.email, "@", 2),
            User.tenant_id == tenant_id,
            User.id == SignOnSession.user_id,
        )
        came_by_it = exists().where(
            SignOnSession.tenant_id == tenant_id,
            SignOnSession.session_id == Session.id,
            or_(SignOnSession.connection_id == connection_id, speaks_for_them),
        )
        statement = (
            update(Session)
            .where(
                Session.tenant_id == tenant_id,
                Session.user_id.in_(bound),
                ~came_by_it,
                Session.ended_at.is_(None),
            )
            .values(ended_at=at)
            .returning(Session.id)
            .execution_options(synchronize_session=False)
        )
        return len(list(await self._session.scalars(statement)))
