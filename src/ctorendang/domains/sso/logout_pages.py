"""Signing out at the provider, whatever it speaks, and coming back."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.departure_pages import leave
from ctorendang.domains.sso.logout import provider_logout
from ctorendang.domains.sso.sign_on_pages import connection_of
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.graphql.types import parse_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.cookies import FAREWELL
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.kit.crypto import same

AnyRequest = Request[Any, Any, Any]

_AWAY_SECONDS = 300


class FarewellPages(Controller):
    """Signing out at the provider, after the session here has ended."""

    path = "/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/logout")
    async def logout(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Go on to the provider of the session that ``POST /logout`` has ended; home where there is none."""
        ended = parse_id(pages.signed_cookie(request, FAREWELL) or "")
        farewell = None
        if ended is not None:
            async with product.units.begin(context_of(request).actor.as_service(AUTHENTICATOR)) as work:
                farewell = await provider_logout(work, ended, product.settings.secret_key)
        if farewell is None:
            home = pages.redirect("/", "You are signed out.")
            home.set_cookie(pages.cookies.drop(FAREWELL))
            return home
        response = await leave(request, pages, farewell.departure, farewell.provider, after_form=True)
        response.set_cookie(pages.cookies.make(FAREWELL, pages.signed(FAREWELL, farewell.state), _AWAY_SECONDS))
        return response

    @get("/{connection_id:str}/logged-out")
    async def logged_out(
        self, request: AnyRequest, pages: NamedDependency[Pages], connection_id: FromPath[str]
    ) -> Response[Any]:
        """Come back from signing out at the provider (OpenID Connect RP-Initiated Logout 1.0 section 3)."""
        connection_of(connection_id)
        return farewell_home(request, pages, request.query_params.get("state", ""))


def farewell_home(request: AnyRequest, pages: Pages, state: str) -> Response[Any]:
    """The home page for somebody who comes back signed out; it says so only to the browser that went."""
    went = pages.signed_cookie(request, FAREWELL)
    known = bool(went) and same(went or "", state)
    response = pages.redirect("/", "You are signed out here and at your organisation." if known else "")
    response.set_cookie(pages.cookies.drop(FAREWELL))
    return response
