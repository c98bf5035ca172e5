"""Which kind of host a page is for.

Guards are coroutines: Litestar would send any other function through a thread, for each request.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from ctorendang.infra.errors import NotFound
from ctorendang.infra.tenancy.tenant import TenantKind
from ctorendang.infra.web.context import context_of


async def enterprises_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The page belongs to marketplaces; the console has no such address."""
    _require(connection, TenantKind.ENTERPRISE)


async def console_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The page belongs to the console; marketplaces have no such address."""
    _require(connection, TenantKind.PLATFORM)


def _require(connection: ASGIConnection[Any, Any, Any, Any], kind: TenantKind) -> None:
    if context_of(connection).tenant.kind != kind:
        raise NotFound("There is nothing at this address.")
