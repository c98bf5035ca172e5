"""Signing in and up, and one's own account, as pages."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from ctorendang.domains.accounts.authentication import Authentication, NewAccount
from ctorendang.domains.accounts.credentials import Credentials
from ctorendang.domains.accounts.errors import (
    LinkForAnotherAccount,
    SecondFactorEnrolmentRequired,
    SecondFactorRequired,
    TokenNotAccepted,
)
from ctorendang.domains.accounts.factors.steps import STEP, STEP_LIFETIME, SignInSteps
from ctorendang.domains.accounts.known_browser import DEVICE, DEVICE_LIFETIME, make_known
from ctorendang.domains.accounts.people.preferences import PreferenceService
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.recovery import Recovery
from ctorendang.domains.accounts.service import AccountService
from ctorendang.domains.accounts.sessions import LONGEST_LIFETIME, AlsoOpened, Sessions
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError, SignInRequired, TooManyAttempts
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.cookies import FAREWELL, SESSION
from ctorendang.infra.web.drafts import DRAFT
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages, safe_path

AnyRequest = Request[Any, Any, Any]


async def start_session(
    request: AnyRequest,
    product: Product,
    pages: Pages,
    person: Proven,
    response: Redirect,
    also: AlsoOpened | None = None,
) -> None:
    """Sign the browser in as somebody; or, where a second factor is missing, lead it to showing that first.

    Args:
        request: of the browser.
        product: the product.
        pages: for its cookies.
        person: who has shown who they are.
        response: where the browser goes on to. It is changed to lead to the second factor, and from there on.
        also: what belongs to the transaction that opens the session.
    """
    try:
        await open_session(request, product, pages, person, response, also)
    except (SecondFactorRequired, SecondFactorEnrolmentRequired) as missing:
        token = await SignInSteps(product, context_of(request).actor).start(person, response.url)
        enrolling = isinstance(missing, SecondFactorEnrolmentRequired)
        response.url = "/login/enrol" if enrolling else "/login/second-factor"
        response.set_cookie(pages.cookies.make(STEP, token, int(STEP_LIFETIME.total_seconds())))


async def open_session(
    request: AnyRequest,
    product: Product,
    pages: Pages,
    person: Proven,
    response: Response[Any],
    also: AlsoOpened | None = None,
) -> None:
    """Sign the browser in as somebody, under a new secret: one that was planted before is worthless after.

    Raises:
        CredentialsNotAccepted: what was shown no longer holds.
        SecondFactorRequired, SecondFactorEnrolmentRequired: it does not do on its own.
    """
    sessions = Sessions(product, context_of(request).actor)
    token = await sessions.open_for_browser(person, request.headers.get("user-agent", ""), also)
    response.set_cookie(pages.cookies.make(SESSION, token, int(LONGEST_LIFETIME.total_seconds())))
    response.set_cookie(_known(request, product, pages, person.actor.person))


def _known(request: AnyRequest, product: Product, pages: Pages, person: UUID) -> Cookie:
    """The cookie by which this browser's attempts on the person's account are counted apart from strangers'."""
    value = make_known(product, context_of(request).tenant.id, person)
    return pages.cookies.make(DEVICE, value, DEVICE_LIFETIME)


