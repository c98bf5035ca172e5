"""Members and approvals, as pages for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.members import MemberService
from ctorendang.domains.accounts.roles import WITHIN_TENANT
from ctorendang.domains.ctos.approvals import ApprovalService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query

AnyRequest = Request[Any, Any, Any]

_MEMBERS = "/admin/members"


class AdminPages(Controller):
    """Everything about the people of a tenant."""

    path = "/admin"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def admin(self, pages: NamedDependency[Pages]) -> Response[Any]:
        """Where administration begins."""
        return pages.redirect(_MEMBERS)

    @get("/members")
    async def members(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Members, and profiles that wait for a decision."""
        query = Query(request)
        wanted = query.filter(
            search=query.text("search"),
            role=query.choice("role", [each.name for each in WITHIN_TENANT]),
            status=query.choice("status", ["ACTIVE", "SUSPENDED"]),
            ctoStatus=query.choice("ctoStatus", [each.name for each in CtoStatus]),
        )
        return await pages.show(request, "admin-members", {"filter": wanted, **query.page(50)})

    @post("/members/{member_id:str}/roles")
    async def set_roles(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        member_id: FromPath[str],
    ) -> Response[Any]:
        """Give a member roles."""
        form = await pages.form(request)
        roles = [role.lower() for role in form.all("roles")]
        try:
            async with product.units.begin(context_of(request).actor) as work:
                user = await MemberService(work).set_roles(required_id(member_id), roles)
        except AppError as error:
            return _refused(pages, error)
        return pages.redirect(_MEMBERS, f"The roles of {user.name} are saved.")

    @post("/members/{member_id:str}/suspend")
    async def suspend(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        member_id: FromPath[str],
    ) -> Response[Any]:
        """Shut a member out."""
        await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                user = await MemberService(work).suspend(required_id(member_id))
        except AppError as error:
            return _refused(pages, error)
        return pages.redirect(_MEMBERS, f"{user.name} is suspended and signed out everywhere.")

    @post("/members/{member_id:str}/restore")
    async def restore(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        member_id: FromPath[str],
    ) -> Response[Any]:
        """Let a member in again."""
        await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                user = await MemberService(work).restore(required_id(member_id))
        except AppError as error:
            return _refused(pages, error)
        return pages.redirect(_MEMBERS, f"{user.name} may sign in again.")

    @post("/ctos/{cto_id:str}/approve")
    async def approve(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        cto_id: FromPath[str],
    ) -> Response[Any]:
        """List a profile."""
        await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                cto = await ApprovalService(work).approve(required_id(cto_id))
        except AppError as error:
            return _refused(pages, error)
        return pages.redirect(_MEMBERS, f"{cto.name} is listed.")

    @post("/ctos/{cto_id:str}/decline")
    async def decline(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        cto_id: FromPath[str],
    ) -> Response[Any]:
        """Give a profile back."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                cto = await ApprovalService(work).decline(required_id(cto_id), form.text("reason"))
        except AppError as error:
            return _refused(pages, error)
        return pages.redirect(_MEMBERS, f"{cto.name} has their profile back, with your reason.")


def _refused(pages: Pages, error: AppError) -> Response[Any]:
    """These forms are a button or two: what is wrong with them is said on the page that they came from."""
    if error.status in {401, 403, 404}:
        raise error
    fields = getattr(error, "fields", {})
    return pages.redirect(_MEMBERS, next(iter(fields.values()), error.detail), "error")
