"""Enforced single sign-on as a state machine: who must come through the provider, and who always gets in.

``stages.py`` has the transitions, docs/sso.md the drawing.

Nobody presses a button between ``off`` and ``ready``: which of the two it is follows from the requirements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.access import end_weak_sessions, policy_of
from ctorendang.domains.accounts.factors.service import has_strong_factor
from ctorendang.domains.accounts.models import AccessPolicy, User
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.enforcement.stages import TRANSITIONS, Stage, Turn
from ctorendang.domains.sso.errors import EnforcementUnchanged, NotFitForEmergencies, NotReadyToEnforce, NoWayBack
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import BoundPeople, ConnectionRepository, DomainRepository
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

_ENFORCING = {"domains": Turn.ENFORCE_DOMAINS, "everyone": Turn.ENFORCE_EVERYONE}


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something without which enforcing could lock everybody out; ``todo`` says how to meet it."""

    name: str
    met: bool
    todo: str


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who could repair single sign-on; ``strong`` when they have a passkey or an authenticator app."""

    user: User
    strong: bool

    @property
    def way_back(self) -> bool:
        """Whether they get in, and can act, when the provider is away."""
        return self.user.break_glass and self.strong


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Where enforcement stands.

    Attributes:
        stage: of the connection that is enforced, or of the one that could be.
        connection: that one; None when there is none yet.
        domains: whose people are bound, in the stage ``domains``.
        verified: the proven domains of the connection.
    """

    stage: Stage
    connection: Connection | None
    domains: Sequence[str]
    verified: Sequence[str]
    requirements: Sequence[Requirement]
    administrators: Sequence[Administrator]


