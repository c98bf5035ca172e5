"""Where OpenID and OAuth providers send browsers, and where they report that somebody has signed out."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.oidc.callback import OidcCallback
from ctorendang.domains.sso.oidc.claims import Answer
from ctorendang.domains.sso.oidc.logout import BackChannelLogout
from ctorendang.domains.sso.sign_on_pages import connection_of, finish_address
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only

AnyRequest = Request[Any, Any, Any]

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
