"""Projects as pages: the list and the wizard."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.projects.draft import UNTITLED, ProjectDraft
from ctorendang.domains.projects.errors import ProjectChangedMeanwhile
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import ProjectService
from ctorendang.domains.projects.status import ProjectStatus, ProjectVisibility
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query

AnyRequest = Request[Any, Any, Any]

_STEPS = ("about", "skills", "terms", "access", "review")
_AUTOSAVE = "autosave"
_MOST_HOURS = 168
# What is saved on the way, rather than because somebody says that it is done.
_UNFINISHED = frozenset({_AUTOSAVE, "back", "exit"})


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

    @get("/open")
    async def open(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What others have published; every filter stands in the address, and nonsense there is left out."""
        product.grants.require(context_of(request).actor, ProjectPermission.READ_PUBLISHED)
        query = Query(request)
        hours = query.number("maxHours")
        wanted = {
            "status": ProjectStatus.PUBLISHED.name,
            "ofOthers": True,
            "search": query.text("search"),
            "skills": query.all("skills"),
            "industries": query.all("industries"),
            "stages": query.all("stages"),
            "minRate": query.money("minRate"),
            "maxHours": None if hours is None else min(hours, _MOST_HOURS),
        }
        return await pages.show(request, "projects-open", {"filter": query.filter(**wanted), **query.page(20)})

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
        product.grants.require(context.actor, ProjectPermission.CREATE)
        unfinished = form.text("go") in _UNFINISHED
        said = _changes("about", form)
        if unfinished:
            said["title"] = said["title"].strip() or UNTITLED
        try:
            async with product.units.begin(context.actor) as work:
                project = await ProjectService(work).create(
                    ProjectDraft(**said), context.tenant.currency, unfinished=unfinished
                )
        except AppError as error:
            if form.text("go") == _AUTOSAVE:
                return _not_saved(error)
            return await pages.show(request, "project-new", form=pages.refused(error, form), status=error.status)
        if form.text("go") == _AUTOSAVE:
            return _saved_by_itself(project, "about")
        return pages.redirect(_next_page(str(project.id), "about", form.text("go")), "Your draft is saved.")

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
        return await pages.show_found(request, "project-edit", "project", _variables(request, project_id))

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
            project = await _keep(request, product, project_id, step, form)
        except AppError as error:
            if form.text("go") == _AUTOSAVE:
                return _not_saved(error)
            refused = {**pages.refused(error, form), "conflict": isinstance(error, ProjectChangedMeanwhile)}
            return await pages.show_found(
                request, "project-edit", "project", _variables(request, project_id), form=refused, status=error.status
            )
        if form.text("go") == _AUTOSAVE:
            return _saved_by_itself(project, step)
        return pages.redirect(_next_page(project_id, step, form.text("go")), "Saved.")


def _variables(request: AnyRequest, project_id: str) -> dict[str, Any]:
    """Of the wizard's document: whom one could invite is asked for on the step that shows it."""
    query = Query(request)
    access, wanted = query.choice("step", _STEPS) == "access", query.text("find")
    return {
        "id": project_id,
        "find": wanted or "",
        "withFound": access and wanted is not None,
        "withMatches": access,
    }


async def _keep(request: AnyRequest, product: Product, project_id: str, step: str, form: Form) -> Project:
    """Save what a step says, in a unit of work of its own; a step that is left or saved by itself may be unfinished."""
    unfinished = form.text("go") in _UNFINISHED
    changes, version = _changes(step, form), form.number("version")
    form.done()
    if unfinished and "title" in changes:
        changes["title"] = changes["title"].strip() or UNTITLED
    async with product.units.begin(context_of(request).actor) as work:
        projects = ProjectService(work)
        return await projects.update(required_id(project_id), changes, version=version, unfinished=unfinished)


def _saved_by_itself(project: Project, step: str) -> Response[Any]:
    place = f"/projects/{project.id}/edit?step={step}"
    return Response({"version": project.version, "place": place, "title": project.title})


def _not_saved(error: AppError) -> Response[Any]:
    problems = error.fields if isinstance(error, InvalidInput) else {}
    told = {"message": next(iter(problems.values()), error.detail), "fields": problems}
    return Response(told, status_code=error.status)


def _changes(step: str, form: Form) -> dict[str, Any]:
    if step == "about":
        return {
            "title": form.text("title"),
            "description": form.text("description"),
            "goals": form.text("goals"),
            "deliverables": form.all("deliverables"),
        }
    if step == "skills":
        return {
            "skills": form.all("skills"),
            "nice_skills": form.all("niceSkills"),
            "industry": form.text("industry") or None,
            "stage": form.text("stage") or None,
        }
    if step == "terms":
        return {
            "budget": form.money("budget"),
            "max_hourly_rate": form.money("maxHourlyRate"),
            "hours_per_week": form.number("hoursPerWeek"),
            "starts_on": form.day("startsOn"),
            "length_weeks": form.number("lengthWeeks"),
        }
    if step == "access":
        visibility = form.text("visibility") or ProjectVisibility.TENANT
        return {"visibility": visibility, "nda_required": form.text("ndaRequired") == "yes"}
    return {}


def _next_page(project_id: str, step: str, go: str) -> str:
    place = _STEPS.index(step) + {"back": -1, "exit": len(_STEPS)}.get(go, 1)
    if 0 <= place < len(_STEPS):
        return f"/projects/{project_id}/edit?step={_STEPS[place]}"
    return f"/projects/{project_id}"
