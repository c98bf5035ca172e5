"""The addresses that a SAML provider is told: assertion consumer service, single logout service, metadata."""

from typing import Any
from urllib.parse import parse_qsl, quote

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ctorendang.domains.sso.departure_pages import leave
from ctorendang.domains.sso.saml.consumer import AssertionConsumer
from ctorendang.domains.sso.saml.keys import own_metadata
from ctorendang.domains.sso.saml.logout import LogoutMessage
from ctorendang.domains.sso.saml.sign_out import SamlSignOut
from ctorendang.domains.sso.sign_on_pages import connection_of, finish_address
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import FormNotUnderstood, FormTypeNotSupported
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]

_MOST_FIELDS = 20


class SamlPages(Controller):
    """What providers send browsers to. None of it looks at cookies: who may do what was decided by who signed it."""

    path = "/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @post("/{connection_id:str}/acs")
    async def consume(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take a provider's answer; the browser goes on to show that it is the one that asked."""
        form = await _form(request)
        consumer = AssertionConsumer(product, context_of(request).actor.as_visitor())
        found = connection_of(connection_id)
        ticket, origin = await consumer.consume(found, form.get("SAMLResponse", ""), form.get("RelayState", ""))
        return pages.redirect(finish_address(request, found, ticket, origin))

    @get("/{connection_id:str}/metadata")
    async def metadata(
        self, request: AnyRequest, product: NamedDependency[Product], connection_id: FromPath[str]
    ) -> Response[bytes]:
        """Our metadata, for the provider to read from time to time."""
        content = await own_metadata(product, context_of(request).actor.as_visitor(), connection_of(connection_id))
        return Response(
            content, media_type="application/samlmetadata+xml", headers={"Cache-Control": "public, max-age=300"}
        )

    @get("/{connection_id:str}/slo")
    async def sign_out_by_address(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take a message about signing out from the address (HTTP-Redirect)."""
        query = request.scope["query_string"].decode("ascii", "replace")
        return await _sign_out(request, product, pages, connection_id, LogoutMessage.from_query(query))

    @post("/{connection_id:str}/slo")
    async def sign_out_by_form(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take a message about signing out from a form (HTTP-POST)."""
        form = await _form(request)
        message = LogoutMessage(
            request="SAMLRequest" in form,
            encoded=form.get("SAMLRequest", form.get("SAMLResponse", "")),
            relay_state=form.get("RelayState", ""),
        )
        return await _sign_out(request, product, pages, connection_id, message)


async def _sign_out(
    request: AnyRequest, product: Product, pages: Pages, connection_id: str, message: LogoutMessage
) -> Response[Any]:
    found = connection_of(connection_id)
    done = await SamlSignOut(product, context_of(request).actor.as_visitor()).receive(found, message)
    if done.departure is not None and done.departure.form is None:
        # The form, if there was one, was the provider's: our own rule about where forms lead does not hold.
        return Redirect(done.departure.url, status_code=303)
    if done.departure is not None:
        return await leave(request, pages, done.departure, done.provider)
    if not done.complete:
        return pages.redirect("/", f"You are signed out here, but {done.provider} may still know you.", "error")
    return pages.redirect(f"/sso/{found}/logged-out?state={quote(message.relay_state, safe='')}")


async def _form(request: AnyRequest) -> dict[str, str]:
    """The form of a provider; a field that comes twice is empty, since it is not clear which one counts.

    Raises:
        FormTypeNotSupported, FormNotUnderstood: it is no form.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise FormTypeNotSupported("Identity providers send forms here (application/x-www-form-urlencoded).")
    try:
        body = (await request.body()).decode("ascii")
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except (UnicodeError, ValueError):
        raise FormNotUnderstood("What the identity provider sent could not be read. Sign in again.") from None
    form: dict[str, str] = {}
    for name, value in pairs:
        form[name] = "" if name in form else value
    return form
