"""Members and approvals, as pages for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.members import MemberService
from ctorendang.domains.accounts.roles import WITHIN_TENANT
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.ctos.approvals import ApprovalService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

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
            status=query.choice("status", [each.name for each in MemberStatus]),
            ctoStatus=query.choice("ctoStatus", [each.name for each in CtoStatus]),
        )
        return await pages.show(request, "admin-members", {"filter": wanted, **query.page(50)})

    @post("/members/{member_id:str}/roles")
    async def set_roles(
        self, request: AnyRequest, pages: NamedDependency[Pages], member_id: FromPath[str]
    ) -> Response[Any]:
        """Give a member roles."""

        async def set_roles(work: UnitOfWork, form: Form) -> str:
            roles = [role.lower() for role in form.all("roles")]
            user = await MemberService(work).set_roles(required_id(member_id), roles)
            return f"The roles of {user.name} are saved."

        return await pages.press(request, _MEMBERS, set_roles)

    @post("/members/{member_id:str}/suspend")
    async def suspend(
        self, request: AnyRequest, pages: NamedDependency[Pages], member_id: FromPath[str]
    ) -> Response[Any]:
        """Shut a member out."""

        async def suspend(work: UnitOfWork, _: Form) -> str:
            user = await MemberService(work).suspend(required_id(member_id))
            return f"{user.name} is suspended and signed out everywhere."

        return await pages.press(request, _MEMBERS, suspend)

    @post("/members/{member_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], member_id: FromPath[str]
    ) -> Response[Any]:
        """Let a member in again."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            user = await MemberService(work).restore(required_id(member_id))
            return f"{user.name} may sign in again."

        return await pages.press(request, _MEMBERS, restore)

    @post("/ctos/{cto_id:str}/approve")
    async def approve(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """List a profile."""

        async def approve(work: UnitOfWork, _: Form) -> str:
            cto = await ApprovalService(work).approve(required_id(cto_id))
            return f"{cto.name} is listed."

        return await pages.press(request, _MEMBERS, approve)

    @post("/ctos/{cto_id:str}/decline")
    async def decline(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """Give a profile back."""

        async def decline(work: UnitOfWork, form: Form) -> str:
            cto = await ApprovalService(work).decline(required_id(cto_id), form.text("reason"))
            return f"{cto.name} has their profile back, with your reason."

        return await pages.press(request, _MEMBERS, decline)
