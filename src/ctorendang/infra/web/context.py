"""What is known of a request before any handler sees it."""

from dataclasses import dataclass, field
from typing import Any, cast

from litestar.connection import ASGIConnection

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.tenancy.tenant import Tenant

_KEY = "ctorendang.context"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request.

    Attributes:
        token: the browser session's secret, from which form tokens are derived; empty for visitors and programs.
        origin: scheme, host and port as the browser names this site.
    """

    request_id: str
    tenant: Tenant
    actor: Actor
    token: str = field(repr=False)
    origin: str


def keep_context(scope: Any, context: RequestContext) -> None:
    """Leave the context where handlers find it."""
    scope[_KEY] = context


def find_context(scope: Any) -> RequestContext | None:
    """The context, None where the request has no tenant."""
    return cast(RequestContext | None, scope.get(_KEY))


def context_of(connection: ASGIConnection[Any, Any, Any, Any]) -> RequestContext:
    """The context of a request that has reached a handler."""
    context = find_context(connection.scope)
    if context is None:
        raise LookupError("Only probes are served outside the gate.")
    return context
