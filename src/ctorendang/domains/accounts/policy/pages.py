"""How people get in, and with which keys, as a page for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.keys.service import KeyService
from ctorendang.domains.accounts.policy.service import PolicyChange, PolicyService
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

_SECURITY = "/admin/security"
_KEYS_A_PAGE = 20


class PolicyPages(Controller):
    """The access policy, and everybody's keys."""

    path = _SECURITY
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def overview(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The policy and the keys."""
        return await pages.show(request, "admin-security", Query(request).page(_KEYS_A_PAGE))

    @post("/")
    async def update(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Set the policy."""
        form = await pages.form(request)
        try:
            change = PolicyChange(
                form.text("mfa").lower(),
                form.number("idleMinutes"),
                form.number("absoluteHours"),
                form.number("concurrentSessions"),
            )
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                await PolicyService(work).update(change)
        except AppError as error:
            refused = pages.refused(error, form)
            variables = Query(request).page(_KEYS_A_PAGE)
            return await pages.show(request, "admin-security", variables, form=refused, status=error.status)
        return pages.redirect(_SECURITY, "The policy is saved, and holds for everybody who is signed in.")

    @post("/keys/{key_id:str}/revoke")
    async def revoke(self, request: AnyRequest, pages: NamedDependency[Pages], key_id: FromPath[str]) -> Response[Any]:
        """End a member's key."""

        async def revoke(work: UnitOfWork, _: Form) -> str:
            key = await KeyService(work).revoke(required_id(key_id))
            return f"The key “{key.name}” no longer works."

        return await pages.press(request, _SECURITY, revoke)
