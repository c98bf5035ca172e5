"""What an attack is: its name, what it does, and the check that must stop it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from tests.domains.sso.saml_scene import Scene

Act = Callable[[Scene], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Attack:
    """One case.

    Attributes:
        check: the name of the check that the trace must show as failed; None where the request gets nowhere near a
            trace, since there is no such connection or no message at all.
        status: what the browser is answered.
    """

    act: Act
    check: str | None
    status: int = 400


class Attacks(dict[str, Attack]):
    """Cases by name."""

    def stopped_by(self, check: str | None, status: int = 400) -> Callable[[Act], Act]:
        """Register a case under its function's name."""

        def register(act: Act) -> Act:
            name = act.__name__
            assert name not in self, name
            self[name] = Attack(act, check, status)
            return act

        return register
