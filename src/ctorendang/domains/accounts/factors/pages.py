"""One's own password, second factors and passkeys, as pages."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.credentials import Credentials
from ctorendang.domains.accounts.factors.browser_ceremonies import ceremonies, json_text
from ctorendang.domains.accounts.factors.passkeys import PasskeyService
from ctorendang.domains.accounts.factors.service import Factors
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_SECURITY = "/account/security"


class SecurityPages(Controller):
    """What one signs in with; on every host, since operators need a second factor too."""

    path = "/account"

    @get("/security")
    async def overview(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Everything that one signs in with."""
        return await pages.show(request, "account-security", {})

    @post("/password")
    async def change_password(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Set a new password."""
        form = await pages.form(request)
        try:
            await Credentials(product, context_of(request).actor).change_password(
                form.text("currentPassword"), form.text("newPassword")
            )
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "password"}
            return await pages.show(request, "account-security", {}, form=refused, status=error.status)
        return pages.redirect(_SECURITY, "Your password is changed. Other devices are signed out.")

    @post("/security/app")
    async def begin_app(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Start setting up an authenticator app."""
        await pages.form(request)
        try:
            await self._factors(request, product).begin_app(context_of(request).tenant.name)
        except AppError as error:
            return pages.redirect_refused(_SECURITY, error)
        return pages.redirect(f"{_SECURITY}/app")

    @get("/security/app")
    async def app_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The key of the app that was begun, and the field for its first code."""
        return await self._setup(request, product, pages)

    @post("/security/app/confirm")
    async def confirm_app(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Let the app count."""
        form = await pages.form(request)
        try:
            codes = await self._factors(request, product).confirm_app(form.text("code"))
        except AppError as error:
            return await self._setup(request, product, pages, form=pages.refused(error, form), status=error.status)
        return await self._told(request, pages, codes, "Your authenticator app is set up.")

    @post("/security/app/remove")
    async def remove_app(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Let the app count no longer."""
        await pages.form(request)
        try:
            await self._factors(request, product).remove_app()
        except AppError as error:
            return pages.redirect_refused(_SECURITY, error)
        return pages.redirect(_SECURITY, "The authenticator app is removed.")

    @post("/security/recovery-codes")
    async def renew_codes(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """New recovery codes in place of the old ones."""
        await pages.form(request)
        return await self._told(request, pages, await self._factors(request, product).renew_codes(), "")

    @post("/security/passkeys/options")
    async def ask_for_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the script asks the browser to make."""
        await pages.form(request)
        return json_text(await ceremonies(request, product, pages).ask_for_new(context_of(request).tenant.name))

    @post("/security/passkeys")
    async def add_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Keep a passkey that the browser has made."""
        form = await pages.form(request)
        try:
            made = ceremonies(request, product, pages).register(form.text("credential"), form.text("name"))
            codes = await made
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "passkeys"}
            return await pages.show(request, "account-security", {}, form=refused, status=error.status)
        return await self._told(request, pages, codes, "Your passkey is added.")

    @post("/security/passkeys/{passkey_id:str}/rename")
    async def rename_passkey(
        self, request: AnyRequest, pages: NamedDependency[Pages], passkey_id: FromPath[str]
    ) -> Response[Any]:
        """Call a passkey something else."""

        async def rename(work: UnitOfWork, form: Form) -> str:
            await PasskeyService(work).rename(required_id(passkey_id), form.text("name"))
            return "The passkey has its new name."

        return await pages.press(request, _SECURITY, rename)

    @post("/security/passkeys/{passkey_id:str}/remove")
    async def remove_passkey(
        self, request: AnyRequest, pages: NamedDependency[Pages], passkey_id: FromPath[str]
    ) -> Response[Any]:
        """Accept a passkey no longer."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await PasskeyService(work).remove(required_id(passkey_id))
            return "The passkey is removed. You can delete it on your device as well."

        return await pages.press(request, _SECURITY, remove)

    def _factors(self, request: AnyRequest, product: Product) -> Factors:
        return Factors(product, context_of(request).actor)

    async def _setup(self, request: AnyRequest, product: Product, pages: Pages, **refused: Any) -> Response[Any]:
        begun = await self._factors(request, product).begun_app(context_of(request).tenant.name)
        if begun is None:
            return pages.redirect(_SECURITY)
        return await pages.show(request, "account-app", data={"setup": begun.view()}, **refused)

    async def _told(self, request: AnyRequest, pages: Pages, codes: list[str], message: str) -> Response[Any]:
        """Codes are shown in the very answer: they are not kept anywhere that a second request could get them from."""
        if not codes:
            return pages.redirect(_SECURITY, message)
        return await pages.show(request, "account-security", {}, data={"codes": codes}, state="codes")
