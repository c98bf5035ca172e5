"""The page that people start on."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from ctorendang.domains.accounts.people.preferences import home_by_role
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.dashboards.permissions import DashboardPermission
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages


class DashboardPages(Controller):
    """One page for clients, for CTOs and for those who are both."""

    path = "/dashboard"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def dashboard(
        self, request: Request[Any, Any, Any], product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What needs the viewer, and how their work stands; administrators alone have theirs elsewhere."""
        actor = context_of(request).actor
        grants = product.grants
        if actor.user_id is not None and not grants.allows(actor, DashboardPermission.READ):
            return pages.redirect(home_by_role(actor))
        grants.require(actor, DashboardPermission.READ)
        variables = {
            "client": grants.allows(actor, MatchingPermission.JUDGE),
            "cto": grants.allows(actor, CtoPermission.MANAGE_OWN),
            "approver": grants.allows(actor, CtoPermission.APPROVE),
        }
        return await pages.show(request, "dashboard", variables)
