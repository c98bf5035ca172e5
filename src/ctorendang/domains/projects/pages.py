"""Projects as pages: the list, the wizard, and what becomes of them."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.projects.draft import ProjectDraft
from ctorendang.domains.projects.lifecycle import LifecycleService
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_STEPS = ("about", "skills", "terms", "review")


class ProjectPages(Controller):
    """One's projects."""

    path = "/projects"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def projects(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The projects that one may see."""
        query = Query(request)
        wanted = query.filter(
            status=query.choice("status", [each.name for each in ProjectStatus]), search=query.text("search")
        )
        return await pages.show(request, "projects", {"filter": wanted, **query.page(20)})

    @get("/new")
    async def new_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The wizard's first step."""
        product.grants.require(context_of(request).actor, ProjectPermission.CREATE)
        return await pages.show(request, "project-new")

    @post("/")
    async def create(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Keep the first step as a draft, so that nothing is lost from here on."""
        form = await pages.form(request)
        context = context_of(request)
        draft = ProjectDraft(form.text("title"), form.text("description"))
        try:
            async with product.units.begin(context.actor) as work:
                project = await ProjectService(work).create(draft, context.tenant.currency)
        except AppError as error:
            return await pages.show(request, "project-new", form=pages.refused(error, form), status=error.status)
        return pages.redirect(f"/projects/{project.id}/edit?step=skills", "Your draft is saved.")

    @get("/{project_id:str}/edit")
    async def edit_form(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
    ) -> Response[Any]:
        """A step of the wizard."""
        product.grants.require(context_of(request).actor, ProjectPermission.MANAGE_OWN)
        return await pages.show_found(request, "project-edit", "project", {"id": project_id})

    @post("/{project_id:str}/edit")
    async def edit(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
    ) -> Response[Any]:
        """Save a step, and go where the pressed button leads."""
        form = await pages.form(request)
        product.grants.require(context_of(request).actor, ProjectPermission.MANAGE_OWN)
        step = Query(request).choice("step", _STEPS) or _STEPS[0]
        try:
            changes = _changes(step, form)
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                await ProjectService(work).update(required_id(project_id), changes)
        except AppError as error:
            refused = pages.refused(error, form)
            variables = {"id": project_id}
            return await pages.show_found(
                request, "project-edit", "project", variables, form=refused, status=error.status
            )
        return pages.redirect(_next_page(project_id, step, form.text("go")), "Saved.")

    @post("/{project_id:str}/publish")
    async def publish(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """Show the project to the CTOs."""

        async def publish(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).publish(required_id(project_id))
            return "Your project is published."

        return await pages.press(request, f"/projects/{project_id}", publish)

    @post("/{project_id:str}/close")
    async def close(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """End the project."""

        async def close(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).close(required_id(project_id))
            return "Your project is closed."

        return await pages.press(request, f"/projects/{project_id}", close)


def _changes(step: str, form: Form) -> dict[str, Any]:
    if step == "about":
        return {"title": form.text("title"), "description": form.text("description")}
    if step == "skills":
        return {"skills": form.all("skills"), "industry": form.text("industry") or None}
    if step == "terms":
        return {
            "budget": form.money("budget"),
            "max_hourly_rate": form.money("maxHourlyRate"),
            "hours_per_week": form.number("hoursPerWeek"),
            "starts_on": form.day("startsOn"),
        }
    return {}


def _next_page(project_id: FromPath[str], step: str, go: str) -> str:
    place = _STEPS.index(step) + {"back": -1, "exit": len(_STEPS)}.get(go, 1)
    if 0 <= place < len(_STEPS):
        return f"/projects/{project_id}/edit?step={_STEPS[place]}"
    return f"/projects/{project_id}"
