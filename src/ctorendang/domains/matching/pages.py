"""A project with the CTOs that fit it, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.service import MatchService
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.graphql.types import parse_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query


class MatchPages(Controller):
    """The page of one project."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/projects/{project_id:str}")
    async def project(
        self,
        request: Request[Any, Any, Any],
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
    ) -> Response[Any]:
        """The project, and for those who may see them its matches."""
        query = Query(request)
        wanted = query.filter(
            maxHourlyRate=query.money("maxHourlyRate"),
            minAvailability=query.number("minAvailability"),
            minRating=query.decimal("minRating"),
        )
        variables = {
            "id": project_id,
            "filter": wanted,
            "withMatches": await _sees_matches(product, context_of(request).actor, project_id),
        }
        return await pages.show_found(request, "project", "project", variables)


async def _sees_matches(product: Product, actor: Actor, project_id: str) -> bool:
    id_ = parse_id(project_id)
    if id_ is None or not product.grants.allows(actor, MatchingPermission.READ):
        return False
    async with product.units.begin(actor) as work:
        return await MatchService(work).sees_matches_of(id_)
