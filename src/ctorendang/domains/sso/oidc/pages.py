"""Where OpenID and OAuth providers send browsers, and where they report that somebody has signed out."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.leaving import leave
from ctorendang.domains.sso.logout import provider_logout
from ctorendang.domains.sso.oidc.callback import OidcCallback
from ctorendang.domains.sso.oidc.claims import Answer
from ctorendang.domains.sso.oidc.logout import BackChannelLogout
from ctorendang.domains.sso.sign_on_pages import connection_of, finish_address
from ctorendang.domains.sso.trace import SignOnRefused
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
_MOST_FIELDS = 20


class OidcPages(Controller):
    """Answers of providers. None of these reads the session: whose browser it is shows in the next step."""

    path = "/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/{connection_id:str}/callback")
    async def callback(
        self, request: AnyRequest, product: NamedDependency[Product], connection_id: FromPath[str]
    ) -> Response[Any]:
        """A browser brings the provider's answer (RFC 6749 section 4.1.2)."""
        found = connection_of(connection_id)
        visitor = context_of(request).actor.as_visitor()
        ticket, origin = await OidcCallback(product, visitor).answer(found, _answer(request))
        headers = {"Location": finish_address(request, found, ticket, origin), "Cache-Control": "no-store"}
        return Response("", status_code=303, media_type="text/plain", headers=headers)

    @post("/{connection_id:str}/backchannel-logout")
    async def backchannel_logout(
        self, request: AnyRequest, product: NamedDependency[Product], connection_id: FromPath[str]
    ) -> Response[Any]:
        """The provider has signed somebody out (OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8)."""
        found = connection_of(connection_id)
        try:
            visitor = context_of(request).actor.as_visitor()
            await BackChannelLogout(product, visitor).accept(found, await _logout_token(request))
        except SignOnRefused as error:
            problem = {"error": "invalid_request", "error_description": f"Refused; reference {error.reference}."}
            return Response(problem, status_code=400, headers={"Cache-Control": "no-store"})
        return Response("", status_code=200, media_type="text/plain", headers={"Cache-Control": "no-store"})


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


def _answer(request: AnyRequest) -> Answer:
    """The answer; a parameter that comes twice is none (RFC 6749 section 3.1)."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        given[name] = "" if name in given else value
    return Answer(
        state=given.get("state", ""),
        code=given.get("code", ""),
        issuer=given.get("iss"),
        error=given.get("error", ""),
        description=given.get("error_description", ""),
    )


async def _logout_token(request: AnyRequest) -> str:
    """The token of a logout request, empty where the body is something else."""
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), max_num_fields=_MOST_FIELDS)
    except (UnicodeError, ValueError):
        return ""
    tokens = [value for name, value in pairs if name == "logout_token"]
    return tokens[0] if len(tokens) == 1 else ""
