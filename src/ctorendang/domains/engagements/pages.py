"""Engagements as pages: what needs whom, one of them, and every step as a form."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.engagements.errors import AlreadyShortlisted
from ctorendang.domains.engagements.form_steps import FORM_STEPS, seen_of
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.shortlist import ShortlistService
from ctorendang.infra.errors import AppError, NotFound
from ctorendang.infra.graphql.types import parse_id, required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query

AnyRequest = Request[Any, Any, Any]

# Fields of a form that are called otherwise in the API, since people type something else there.
_TYPED = {"minutes": "hours"}


class EngagementPages(Controller):
    """One's engagements."""

    path = "/engagements"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def engagements(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """What needs the viewer, and everything else."""
        return await pages.show(request, "engagements", Query(request).page(20))

    @get("/new")
    async def new_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """For which project a CTO is wanted, from the CTO's profile."""
        product.grants.require(context_of(request).actor, EngagementPermission.SHORTLIST)
        cto_id = parse_id(Query(request).text("cto") or "")
        if cto_id is None:
            raise NotFound("There is no such CTO here.")
        return await pages.show_found(request, "engagement-new", "cto", {"id": str(cto_id)})

    @post("/")
    async def shortlist(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Put a CTO on a project's shortlist, and go on to what comes next."""
        form = await pages.form(request)
        project_id, cto_id = required_id(form.text("projectId")), required_id(form.text("ctoId"))
        try:
            async with product.units.begin(context_of(request).actor) as work:
                engagement = await ShortlistService(work).shortlist(project_id, cto_id)
        except AlreadyShortlisted as error:
            return pages.redirect("/engagements", error.detail, "info")
        except AppError as error:
            return pages.redirect_refused(f"/ctos/{cto_id}", error)
        return pages.redirect(f"/engagements/{engagement.id}", "On your shortlist. Only you see that.")

    @get("/{engagement_id:str}")
    async def engagement(
        self, request: AnyRequest, pages: NamedDependency[Pages], engagement_id: FromPath[str]
    ) -> Response[Any]:
        """An engagement."""
        return await pages.show_found(request, "engagement", "engagement", {"id": engagement_id})

    @post("/{engagement_id:str}/{step:str}")
    async def take(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        engagement_id: FromPath[str],
        step: FromPath[str],
    ) -> Response[Any]:
        """Take a step, or show the form again with what stands in its way."""
        form = await pages.form(request)
        act = FORM_STEPS.get(step)
        if act is None:
            raise NotFound("There is nothing at this address.")
        try:
            seen = seen_of(engagement_id, form)
            async with product.units.begin(context_of(request).actor) as work:
                message = await act(work, seen, form)
        except AppError as error:
            refused = pages.refused(error, form)
            errors = {_TYPED.get(name, name): problem for name, problem in refused["errors"].items()}
            refused = {**refused, "errors": errors, "name": step}
            return await pages.show_found(
                request, "engagement", "engagement", {"id": engagement_id}, form=refused, status=error.status
            )
        return pages.redirect(f"/engagements/{engagement_id}", message)
