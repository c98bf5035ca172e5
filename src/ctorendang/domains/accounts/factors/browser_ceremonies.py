"""Passkey ceremonies as browsers take part in them."""

from typing import Any

from litestar import Request, Response

from ctorendang.domains.accounts.factors.ceremonies import Ceremonies, Place
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]


def ceremonies(request: AnyRequest, product: Product, pages: Pages, actor: Actor | None = None) -> Ceremonies:
    """Passkey ceremonies of a request's actor, or of somebody about to sign in, on this host and in this browser."""
    context = context_of(request)
    return Ceremonies(product, actor or context.actor, Place.of(context.origin, pages.token(request)))


def json_text(options: str) -> Response[Any]:
    """Options of a ceremony, for the script."""
    return Response(
        options.encode(), status_code=200, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def factors_shown(request: AnyRequest, has_app: bool, passkeys: frozenset[str]) -> dict[str, Any]:
    """What a page offers: passkeys made on this host work here, others on theirs."""
    here = Place.of(context_of(request).origin, "").site.rp_id
    return {"app": has_app, "passkey": here in passkeys, "elsewhere": sorted(passkeys - {here})}
