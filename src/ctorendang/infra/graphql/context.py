"""What resolvers share during one operation."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import AsyncExitStack
from typing import Any, TypeVar, cast

from strawberry.dataloader import DataLoader

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.product import Product
from ctorendang.infra.tenancy.tenant import Tenant
from ctorendang.infra.work import UnitOfWork

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Batch = Callable[[UnitOfWork, list[Key]], Awaitable[dict[Key, Value]]]


class _RolledBack(Exception):
    """Ends a unit of work that must leave nothing behind."""


class _OperationOver(Exception):
    """A resolver came late: its operation has been answered without it."""


class GraphQLContext:
    """One operation: its tenant, its actor, and the one unit of work that its resolvers take turns with.

    The unit of work begins when it is first wanted, so that operations which keep their own (signing in) hold no second
    connection.
    """

    def __init__(self, tenant: Tenant, actor: Actor, product: Product, user_agent: str = "") -> None:
        self.tenant = tenant
        self.actor = actor
        self.product = product
        self.user_agent = user_agent
        self.refused = False
        self._stack = AsyncExitStack()
        self._work: UnitOfWork | None = None
        self._turn = asyncio.Lock()
        self._over = False
        self._loaders: dict[Callable[..., Any], DataLoader[Any, Any]] = {}

    async def use(self, step: Callable[[UnitOfWork], Awaitable[Value]]) -> Value:
        """Take a step in the unit of work. One at a time: resolvers run side by side, a connection does not."""
        async with self._turn:
            # What stands beside a field that fails goes on running after the answer; nobody would end its transaction.
            if self._over:
                raise _OperationOver
            if self._work is None:
                self._work = await self._stack.enter_async_context(self.product.units.begin(self.actor))
            return await step(self._work)

    async def load(self, batch: "Batch[Key, Value]", key: Key) -> Value | None:
        """The value of a key, fetched together with all that are asked for in the same moment."""
        if batch not in self._loaders:

            async def fetch(keys: list[Key]) -> list[Value | None]:
                found = await self.use(lambda work: batch(work, keys))
                return [found.get(each) for each in keys]

            self._loaders[batch] = DataLoader(load_fn=fetch)
        return cast("Value | None", await self._loaders[batch].load(key))

    async def load_found(self, batch: "Batch[Key, Value]", key: Key) -> Value:
        """As ``load``, of a batch that answers every key."""
        return cast(Value, await self.load(batch, key))

    def refuse(self) -> None:
        """Let nothing of this operation stay."""
        self.refused = True

    async def finish(self) -> None:
        """Commit, or roll back what was refused, when the step that is being taken has been."""
        async with self._turn:
            self._over = True
            if not self.refused:
                await self._stack.aclose()
                return
            try:
                raise _RolledBack
            except _RolledBack as reason:
                await self._stack.__aexit__(type(reason), reason, reason.__traceback__)