class SignInPages(Controller):
    """Signing in and out, on every host."""

    @get("/login")
    async def login_form(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The sign-in form."""
        if context_of(request).actor.user_id is not None:
            return pages.redirect("/")
        return await pages.show(request, "login", {})

    @post("/login")
    async def login(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Sign in."""
        form = await pages.form(request)
        try:
            device = request.cookies.get(pages.cookies.name(DEVICE), "")
            person = await Authentication(product, context_of(request).actor).sign_in(
                form.text("email"), form.text("password"), device
            )
        except AppError as error:
            return await pages.show(request, "login", {}, form=pages.refused(error, form), status=error.status)
        response = pages.redirect(safe_path(form.text("next"), await home_of(product, person.actor)))
        await start_session(request, product, pages, person, response)
        return response

    @post("/logout")
    async def logout(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Sign out, here and for good: the session ends on the server."""
        await pages.form(request)
        actor = context_of(request).actor
        if actor.user_id is not None:
            async with product.units.begin(actor) as work:
                await AccountService(work).sign_out()
        # The session is over whatever comes now; who came by single sign-on is led on to sign out there as well.
        onward = actor.session_id is not None and actor.method == Method.SSO
        response = pages.redirect("/sso/logout" if onward else "/", "You are signed out.")
        response.set_cookie(pages.cookies.drop(SESSION))
        response.set_cookie(pages.cookies.drop(DRAFT))
        if onward:
            response.set_cookie(pages.cookies.make(FAREWELL, pages.signed(FAREWELL, str(actor.session_id)), 60))
        return response


async def home_of(product: Product, person: Actor) -> str:
    """Where somebody who has just signed in goes on."""
    async with product.units.begin(person) as work:
        return await PreferenceService(work).home()


class SignUpPages(Controller):
    """Opening an account, and mailed links."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/signup")
    async def signup_form(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The form for new clients."""
        return await pages.show(request, "signup")

    @post("/signup")
    async def signup(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Open an account and sign in."""
        form = await pages.form(request)
        account = NewAccount(form.text("name"), form.text("email"), form.text("password"))
        try:
            person = await Authentication(product, context_of(request).actor).sign_up(account)
        except AppError as error:
            return await pages.show(request, "signup", form=pages.refused(error, form), status=error.status)
        response = pages.redirect(
            safe_path(form.text("next"), "/projects/new"), "Welcome! We have sent you a mail to confirm your address."
        )
        await start_session(request, product, pages, person, response)
        return response

    @get("/password/forgot")
    async def forgot_form(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Ask for a link that sets a new password."""
        return await pages.show(request, "password-forgot")

    @post("/password/forgot")
    async def forgot(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Have the link sent, if there is such an account."""
        form = await pages.form(request)
        try:
            await Recovery(product, context_of(request).actor).request_password_reset(form.text("email"))
        except AppError as error:
            return await pages.show(request, "password-forgot", form=pages.refused(error, form), status=error.status)
        return await pages.show(request, "password-forgot", state="sent")

    @get("/password/reset")
    async def reset_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Choose a new password; or that the link is dead."""
        try:
            recovery = Recovery(product, context_of(request).actor)
            await recovery.require_good_link(request.query_params.get("token", ""))
        except TokenNotAccepted as error:
            return await pages.show(request, "password-reset", state="invalid", status=error.status)
        return await pages.show(request, "password-reset")

    @post("/password/reset")
    async def reset(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Set the new password."""
        form = await pages.form(request)
        try:
            recovery = Recovery(product, context_of(request).actor)
            person = await recovery.reset_password(form.text("token"), form.text("password"))
        except AppError as error:
            state = "invalid" if error.code == "token_not_accepted" else None
            refused = pages.refused(error, form)
            return await pages.show(request, "password-reset", form=refused, state=state, status=error.status)
        response = pages.redirect("/login", "Your password is set. Sign in with it.")
        response.set_cookie(_known(request, product, pages, person))
        return response

    @get("/verify")
    async def verify_form(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Confirm an address: a button, since mail scanners follow links; visitors sign in first."""
        state = "sign_in" if context_of(request).actor.user_id is None else "confirm"
        return await pages.show(request, "verify", state=state)

    @post("/verify")
    async def verify(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Confirm the address."""
        form = await pages.form(request)
        try:
            await Recovery(product, context_of(request).actor).verify_email(form.text("token"))
        except SignInRequired:
            return Redirect(f"/verify?token={quote(form.text('token'), safe='')}", status_code=303)
        except AppError as error:
            state = "other" if isinstance(error, LinkForAnotherAccount) else "invalid"
            return await pages.show(request, "verify", state=state, status=error.status)
        return await pages.show(request, "verify", state="verified")


class AccountPages(Controller):
    """One's own account."""

    path = "/account"
    guards = [enterprises_only]  # noqa: RUF012

    @post("/verification")
    async def send_verification(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Have the confirmation mail sent again."""
        await pages.form(request)
        try:
            await Credentials(product, context_of(request).actor).send_verification()
        except TooManyAttempts as error:
            return pages.redirect("/account", error.detail, "error")
        return pages.redirect("/account", "A mail is on its way.")
