"""Routes of no domain: probes and assets."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.theming.assets import CACHE_CONTROL


@get("/health", media_type="text/plain", sync_to_thread=False)
def health() -> str:
    """The process is alive; touches nothing."""
    return "ok\n"


@get("/ready", media_type="text/plain")
async def ready(product: NamedDependency[Product]) -> Response[str]:
    """Postgres answers."""
    try:
        await product.directory.ping()
    except Exception:  # noqa: BLE001 - whatever keeps Postgres from answering, the answer is: not ready
        return Response("Postgres does not answer.\n", status_code=503)
    return Response("ok\n")


@get("/assets/{path:path}", sync_to_thread=False)
def asset(request: Request[Any, Any, Any], product: NamedDependency[Product]) -> Response[bytes]:
    """A theme's file, under a name that changes with its content."""
    found = product.gateways.themes.assets.find(request.url.path)
    if found is None:
        raise NotFound("There is no such file.")
    content, media_type = found
    return Response(content, media_type=media_type, headers={"Cache-Control": CACHE_CONTROL})
