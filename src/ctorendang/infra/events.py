"""Events: what happened, told to whoever subscribed, through the outbox."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctorendang.infra.auth.actor import WORKER

if TYPE_CHECKING:
    from ctorendang.infra.work import UnitOfWork

Handler = Callable[["UnitOfWork", Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """That a handler wants an event.

    The handler runs later, in the worker, in a unit of work of the event's tenant, and finishes in the same transaction
    as its effects. It may start more than once; its effects count once.

    Attributes:
        event: ``project.saved`` and the like.
        handler: stable name kept in the outbox, ``domain.verb``.
        run: what to do with the payload.
        role: the narrow role that the handler acts in; ``policies/`` says what it may do.
        bulk: work by the thousand for which nobody waits; it runs when nothing else is due.
    """

    event: str
    handler: str
    run: Handler
    role: str = WORKER
    bulk: bool = False


class Subscriptions:
    """Who wants which event."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._by_handler = {each.handler: each for each in subscriptions}
        self._by_event: dict[str, list[Subscription]] = {}
        for each in self._by_handler.values():
            self._by_event.setdefault(each.event, []).append(each)

    def to(self, event: str) -> tuple[Subscription, ...]:
        """The subscriptions to an event; none is fine."""
        return tuple(self._by_event.get(event, ()))

    def handler(self, name: str) -> Subscription | None:
        """What runs under a name, None when this version of the product no longer has it."""
        return self._by_handler.get(name)
