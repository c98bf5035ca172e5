"""Connections to identity providers: making, turning on and off, and taking them away."""

from uuid import UUID

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.connections.lifecycle import TRANSITIONS, Move, Ownership, Provider
from ctorendang.domains.sso.connections.providers import PROTOCOLS
from ctorendang.domains.sso.errors import (
    ConnectionIsEnforced,
    ConnectionIsManaged,
    ConnectionNameTaken,
    ConnectionNotTested,
    MoveNotPossible,
    TooManyConnections,
)
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository
from ctorendang.domains.sso.saml.keys import rotate_keys, service_provider
from ctorendang.domains.sso.status import ConnectionStatus, Protocol
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import InvalidInput, NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.ids import uuid7

LONGEST_NAME = 60
MOST_CONNECTIONS = 50


class ConnectionService:
    """What administrators do with the connections of their tenant."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._connections = ConnectionRepository(work.session)

    async def all(self) -> list[Connection]:
        """Every connection, by name.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        return await self._connections.all(self._tenant_id)

    async def find(self, connection_id: UUID) -> Connection | None:
        """One connection.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        return await self._connections.find(self._tenant_id, connection_id)

    async def offered(self) -> list[Connection]:
        """The connections that the sign-in page offers to everybody, by name."""
        self._work.require(SsoPermission.SIGN_ON)
        return await self._connections.active(self._tenant_id)

    async def create(self, name: str, protocol: str, provider: str) -> Connection:
        """Begin a connection, as a draft that signs nobody in.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            InvalidInput: a field is not good, or the provider does not speak the protocol.
            ConnectionNameTaken: there is one of this name.
            TooManyConnections: there are enough.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        fields = Fields()
        name = fields.text("name", name, most=LONGEST_NAME)
        provider = fields.choice("provider", provider, tuple(Provider))
        protocol = fields.choice("protocol", protocol, tuple(Protocol))
        if not fields.problems and protocol not in PROTOCOLS[Provider(provider)]:
            fields.refuse("protocol", "This provider does not offer that protocol.")
        fields.done()
        await self._require_free(name)
        if await self._connections.count(self._tenant_id) >= MOST_CONNECTIONS:
            raise TooManyConnections(MOST_CONNECTIONS)
        connection = Connection(tenant_id=self._tenant_id, id=uuid7(), name=name, protocol=protocol, provider=provider)
        self._work.session.add(connection)
        await self._work.session.flush()
        await self._work.session.refresh(connection)
        if connection.protocol == Protocol.SAML:
            await service_provider(self._work, connection)
        self._record(connection, "created", {"name": name, "protocol": protocol, "provider": provider})
        self._work.publish("connection.created", {"connection_id": str(connection.id)})
        return connection

    async def rename(self, connection_id: UUID, name: str) -> Connection:
        """Change what people read on the sign-in page.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: a file says what it is called.
            ConnectionNameTaken: there is one of this name.
            InvalidInput: this is no name.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        connection = await changeable(self._work, connection_id)
        fields = Fields()
        name = fields.text("name", name, most=LONGEST_NAME)
        fields.done()
        if name != connection.name:
            await self._require_free(name, but=connection.id)
            before, connection.name = connection.name, name
            self._record(connection, "renamed", {"before": before, "after": name})
        return connection

    async def enable(self, connection_id: UUID) -> Connection:
        """Let people sign in through it.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: a file says whether it is on.
            ConnectionNotTested: nobody signed in through it as it is now.
            MoveNotPossible: it is on already.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        connection = await changeable(self._work, connection_id)
        if connection.status != ConnectionStatus.ACTIVE and connection.tested_version != connection.version:
            raise ConnectionNotTested
        self._move(connection, Move.ENABLE)
        self._record(connection, "enabled", {"version": connection.version})
        return connection

    async def rotate(self, connection_id: UUID) -> Connection:
        """Sign with our next key from now on, and publish another next one.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such SAML connection.
        """
        self._work.require(SsoPermission.MANAGE)
        connection = await self._connections.find(self._tenant_id, connection_id, locked=True)
        if connection is None or connection.protocol != Protocol.SAML:
            raise NotFound("There is no such SAML connection.")
        await rotate_keys(self._work, connection)
        return connection

    async def disable(self, connection_id: UUID) -> Connection:
        """Let nobody sign in through it any more; sessions that it opened go on until they end.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: a file says whether it is on.
            ConnectionIsEnforced: people have no other way in.
            MoveNotPossible: it is not on.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        connection = await changeable(self._work, connection_id)
        await self._require_not_enforced(connection)
        self._move(connection, Move.DISABLE)
        self._record(connection, "disabled")
        return connection

    async def delete(self, connection_id: UUID, confirmed_name: str | None = None) -> str:
        """Take a connection away, with its domains, keys and attempts; the people stay. Returns its name.

        Args:
            connection_id: which.
            confirmed_name: what it is called, as the administrator has typed it; None for programs, which press no
                wrong buttons.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such connection.
            ConnectionIsManaged: a file says that it is there.
            ConnectionIsEnforced: people have no other way in.
            MoveNotPossible: it is on; it is disabled first.
            InvalidInput: it is not called so.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        connection = await changeable(self._work, connection_id)
        await self._require_not_enforced(connection)
        if connection.status == ConnectionStatus.ACTIVE:
            raise MoveNotPossible(connection.status)
        if confirmed_name is not None and confirmed_name.strip() != connection.name:
            raise InvalidInput({"confirmedName": f"Type {connection.name}, as it is written here."})
        name = connection.name
        await self._work.session.delete(connection)
        self._record(connection, "deleted", {"name": name})
        return name

    async def _require_free(self, name: str, *, but: UUID | None = None) -> None:
        if await self._connections.name_is_taken(self._tenant_id, name, but=but):
            raise ConnectionNameTaken

    async def _require_not_enforced(self, connection: Connection) -> None:
        policy = await policy_of(self._work)
        if policy.sso_scope != "off" and policy.sso_connection_id == connection.id:
            raise ConnectionIsEnforced

    def _move(self, connection: Connection, move: Move) -> None:
        after = TRANSITIONS.get((ConnectionStatus(connection.status), move))
        if after is None:
            raise MoveNotPossible(connection.status)
        connection.status = after

    def _record(self, connection: Connection, verb: str, details: dict[str, object] | None = None) -> None:
        record(self._work, f"sso.connection.{verb}", Subject("sso_connection", connection.id), details)


async def changeable(work: UnitOfWork, connection_id: UUID) -> Connection:
    """A connection that people here may change, locked.

    Raises:
        NotFound: there is no such connection.
        ConnectionIsManaged: only its file changes it.
    """
    connection = await ConnectionRepository(work.session).find(work.tenant_id, connection_id, locked=True)
    if connection is None:
        raise NotFound("There is no such connection.")
    if connection.ownership == Ownership.MANAGED:
        raise ConnectionIsManaged
    return connection


def changed(connection: Connection) -> None:
    """Note that something changed which a test sign-in proves: it has to be tested again."""
    connection.version += 1
    connection.tested_by = None
    connection.status = TRANSITIONS[ConnectionStatus(connection.status), Move.CHANGE]
