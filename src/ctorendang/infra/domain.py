"""What a domain offers to the rest of the product."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from litestar import Controller

from ctorendang.infra.events import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain's contributions; ``registry.py`` lists one a domain.

    Attributes:
        permissions: every permission it asks for.
        controllers: its pages and routes on tenant hosts.
        console_controllers: the same on the console host.
        queries: its part of the GraphQL query root.
        mutations: its part of the GraphQL mutation root.
        subscriptions: events that it reacts to.
    """

    name: str
    permissions: type[StrEnum] | None = None
    controllers: tuple[type[Controller], ...] = ()
    console_controllers: tuple[type[Controller], ...] = ()
    queries: tuple[type[Any], ...] = ()
    mutations: tuple[type[Any], ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
