"""Who is asking."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from ctorendang.infra.errors import SignInRequired

VISITOR = "visitor"
AUTHENTICATOR = "authenticator"
"""The product itself while it finds out who somebody is."""
WORKER = "worker"
"""The product itself while it does deferred work."""
OPERATOR = "operator"
"""Whoever runs the command line on the product's own machine."""

NO_TENANT = UUID(int=0)
"""Stands for the platform where an actor must name a tenant: its id is no tenant's."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, program or job on behalf of one tenant.

    Attributes:
        user_id: None for a visitor and for the product itself.
        name: what the person is called, for the audit trail.
        roles: what the role policy in ``policies/`` is asked about.
        session_id: the sign-in that this request rides on, for people and their programs.
        request_id: ties audit rows and log lines together.
        address: where the request came from, for limits on attempts.
        method: how the person came in: ``password``, ``passkey``, ``sso`` or ``key``; empty for everybody else.
        strong: two factors were shown, or an identity provider vouched.
        authenticated_at: when the person last showed who they are, for actions that want it to be recent.
        scopes: the only permissions that a key carries, whatever its owner's roles; None is no restriction.
    """

    tenant_id: UUID
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset({VISITOR})
    session_id: UUID | None = None
    request_id: str = ""
    address: str = ""
    name: str = ""
    method: str = ""
    strong: bool = False
    authenticated_at: datetime | None = None
    scopes: frozenset[str] | None = None

    @classmethod
    def service(cls, tenant_id: UUID, role: str, request_id: str = "", address: str = "") -> Self:
        """The product itself, acting in one narrow role that no person can hold."""
        return cls(tenant_id, roles=frozenset({role}), request_id=request_id, address=address)

    def as_service(self, role: str) -> Self:
        """The product itself in one narrow role, for the same request."""
        return self.service(self.tenant_id, role, self.request_id, self.address)

    def as_visitor(self) -> Self:
        """Whoever sends the request, whatever cookies came along with it."""
        return type(self)(self.tenant_id, request_id=self.request_id, address=self.address)

    def as_person(self, user_id: UUID, name: str, roles: Iterable[str]) -> Self:
        """The person that the sender of the request turned out to be."""
        return replace(self, user_id=user_id, name=name, roles=frozenset(roles))

    @property
    def person(self) -> UUID:
        """The signed-in person's id.

        Raises:
            SignInRequired: this is a visitor.
        """
        if self.user_id is None:
            raise SignInRequired("Sign in first.")
        return self.user_id

    def scope(self) -> dict[str, str]:
        """What row-level security sees of the actor."""
        return {
            "tenant_id": str(self.tenant_id),
            "user_id": str(self.user_id or ""),
            "roles": ",".join(sorted(self.roles)),
        }
