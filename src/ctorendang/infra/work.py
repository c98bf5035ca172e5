"""A unit of work as services see it: one transaction, one actor, what they may do, and what they tell others."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.authz.authorize import Grants
from ctorendang.infra.db.session import Database, after_commit
from ctorendang.infra.events import Subscriptions
from ctorendang.infra.gateways.gateways import Gateways
from ctorendang.infra.jobs.models import OutboxMessage

Waker = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """What a service works with; gone, committed or rolled back, when the request or job ends.

    Attributes:
        message_id: of the outbox row that a job works on, the same each time it starts.
    """

    session: AsyncSession
    actor: Actor
    grants: Grants
    subscriptions: Subscriptions
    gateways: Gateways
    wake: Waker
    message_id: UUID | None = None

    @property
    def tenant_id(self) -> UUID:
        """The tenant that all of this happens in."""
        return self.actor.tenant_id

    def require(self, permission: StrEnum) -> None:
        """Let the actor pass, or refuse.

        Raises:
            SignInRequired: a visitor may not do this.
            Forbidden: the actor's roles do not allow it.
        """
        self.grants.require(self.actor, permission)

    def allows(self, permission: StrEnum) -> bool:
        """Whether the actor may, for answers that merely show less to those who may not."""
        return self.grants.allows(self.actor, permission)

    def publish(self, event: str, payload: dict[str, Any], *, at: datetime | None = None) -> None:
        """Tell the event's subscribers, once this has committed; the worker is woken, and sweeps up if that is lost.

        Args:
            event: ``project.saved`` and the like.
            payload: what they need to know, without secrets.
            at: not before; at once when None.
        """
        for subscription in self.subscriptions.to(event):
            self.session.add(
                OutboxMessage(
                    tenant_id=self.tenant_id,
                    event=event,
                    handler=subscription.handler,
                    bulk=subscription.bulk,
                    payload=payload,
                    actor_id=self.actor.user_id,
                    request_id=self.actor.request_id,
                    run_at=at or func.now(),
                )
            )
            after_commit(self.session, self.wake)


class UnitsOfWork:
    """Begins units of work; one a process and database role."""

    def __init__(
        self, database: Database, grants: Grants, subscriptions: Subscriptions, gateways: Gateways, wake: Waker
    ) -> None:
        self._database = database
        self._grants = grants
        self._subscriptions = subscriptions
        self._gateways = gateways
        self._wake = wake

    @asynccontextmanager
    async def begin(self, actor: Actor, message_id: UUID | None = None) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for the actor; commits on leaving, rolls back on any exception."""
        async with self._database.unit_of_work(actor) as session:
            yield UnitOfWork(session, actor, self._grants, self._subscriptions, self._gateways, self._wake, message_id)
