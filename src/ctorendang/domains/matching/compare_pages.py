"""Two to four CTOs side by side, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from ctorendang.domains.matching.comparison import LEAST, MOST
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query


class ComparePages(Controller):
    """Whom somebody has ticked, in the directory or among matches."""

    path = "/compare"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def compare(
        self, request: Request[Any, Any, Any], product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Them side by side; what the address asks for beyond that is said in words rather than refused."""
        query = Query(request)
        asked = query.all("cto") or []
        wanted = list(dict.fromkeys(asked))
        told = {"wanted": wanted[:MOST], "more": len(wanted) > MOST, "twice": len(wanted) < len(asked)}
        if len(wanted) < LEAST:
            return await pages.show(request, "compare", data=told, state="few")
        project = query.text("project")
        actor = context_of(request).actor
        variables = {
            "ctos": wanted[:MOST],
            "project": project,
            "withProject": project is not None and product.grants.allows(actor, MatchingPermission.JUDGE),
            "withProjects": product.grants.allows(actor, MatchingPermission.JUDGE),
        }
        return await pages.show(request, "compare", variables, data=told)
