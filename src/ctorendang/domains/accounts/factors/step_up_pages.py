"""Confirming who one is, before something dangerous."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.accounts.factors.browser_ceremonies import ceremonies, factors_shown, json_text
from ctorendang.domains.accounts.factors.ceremonies import Purpose
from ctorendang.domains.accounts.factors.confirmation import Confirmation
from ctorendang.infra.errors import AppError
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.pages import Pages, safe_path

AnyRequest = Request[Any, Any, Any]


class StepUpPages(Controller):
    """Asks again who somebody is."""

    path = "/step-up"

    @get("/")
    async def form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Ask for what the person has."""
        after = safe_path(request.query_params.get("next", ""))
        if context_of(request).actor.user_id is None:
            return pages.redirect(f"/login?next={quote(after, safe='')}")
        return await self._ask(request, product, pages, after)

    @post("/")
    async def by_password(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Confirm with a password, and a code for people who have a second factor."""
        form = await pages.form(request)
        after = safe_path(form.text("next"))
        try:
            await Confirmation(product, context_of(request).actor).by_password(form.text("password"), form.text("code"))
        except AppError as error:
            return await self._ask(request, product, pages, after, form, error)
        return pages.redirect(after)

    @post("/passkey/options")
    async def ask_for_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the script asks the browser for."""
        await pages.form(request)
        person = context_of(request).actor.person
        return json_text(await ceremonies(request, product, pages).ask_for_theirs(Purpose.STEP_UP, person))

    @post("/passkey")
    async def by_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Confirm with a passkey."""
        form = await pages.form(request)
        after = safe_path(form.text("next"))
        try:
            confirmation = Confirmation(product, context_of(request).actor)
            await confirmation.by_passkey(ceremonies(request, product, pages), form.text("credential"))
        except AppError as error:
            return await self._ask(request, product, pages, after, form, error)
        return pages.redirect(after)

    async def _ask(
        self,
        request: AnyRequest,
        product: Product,
        pages: Pages,
        after: str,
        form: Form | None = None,
        error: AppError | None = None,
    ) -> Response[Any]:
        refused = pages.refused(error, form) if error is not None and form is not None else None
        ways = await Confirmation(product, context_of(request).actor).ways()
        if ways.provider:
            # Whoever came through a provider confirms there, and is never asked for a password of this site.
            return pages.redirect(f"/sso/step-up?next={quote(after, safe='')}")
        shown = factors_shown(request, ways.app, ways.passkeys)
        data = {"password": ways.password, "code": ways.code, "next": after, **shown}
        return await pages.show(request, "step-up", data=data, form=refused, status=error.status if error else 200)
