"""A project with the CTOs that fit it, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.matching.digests import DigestService
from ctorendang.domains.matching.feedback import FeedbackService
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.service import MatchService
from ctorendang.domains.projects.service import ProjectService
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.graphql.types import parse_id, required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]


class MatchPages(Controller):
    """The page of one project."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/projects/{project_id:str}")
    async def project(
        self,
        request: AnyRequest,
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
        actor = context_of(request).actor
        sees = await _sees_matches(product, actor, project_id)
        variables = {
            "id": project_id,
            "filter": wanted,
            "withMatches": sees,
            "withDismissed": sees and await _judges_matches(product, actor, project_id),
        }
        return await pages.show_found(request, "project", "project", variables)

    @get("/projects/matched")
    async def matched(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Projects that suit one's own profile, with why and why not."""
        return await pages.show(request, "projects-matched", {})

    @get("/projects/{project_id:str}/fit")
    async def fit(self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]) -> Response[Any]:
        """How one stands among a project's matches, and what would move one up."""
        return await pages.show(request, "project-fit", {"id": project_id})

    @post("/projects/{project_id:str}/matches/{cto_id:str}/dismiss")
    async def dismiss(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str], cto_id: FromPath[str]
    ) -> Response[Any]:
        """Leave somebody out of a project's matches."""

        async def dismiss(work: UnitOfWork, form: Form) -> str:
            reason = form.text("reason") or None
            cto = await FeedbackService(work).dismiss(required_id(project_id), required_id(cto_id), reason)
            return f"{cto.name} is no longer among these matches. You can bring them back below the list."

        return await pages.press(request, f"/projects/{project_id}", dismiss)

    @post("/projects/{project_id:str}/matches/{cto_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str], cto_id: FromPath[str]
    ) -> Response[Any]:
        """Let somebody be among a project's matches again."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            cto = await FeedbackService(work).restore(required_id(project_id), required_id(cto_id))
            return f"{cto.name} is matched again."

        return await pages.press(request, f"/projects/{project_id}", restore)


async def _sees_matches(product: Product, actor: Actor, project_id: str) -> bool:
    id_ = parse_id(project_id)
    if id_ is None or not product.grants.allows(actor, MatchingPermission.READ):
        return False
    async with product.units.begin(actor) as work:
        return await MatchService(work).sees_matches_of(id_)


async def _judges_matches(product: Product, actor: Actor, project_id: str) -> bool:
    """Whether the project is the actor's own, so that they say who is relevant; then they look at its matches now."""
    if not product.grants.allows(actor, MatchingPermission.JUDGE):
        return False
    async with product.units.begin(actor) as work:
        project = await ProjectService(work).find(required_id(project_id))
        if project is None or project.owner_id != actor.user_id:
            return False
        await DigestService(work).note_visit(project.id)
        return True
