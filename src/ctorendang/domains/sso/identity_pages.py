"""One's own identities, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.identity_service import IdentityService
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]


class IdentityPages(Controller):
    """``/account/sso``."""

    path = "/account/sso"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def identities(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What is linked, and what could be."""
        product.grants.require(context_of(request).actor, SsoPermission.MANAGE_OWN)
        return await pages.show(request, "account-sso", {})

    @post("/{identity_id:str}/unlink")
    async def unlink(
        self, request: AnyRequest, pages: NamedDependency[Pages], identity_id: FromPath[str]
    ) -> Response[Any]:
        """Unlink one."""

        async def act(work: UnitOfWork, _: Form) -> str:
            await IdentityService(work).unlink(required_id(identity_id))
            return "It no longer signs you on."

        return await pages.press(request, "/account/sso", act)
