"""Changing one's address, as pages."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ctorendang.domains.accounts.email.service import EmailChange
from ctorendang.domains.accounts.errors import LinkForAnotherAccount
from ctorendang.infra.errors import AppError, SignInRequired
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]


class EmailPages(Controller):
    """Asking for it, and the mailed link."""

    path = "/account/email"
    guards = [enterprises_only]  # noqa: RUF012

    @post("/")
    async def change(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Have a link sent to the new address."""
        form = await pages.form(request)
        try:
            await EmailChange(product, context_of(request).actor).request(form.text("email"))
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "email"}
            return await pages.show(request, "account", {}, form=refused, status=error.status)
        return pages.redirect(
            "/account", "A mail is on its way to the new address. Nothing changes before you open it."
        )

    @get("/confirm")
    async def confirm_form(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Confirm the address: a button, since mail scanners follow links; visitors sign in first."""
        state = "sign_in" if context_of(request).actor.user_id is None else "confirm"
        return await pages.show(request, "email-change", state=state)

    @post("/confirm")
    async def confirm(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Use the new address."""
        form = await pages.form(request)
        try:
            await EmailChange(product, context_of(request).actor).confirm(form.text("token"))
        except SignInRequired:
            return Redirect(f"/account/email/confirm?token={quote(form.text('token'), safe='')}", status_code=303)
        except LinkForAnotherAccount as error:
            return await pages.show(request, "email-change", state="other", status=error.status)
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "email-change", state="invalid", form=refused, status=error.status)
        return await pages.show(request, "email-change", state="changed")
