"""May this actor do that? The role policy in ``policies/`` answers, compiled when a process starts."""

from collections.abc import Mapping
from enum import StrEnum

from ctorendang.infra.auth.actor import VISITOR, Actor
from ctorendang.infra.errors import Forbidden, SignInRequired


class Grants:
    """The compiled role policy."""

    def __init__(self, by_role: Mapping[str, frozenset[str]]) -> None:
        self._by_role = by_role

    def allows(self, actor: Actor, permission: StrEnum) -> bool:
        """Whether one of the actor's roles has the permission, and their key carries it where they came with one."""
        if actor.scopes is not None and permission not in actor.scopes:
            return False
        return any(permission in self._by_role.get(role, ()) for role in actor.roles)

    def of(self, role: str) -> frozenset[str]:
        """Every permission of a role, which may be the name of a key's scope."""
        return self._by_role.get(role, frozenset())

    def require(self, actor: Actor, permission: StrEnum) -> None:
        """Let the actor pass, or refuse.

        Raises:
            SignInRequired: a visitor may not do this, somebody signed in perhaps could.
            Forbidden: none of the actor's roles has the permission, or their key does not carry it.
        """
        if self.allows(actor, permission):
            return
        if actor.roles == {VISITOR}:
            raise SignInRequired("Sign in to do this.")
        raise Forbidden("Your role does not allow this. An administrator can change it under Members.")
