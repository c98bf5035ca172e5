"""Leaving for an identity provider and coming back, as pages."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.pages import home_of, start_session
from ctorendang.domains.sso.arrivals import Arrival, ArrivalService, remember
from ctorendang.domains.sso.departure_pages import leave
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import SignOnPurpose
from ctorendang.infra.errors import NotFound
from ctorendang.infra.graphql.types import parse_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages, safe_path
from ctorendang.infra.web.queries import Query

AnyRequest = Request[Any, Any, Any]

BROWSER = "sso"
_DAY = 86_400


class SignOnPages(Controller):
    """What every protocol has in common."""

    path = "/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/step-up")
    async def step_up(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Confirm who one is where one signed in: at one's provider.

        Most come here because a form of theirs was answered with it.
        """
        connection_id = await SignOn(product, context_of(request).actor).own_connection()
        return await depart(request, product, pages, connection_id, SignOnPurpose.STEP_UP, after_form=True)

    @get("/{connection_id:str}/login")
    async def login(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Go to the provider to sign in, or to try a connection out, or to confirm who one is."""
        asked = Query(request).choice("purpose", (SignOnPurpose.TEST, SignOnPurpose.STEP_UP))
        purpose = SignOnPurpose(asked or SignOnPurpose.SIGN_IN)
        return await depart(request, product, pages, connection_of(connection_id), purpose)

    @post("/{connection_id:str}/link")
    async def link(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Go to the provider to make its identity stand for the account that is signed in; never by a mere address."""
        await pages.form(request)
        return await depart(request, product, pages, connection_of(connection_id), SignOnPurpose.LINK)

    @get("/{connection_id:str}/finish")
    async def finish(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Come back from the provider; who did not leave from here is asked first."""
        ticket = Query(request).text("ticket") or ""
        found = connection_of(connection_id)
        if await ArrivalService(product, context_of(request).actor).provider_began(found, ticket):
            return await pages.show(request, "sso-confirm", data={"connectionId": str(found), "ticket": ticket})
        return await _arrive(request, product, pages, found, ticket)

    @post("/{connection_id:str}/finish")
    async def confirm(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Sign in with what the provider sent unasked."""
        form = await pages.form(request)
        return await _arrive(request, product, pages, connection_of(connection_id), form.text("ticket"))


def connection_of(text: str) -> UUID:
    """The connection that an address names.

    Raises:
        NotFound: this is no id.
    """
    found = parse_id(text)
    if found is None:
        raise NotFound("There is no single sign-on at this address.")
    return found


def finish_address(request: AnyRequest, connection_id: UUID, ticket: str, origin: str) -> str:
    """Where a browser goes with its ticket: to the host that it left from, which has its cookie.

    Args:
        request: that brought the answer, to the one host that the provider knows.
        connection_id: which connection.
        ticket: for the answer.
        origin: that the browser left from; empty when the provider began.
    """
    # Cookies are a host's, whatever the port (RFC 6265 section 8.5).
    same_host = urlsplit(origin).hostname in {None, urlsplit(context_of(request).origin).hostname}
    return f"{'' if same_host else origin}/sso/{connection_id}/finish?ticket={ticket}"


async def depart(
    request: AnyRequest,
    product: Product,
    pages: Pages,
    connection_id: UUID,
    purpose: SignOnPurpose,
    *,
    after_form: bool = False,
) -> Response[Any]:
    """Send the browser away, with the cookie that will show which one it was; ``next`` of the address comes along.

    Args:
        request: that is answered.
        product: the process.
        pages: of the site.
        connection_id: where to.
        purpose: what for.
        after_form: as for :func:`leave`.
    """
    next_path = safe_path(Query(request).text("next") or "", "")
    browser = request.cookies.get(pages.cookies.name(BROWSER), "")
    context = context_of(request)
    leaving = await SignOn(product, context.actor).leave(connection_id, purpose, next_path, browser, context.origin)
    response = await leave(request, pages, leaving.departure, leaving.provider, after_form=after_form)
    response.set_cookie(pages.cookies.make(BROWSER, leaving.browser, _DAY))
    return response


async def _arrive(
    request: AnyRequest, product: Product, pages: Pages, connection_id: UUID, ticket: str
) -> Response[Any]:
    service = ArrivalService(product, context_of(request).actor)
    arrival = await service.finish(connection_id, ticket, request.cookies.get(pages.cookies.name(BROWSER), ""))
    if arrival.person is None:
        return _back(pages, arrival)
    response = pages.redirect(arrival.next_path or await home_of(product, arrival.person.actor))
    await start_session(request, product, pages, arrival.person, response, remember(arrival))
    return response


def _back(pages: Pages, arrival: Arrival) -> Response[Any]:
    """Where somebody signed in goes on."""
    if arrival.purpose == SignOnPurpose.TEST:
        return pages.redirect(f"/admin/sso/{arrival.connection.id}/attempts/{arrival.reference}")
    if arrival.purpose == SignOnPurpose.LINK:
        return pages.redirect(arrival.next_path or "/account/sso", f"{arrival.connection.name} now signs you in.")
    return pages.redirect(arrival.next_path or "/account")
