"""The console's pages, and the address that both kinds of host share: their front door."""

from dataclasses import asdict
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.console.service import ConsoleService
from ctorendang.infra.product import Product
from ctorendang.infra.tenancy.tenant import TenantKind
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import console_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query

AnyRequest = Request[Any, Any, Any]


class HomePage(Controller):
    """What a host shows first."""

    @get("/")
    async def home(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """A marketplace's home, or the console's list of tenants."""
        if context_of(request).tenant.kind is TenantKind.PLATFORM:
            return pages.redirect("/tenants")
        return await pages.show(request, "home", {})


class ConsolePages(Controller):
    """Tenants, for platform administrators."""

    path = "/tenants"
    guards = [console_only]  # noqa: RUF012

    @get("/")
    async def tenants(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """All tenants."""
        actor = context_of(request).actor
        if actor.user_id is None:
            return pages.redirect("/login")
        async with product.platform_units.begin(actor) as work:
            found = await ConsoleService(work).tenants(Query(request).text("search"))
        return await pages.show(request, "tenants", data={"tenants": [asdict(each) for each in found]})

    @get("/{slug:str}")
    async def tenant(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages], slug: FromPath[str]
    ) -> Response[Any]:
        """One tenant."""
        async with product.platform_units.begin(context_of(request).actor) as work:
            tenant, events = await ConsoleService(work).tenant(slug)
        data = {"tenant": asdict(tenant), "recentAudit": [asdict(event) for event in events]}
        return await pages.show(request, "tenant", data=data)
