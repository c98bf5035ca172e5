"""What the provider remembers while it runs."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ctorendang.infra.stack.idp.people import Person

_T = TypeVar("_T")
_MOST = 1_000


class Kept(Generic[_T]):
    """Things by a random name, for a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._things: OrderedDict[str, tuple[float, _T]] = OrderedDict()

    def put(self, thing: _T) -> str:
        """Keep it; returns its name."""
        name = secrets.token_urlsafe(24)
        self._things[name] = (time.monotonic() + self._seconds, thing)
        while len(self._things) > _MOST:
            self._things.popitem(last=False)
        return name

    def get(self, name: str) -> _T | None:
        """The thing of that name."""
        until, thing = self._things.get(name, (0.0, None))
        return thing if until > time.monotonic() else None

    def take(self, name: str) -> _T | None:
        """The thing of that name, which is gone afterwards."""
        until, thing = self._things.pop(name, (0.0, None))
        return thing if until > time.monotonic() else None

    def all(self) -> list[tuple[str, _T]]:
        """Whatever is still kept."""
        return [(name, thing) for name, (until, thing) in list(self._things.items()) if until > time.monotonic()]


@dataclass(slots=True)
class Visit:
    """An application that somebody has signed in at.

    Attributes:
        application: entity id, or the address of back-channel logout.
        session: what both sides call it: SessionIndex or ``sid``.
    """

    application: str
    session: str


@dataclass(slots=True)
class SignedIn:
    """Somebody's browser.

    Attributes:
        since: seconds since the epoch.
    """

    organisation: str
    person: Person
    since: int
    visits: list[Visit] = field(default_factory=list)