class EnforcementService:
    """What administrators decide about who must use single sign-on."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._people = BoundPeople(work.session)
        self._connections = ConnectionRepository(work.session)

    async def state(self, connection_id: UUID | None = None) -> Enforcement:
        """Where enforcement stands, or would stand with a connection.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        policy = await policy_of(self._work)
        enforced = policy.sso_scope != "off"
        wanted = policy.sso_connection_id if enforced else connection_id
        connection = await self._candidate(wanted)
        administrators = await self._administrators(locked=False)
        requirements = _requirements(connection, administrators)
        ready = all(each.met for each in requirements)
        return Enforcement(
            stage=Stage(policy.sso_scope) if enforced else Stage.READY if ready else Stage.OFF,
            connection=connection,
            domains=policy.sso_domains,
            verified=await self._verified(connection),
            requirements=requirements,
            administrators=administrators,
        )

    async def enforced_connection(self) -> UUID | None:
        """Through which connection people must come; None when enforcement is off.

        Raises:
            Forbidden: the actor does not administer single sign-on.
        """
        self._work.require(SsoPermission.READ)
        policy = await policy_of(self._work)
        return None if policy.sso_scope == "off" else policy.sso_connection_id

    async def enforce(self, connection_id: UUID, scope: str) -> int:
        """Bind people to a connection, from now on; sessions that they opened otherwise end. How many those were.

        Args:
            connection_id: through which they come.
            scope: ``domains`` for people with an address of its proven domains, ``everyone`` for all but emergency
                administrators.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            InvalidInput: there is no such scope.
            NotFound: there is no such connection.
            NotReadyToEnforce: a requirement is not met.
            EnforcementUnchanged: it is so already.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        fields = Fields()
        scope = fields.choice("scope", scope, tuple(_ENFORCING))
        fields.done()
        # In this order, as somebody's arrival has it: the connection, the administrators, the person.
        connection = await self._connections.find(self._tenant_id, connection_id, locked=True)
        if connection is None:
            raise NotFound("There is no such connection.")
        administrators = await self._administrators()
        domains = await self._verified(connection) if scope == "domains" else []
        missing = [each for each in _requirements(connection, administrators, scope, domains) if not each.met]
        if missing:
            raise NotReadyToEnforce(missing[0].todo)
        policy = await policy_of(self._work)
        before = Stage.READY if policy.sso_scope == "off" else Stage(policy.sso_scope)
        after = TRANSITIONS[before, _ENFORCING[scope]]
        if (policy.sso_scope, policy.sso_connection_id, policy.sso_domains) == (after, connection.id, domains):
            raise EnforcementUnchanged
        await self._put(after, domains, connection.id)
        ended = await self._people.end_other_sessions(
            self._tenant_id, now(), connection.id, domains if after is Stage.DOMAINS else None
        )
        for each in administrators:
            if each.user.break_glass:
                # They pass by the provider with two factors, and one was enough until now.
                ended += await end_weak_sessions(self._work, user_id=each.user.id, keep=self._work.actor.session_id)
        details = {"scope": str(after), "domains": domains, "connection": connection.name, "sessions_ended": ended}
        record(self._work, "sso.enforcement.enforced", Subject("sso_connection", connection.id), details)
        return ended

    async def turn_off(self) -> None:
        """Let everybody sign in as they could before.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            EnforcementUnchanged: it is off.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        await self._administrators()
        policy = await policy_of(self._work)
        if (Stage(policy.sso_scope), Turn.TURN_OFF) not in TRANSITIONS:
            raise EnforcementUnchanged
        connection_id = policy.sso_connection_id
        details = {"scope": policy.sso_scope, "domains": list(policy.sso_domains)}
        await self._put(Stage.OFF, [], None)
        record(self._work, "sso.enforcement.turned_off", Subject("sso_connection", connection_id), details)

    async def set_emergency_access(self, user_id: UUID, on: bool) -> User:
        """Say whether an administrator gets in without the provider.

        Raises:
            Forbidden: the actor does not administer single sign-on.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such active administrator to give it to, or nobody of this id to take it from.
            NotFitForEmergencies: they have neither passkey nor authenticator app.
            NoWayBack: single sign-on is enforced and nobody else would get in without the provider.
        """
        self._work.require(SsoPermission.MANAGE)
        require_recent(self._work.actor)
        administrators = await self._administrators()
        found = next((each for each in administrators if each.user.id == user_id), None)
        if on and found is None:
            raise NotFound("There is no such administrator.")
        if on and found is not None and not found.strong:
            raise NotFitForEmergencies
        # It can be taken from anybody, also from who administers nothing any more or is suspended.
        user = await UserRepository(session=self._work.session).get_locked(self._tenant_id, user_id)
        policy = await policy_of(self._work)
        others = [each for each in administrators if each.way_back and each.user.id != user_id]
        if not on and found is not None and policy.sso_scope != "off" and not others:
            raise NoWayBack
        if user.break_glass is not on:
            user.break_glass = on
            verb = "given" if on else "taken"
            record(self._work, f"sso.emergency_access.{verb}", Subject("user", user_id))
        return user

    async def _candidate(self, connection_id: UUID | None) -> Connection | None:
        """The connection in question: the one named, or the first that signs people in."""
        if connection_id is not None:
            return await self._connections.find(self._tenant_id, connection_id)
        return next(iter(await self._connections.active(self._tenant_id)), None)

    async def _verified(self, connection: Connection | None) -> list[str]:
        if connection is None:
            return []
        return await DomainRepository(self._work.session).verified(self._tenant_id, connection.id)

    async def _administrators(self, *, locked: bool = True) -> list[Administrator]:
        """All of them; locked, they stay as they are until the transaction ends, and decisions here come one by one."""
        users = await self._people.administrators(self._tenant_id, locked=locked)
        return [Administrator(user, await has_strong_factor(self._work, user.id)) for user in users]

    async def _put(self, stage: Stage, domains: list[str], connection_id: UUID | None) -> None:
        values = {"sso_scope": str(stage), "sso_domains": domains, "sso_connection_id": connection_id}
        statement = insert(AccessPolicy).values(tenant_id=self._tenant_id, **values)
        await self._work.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id"], set_={**values, "updated_at": func.now()})
        )
        stored = select(AccessPolicy).where(AccessPolicy.tenant_id == self._tenant_id)
        await self._work.session.scalar(stored.execution_options(populate_existing=True))


def _requirements(
    connection: Connection | None,
    administrators: Sequence[Administrator],
    scope: str = "everyone",
    domains: Sequence[str] = (),
) -> list[Requirement]:
    """What must hold before people can be bound to a connection."""
    active = connection is not None and connection.status == ConnectionStatus.ACTIVE
    proven = (
        connection is not None
        and connection.tested_version == connection.version
        and connection.tested_by in {each.user.id for each in administrators}
    )
    found = [
        Requirement("connection_active", active, "enable a connection first."),
        Requirement(
            "administrator_signed_in",
            proven,
            "sign in through this connection as yourself, as it is set up now: link it to your account, or sign out and"
            " use it.",
        ),
        Requirement(
            "way_back",
            any(each.way_back for each in administrators),
            "name an emergency administrator who has a passkey or an authenticator app.",
        ),
    ]
    if scope == "domains":
        found.append(Requirement("domain_verified", bool(domains), "verify an e-mail domain of this connection."))
    return found
