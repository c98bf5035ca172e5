"""Showing a second factor, setting one up on the way in, and signing in with a passkey."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.accounts.errors import (
    CodeNotAccepted,
    FactorAlreadySetUp,
    PasskeyNotAccepted,
    SignInExpired,
)
from ctorendang.domains.accounts.factors.browser_ceremonies import ceremonies, factors_shown, json_text
from ctorendang.domains.accounts.factors.ceremonies import Purpose
from ctorendang.domains.accounts.factors.service import Factors
from ctorendang.domains.accounts.factors.steps import STEP, SignInSteps, Step
from ctorendang.domains.accounts.pages import home_of, open_session
from ctorendang.domains.accounts.proof import Proven, SecondFactor
from ctorendang.infra.errors import AppError, InvalidInput, TooManyAttempts
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.errors import wants_html
from ctorendang.infra.web.pages import Pages, safe_path

AnyRequest = Request[Any, Any, Any]

_TRY_AGAIN = (CodeNotAccepted, PasskeyNotAccepted, FactorAlreadySetUp, InvalidInput, TooManyAttempts)
"""What is said on the page itself; anything else ends what was under way."""


def _begin_again(request: AnyRequest, error: SignInExpired) -> Response[Any]:
    """A browser goes back to the sign-in form; the script is told, and goes there itself."""
    if not wants_html(request):
        response: Response[Any] = request.app.state.errors.handle(request, error)
        return response
    redirect: Response[Any] = request.app.state.pages.redirect("/login", error.detail, "info")
    return redirect


class SecondFactorPages(Controller):
    """What stands between a password and a session."""

    path = "/login"
    exception_handlers = {SignInExpired: _begin_again}  # noqa: RUF012

    @get("/second-factor")
    async def form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Ask for a code or a passkey."""
        step = await self._step(request, product, pages)
        return pages.redirect("/login/enrol") if step.enrolling else await self._ask(request, pages, step)

    @post("/second-factor")
    async def show_code(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Sign in with a code."""
        form = await pages.form(request)
        step = await self._step(request, product, pages)
        try:
            steps = SignInSteps(product, context_of(request).actor)
            person = await steps.show_code(self._token(request, pages), form.text("code"))
        except _TRY_AGAIN as error:
            return await self._ask(request, pages, step, pages.refused(error, form), error.status)
        return await self._come_in(request, product, pages, person, step.next_path)

    @post("/second-factor/passkey/options")
    async def ask_for_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the script asks the browser for."""
        await pages.form(request)
        step = await self._step(request, product, pages)
        asked = ceremonies(request, product, pages).ask_for_theirs(Purpose.SECOND_FACTOR, step.person.person)
        return json_text(await asked)

    @post("/second-factor/passkey")
    async def show_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Sign in with a passkey as the second factor."""
        form = await pages.form(request)
        step = await self._step(request, product, pages)
        try:
            steps = SignInSteps(product, context_of(request).actor)
            person = await steps.show_passkey(
                self._token(request, pages), ceremonies(request, product, pages), form.text("credential")
            )
        except _TRY_AGAIN as error:
            return await self._ask(request, pages, step, pages.refused(error, form), error.status)
        return await self._come_in(request, product, pages, person, step.next_path)

    @post("/passkey/options")
    async def ask_for_any(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the script asks the browser for, where nobody has said who they are."""
        await pages.form(request)
        return json_text(await ceremonies(request, product, pages).ask_for_any())

    @post("/passkey")
    async def sign_in(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Sign in with a passkey alone."""
        form = await pages.form(request)
        try:
            person = await ceremonies(request, product, pages).sign_in(form.text("credential"))
        except AppError as error:
            return await pages.show(request, "login", {}, form=pages.refused(error, form), status=error.status)
        return await self._come_in(request, product, pages, person, form.text("next"))

    async def _come_in(
        self, request: AnyRequest, product: Product, pages: Pages, person: Proven, after: str
    ) -> Response[Any]:
        response = pages.redirect(safe_path(after, await home_of(product, person.actor)))
        await open_session(request, product, pages, person, response)
        response.set_cookie(pages.cookies.drop(STEP))
        return response

    async def _ask(
        self,
        request: AnyRequest,
        pages: Pages,
        step: Step,
        form: dict[str, Any] | None = None,
        status: int = 200,
    ) -> Response[Any]:
        data = factors_shown(request, step.has_app, step.passkeys)
        return await pages.show(request, "second-factor", data=data, form=form, status=status)

    async def _step(self, request: AnyRequest, product: Product, pages: Pages) -> Step:
        return await SignInSteps(product, context_of(request).actor).read(self._token(request, pages))

    def _token(self, request: AnyRequest, pages: Pages) -> str:
        return request.cookies.get(pages.cookies.name(STEP), "")


class EnrolmentPages(Controller):
    """Setting up the first factor on the way in, for people who may not come in without one."""

    path = "/login/enrol"
    exception_handlers = {SignInExpired: _begin_again}  # noqa: RUF012

    @get("/")
    async def form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Choose a factor, or confirm the one that was begun."""
        step = await self._step(request, product, pages)
        return await self._show(request, product, pages, step)

    @post("/app")
    async def begin(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Start with an authenticator app."""
        await pages.form(request)
        step = await self._step(request, product, pages)
        await Factors(product, step.person, step.id).begin_app(context_of(request).tenant.name)
        return pages.redirect("/login/enrol")

    @post("/")
    async def confirm(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Confirm the app with a code, and come in."""
        form = await pages.form(request)
        step = await self._step(request, product, pages)
        try:
            codes = await Factors(product, step.person, step.id).confirm_app(form.text("code"))
        except _TRY_AGAIN as error:
            return await self._show(request, product, pages, step, form=pages.refused(error, form), status=error.status)
        return await self._come_in(request, product, pages, step, SecondFactor.APP, codes)

    @post("/passkey/options")
    async def ask_for_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the script asks the browser to make."""
        await pages.form(request)
        step = await self._step(request, product, pages)
        asked = ceremonies(request, product, pages, step.person).ask_for_new(context_of(request).tenant.name)
        return json_text(await asked)

    @post("/passkey")
    async def add_passkey(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Keep the passkey, and come in."""
        form = await pages.form(request)
        step = await self._step(request, product, pages)
        try:
            maker = ceremonies(request, product, pages, step.person)
            codes = await maker.register(form.text("credential"), form.text("name"))
        except _TRY_AGAIN as error:
            return await self._show(request, product, pages, step, form=pages.refused(error, form), status=error.status)
        return await self._come_in(request, product, pages, step, SecondFactor.PASSKEY, codes)

    async def _step(self, request: AnyRequest, product: Product, pages: Pages) -> Step:
        """Raises SignInExpired also for people who have a factor: they show it elsewhere, and add none here."""
        token = request.cookies.get(pages.cookies.name(STEP), "")
        step = await SignInSteps(product, context_of(request).actor).read(token)
        if not step.enrolling:
            raise SignInExpired
        return step

    async def _show(
        self, request: AnyRequest, product: Product, pages: Pages, step: Step, **refused: Any
    ) -> Response[Any]:
        begun = await Factors(product, step.person, step.id).begun_app(context_of(request).tenant.name)
        return await pages.show(request, "enrol", data={"setup": begun and begun.view()}, **refused)

    async def _come_in(
        self,
        request: AnyRequest,
        product: Product,
        pages: Pages,
        step: Step,
        second: SecondFactor,
        codes: list[str],
    ) -> Response[Any]:
        person = await SignInSteps(product, context_of(request).actor).finish_enrolment(step, second)
        response = await pages.show(request, "enrol", state="codes", data={"codes": codes, "next": step.next_path})
        await open_session(request, product, pages, person, response)
        response.set_cookie(pages.cookies.drop(STEP))
        return response
