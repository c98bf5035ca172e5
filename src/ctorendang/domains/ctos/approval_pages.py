"""The queue of profiles that wait for a decision, one at a time."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.ctos.approvals import REASONS, ApprovalService
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_QUEUE = "/admin/approvals"


class ApprovalPages(Controller):
    """Whoever joined first comes first; one decision leads to the next profile."""

    path = _QUEUE
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def queue(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """One profile, with what is known about it."""
        # The list begins with the newest, so the queue is read from its end.
        place = Query(request).page(1)
        wanted = place if place.get("after") or place.get("before") else {"last": 1}
        return await pages.show(request, "admin-approvals", wanted, data={"reasons": REASONS})

    @post("/{cto_id:str}/approve")
    async def approve(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """List a profile."""

        async def approve(work: UnitOfWork, _: Form) -> str:
            cto = await ApprovalService(work).approve(required_id(cto_id))
            return f"{cto.name} is listed."

        return await pages.press(request, _QUEUE, approve)

    @post("/{cto_id:str}/decline")
    async def decline(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """Give a profile back, with the reasons that were ticked and what was written besides."""

        async def decline(work: UnitOfWork, form: Form) -> str:
            ticked = [REASONS[name] for name in form.all("reasons") if name in REASONS]
            reason = "\n\n".join([*ticked, form.text("reason").strip()]).strip()
            cto = await ApprovalService(work).decline(required_id(cto_id), reason)
            return f"{cto.name} has their profile back, with your reason."

        return await pages.press(request, _QUEUE, decline)

    @post("/{cto_id:str}/undo")
    async def undo(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """Take a decision back."""

        async def undo(work: UnitOfWork, _: Form) -> str:
            cto = await ApprovalService(work).undo(required_id(cto_id))
            return f"{cto.name} waits for a decision again."

        return await pages.press(request, _QUEUE, undo)
