"""What a domain offers to the rest of the product."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from litestar import Controller

from ctorendang.infra.events import Subscription
from ctorendang.infra.product import Naming, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain's contributions; ``registry.py`` lists one a domain.

    Attributes:
        permissions: every permission it asks for.
        controllers: its pages and routes.
        queries: its part of the GraphQL query root.
        mutations: its part of the GraphQL mutation root.
        subscriptions: events that it reacts to.
        at_start: what a worker does once when it starts.
        alongside: what a worker does besides its jobs, as long as it runs.
        names: what its things are called that entries of the audit trail are about, by the entry's kind of subject.
    """

    name: str
    permissions: type[StrEnum]
    controllers: tuple[type[Controller], ...] = ()
    queries: tuple[type[Any], ...] = ()
    mutations: tuple[type[Any], ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    at_start: tuple[Callable[[Product], Awaitable[None]], ...] = ()
    alongside: tuple[Callable[[Product], Coroutine[Any, Any, None]], ...] = ()
    names: Mapping[str, Naming] = field(default_factory=dict)
