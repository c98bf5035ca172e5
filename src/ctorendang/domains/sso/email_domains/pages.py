"""E-mail domains, as pages for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.connections.pages import HOME
from ctorendang.domains.sso.email_domains.service import DomainProofs, DomainService
from ctorendang.infra.errors import AppError
from ctorendang.infra.gateways.dns import DnsUnavailable
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_DOMAINS = f"{HOME}/domains"


class DomainPages(Controller):
    """Whose addresses a connection may speak for."""

    path = _DOMAINS
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def domains(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Every domain, and how to prove it."""
        return await pages.show(request, "admin-sso-domains", {})

    @post("/")
    async def claim(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Claim one."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                claimed = await DomainService(work).claim(required_id(form.text("connectionId")), form.text("domain"))
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "admin-sso-domains", {}, form=refused, status=error.status)
        return pages.redirect(_DOMAINS, f"{claimed.domain} is added. Prove it with the TXT record below.")

    @post("/{domain_id:str}/verify")
    async def verify(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        domain_id: FromPath[str],
    ) -> Response[Any]:
        """Look for the record now."""
        await pages.form(request)
        try:
            domain = await DomainProofs(product, context_of(request).actor).verify(required_id(domain_id))
        except DnsUnavailable:
            return pages.redirect(_DOMAINS, "The name servers do not answer. Try again in a minute.", "error")
        except AppError as error:
            return pages.redirect_refused(_DOMAINS, error)
        return pages.redirect(_DOMAINS, f"{domain.domain} is verified.")

    @post("/{domain_id:str}/remove")
    async def remove(
        self, request: AnyRequest, pages: NamedDependency[Pages], domain_id: FromPath[str]
    ) -> Response[Any]:
        """Give one up."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            return f"{await DomainService(work).remove(required_id(domain_id))} is removed."

        return await pages.press(request, _DOMAINS, remove)
