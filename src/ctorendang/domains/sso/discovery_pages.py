"""Single sign-on for people who only know their e-mail address."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.sso.discovery import DiscoveryService
from ctorendang.domains.sso.sign_on_pages import depart
from ctorendang.domains.sso.status import SignOnPurpose
from ctorendang.infra.errors import AppError
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]


class DiscoveryPages(Controller):
    """From an address to its provider."""

    path = "/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def ask(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Ask for the address."""
        return await pages.show(request, "sso", {})

    @post("/")
    async def lead(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Go to the provider of the address's domain."""
        form = await pages.form(request)
        try:
            connection_id = await DiscoveryService(product, context_of(request).actor).connection_of(form.text("email"))
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "sso", {}, form=refused, status=error.status)
        if connection_id is None:
            typed = {"values": form.values, "errors": {}, "message": None}
            return await pages.show(request, "sso", {}, form=typed, state="unknown", status=404)
        return await depart(request, product, pages, connection_id, SignOnPurpose.SIGN_IN)
