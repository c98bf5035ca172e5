"""One's own keys for programs, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.keys.service import KeyService, NewKey
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_KEYS = "/account/api-keys"


class KeyPages(Controller):
    """Making, seeing and ending one's keys."""

    path = _KEYS
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def keys(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """One's keys, and a form for another."""
        return await pages.show(request, "account-api-keys", {})

    @post("/", status_code=200)
    async def create(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Make a key, and show it this once."""
        form = await pages.form(request)
        try:
            wanted = NewKey(
                form.text("name"), [each.lower() for each in form.all("scopes")], form.number("expiresInDays")
            )
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                secret, _ = await KeyService(work).create(wanted)
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "account-api-keys", {}, form=refused, status=error.status)
        return await pages.show(request, "account-api-keys", {}, data={"secret": secret}, state="created")

    @post("/{key_id:str}/revoke")
    async def revoke(self, request: AnyRequest, pages: NamedDependency[Pages], key_id: FromPath[str]) -> Response[Any]:
        """End a key."""

        async def revoke(work: UnitOfWork, _: Form) -> str:
            key = await KeyService(work).revoke(required_id(key_id))
            return f"The key “{key.name}” no longer works."

        return await pages.press(request, _KEYS, revoke)
