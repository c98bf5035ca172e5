"""The unit of work: the only code that begins, scopes, commits or rolls back."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from ctorendang.infra.auth.actor import Actor

# Transaction-local, and the first statement of the transaction: a connection that returns to the pool, even after
# a cancelled request, carries nothing into the next one.
_SCOPE = text(
    "select set_config('app.tenant_id', :tenant_id, true),"
    " set_config('app.user_id', :user_id, true),"
    " set_config('app.roles', :roles, true)"
)

_AFTER_COMMIT = "after_commit"

_RETURNED_AT = "returned_at"
_TRUSTED_SECONDS = 1.0

Callback = Callable[[], Awaitable[None]]


class Database:
    """One pool of connections of one database role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            # Values never reach logs through an error's text.
            hide_parameters=True,
            connect_args={"server_settings": {"application_name": "ctorendang"}},
        )
        event.listen(self.engine.sync_engine, "checkin", _note_return)
        event.listen(self.engine.sync_engine, "checkout", _refuse_dead)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def unit_of_work(self, actor: Actor) -> AsyncIterator[AsyncSession]:
        """One transaction that sees what the actor may see; commits on leaving, rolls back on any exception."""
        async with self._sessions.begin() as session:
            await session.execute(_SCOPE, actor.scope())
            yield session
        for callback in session.info.pop(_AFTER_COMMIT, ()):
            await callback()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


@asynccontextmanager
async def step_of(session: AsyncSession) -> AsyncIterator[None]:
    """A step that may fail by itself: what it did is taken back, and the transaction goes on."""
    async with session.begin_nested():
        yield


def _note_return(_connection: Any, record: Any) -> None:
    record.info[_RETURNED_AT] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, _checkout: Any) -> None:
    """Connect anew instead of using a connection that has died in the pool.

    SQLAlchemy's own ``pool_pre_ping`` asks the server each time, which for asyncpg are three round trips in a unit
    of work of four or more. A server that ends closes the connection, which is seen without asking; only after some
    rest may a connection be dead unseen (a network that forgot it), so then it is asked.

    Raises:
        InvalidatePoolError: SQLAlchemy then connects anew, and takes no other connection as old as this.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    returned_at = record.info.get(_RETURNED_AT)
    if returned_at is not None and time.monotonic() - returned_at > _TRUSTED_SECONDS:
        try:
            connection.ping()
        except Exception as error:
            raise InvalidatePoolError from error


def after_commit(session: AsyncSession, callback: Callback) -> None:
    """Call ``callback`` once the transaction has committed; for hints only, since a crash in between loses it."""
    callbacks = session.info.setdefault(_AFTER_COMMIT, [])
    if callback not in callbacks:
        callbacks.append(callback)
