"""How long trials and proposals last, as an administrator's page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.engagements.limits import LimitService
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.infra.errors import AppError
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]


class EngagementLimitPages(Controller):
    """The tenant's limits."""

    path = "/admin/engagements"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def limits(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What holds."""
        product.grants.require(context_of(request).actor, EngagementPermission.MANAGE_LIMITS)
        return await pages.show(request, "admin-engagements", {})

    @post("/")
    async def change(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Set them."""
        form = await pages.form(request)
        said = {
            "trial_days": form.number("trialDays"),
            "trial_hours": form.number("trialHours"),
            "terms_days": form.number("termsDays"),
        }
        try:
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                await LimitService(work).change(**said)
        except AppError as error:
            return await pages.show(
                request, "admin-engagements", {}, form=pages.refused(error, form), status=error.status
            )
        return pages.redirect("/admin/engagements", "Saved. It holds for trials and terms that begin from now on.")
