"""The directory, profiles, and one's own profile, as pages."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.authentication import Authentication, NewAccount
from ctorendang.domains.accounts.pages import start_session
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.ctos.draft import USUAL_LEVEL, NamedSkill, ProfileDraft
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.profiles import ProfileService
from ctorendang.domains.ctos.reviews import ReviewService
from ctorendang.domains.ctos.sections import Position, SpokenLanguage
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.errors import AppError, Forbidden
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_POSITION = ("positionRole", "positionCompany", "positionStarted", "positionEnded", "positionChanged")
_OWN = "/account/profile"
_APPLIED = "Thank you! Your profile is in review, we will write to you."


class DirectoryPages(Controller):
    """What visitors see."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/how-it-works")
    async def how_it_works(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """What happens from need to engagement."""
        return await pages.show(request, "how-it-works", {})

    @get("/ctos/{cto_id:str}")
    async def profile(self, request: AnyRequest, pages: NamedDependency[Pages], cto_id: FromPath[str]) -> Response[Any]:
        """A profile with its reviews."""
        variables = _reading(request, cto_id) | {"after": Query(request).text("after")}
        return await pages.show_found(request, "cto", "cto", variables)

    @post("/ctos/{cto_id:str}/reviews")
    async def review(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        cto_id: FromPath[str],
    ) -> Response[Any]:
        """Say something about a CTO."""
        form = await pages.form(request)
        product.grants.require(context_of(request).actor, CtoPermission.WRITE_REVIEW)
        try:
            rating = form.number("rating")
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                await ReviewService(work).write(required_id(cto_id), rating=rating or 0, body=form.text("body"))
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "reviews"}
            variables = _reading(request, cto_id)
            return await pages.show_found(request, "cto", "cto", variables, form=refused, status=error.status)
        return pages.redirect(f"/ctos/{cto_id}", "Thank you, your review is published.")


def _reading(request: AnyRequest, cto_id: str) -> dict[str, Any]:
    """Whose profile, and whether its reader has projects that say which skills matter to them."""
    return {"id": cto_id, "first": 10, "forClient": Role.CLIENT in context_of(request).actor.roles}


class ApplyPages(Controller):
    """Becoming one of the CTOs."""

    path = "/apply"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def apply_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The application: of visitors, and of CTOs who have an account but no profile yet."""
        actor = context_of(request).actor
        if actor.user_id is not None:
            if not product.grants.allows(actor, CtoPermission.MANAGE_OWN):
                raise Forbidden(
                    "You are signed in as a client. Ask an administrator to make you a CTO as well, "
                    "or sign out and apply with another address."
                )
            async with product.units.begin(actor) as work:
                if await CtoService(work).of_people([actor.user_id]):
                    return pages.redirect(_OWN)
        return await pages.show(request, "apply", {})

    @post("/")
    async def apply(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Hand a profile in for review; for a visitor, with an account in the same step."""
        form = await pages.form(request)
        context = context_of(request)
        account = NewAccount(form.text("name"), form.text("email"), form.text("password"), Role.CTO)
        try:
            draft = profile_draft(form)

            async def hand_in(work: UnitOfWork) -> None:
                profiles = ProfileService(work)
                await profiles.save(draft, context.tenant.currency)
                await profiles.submit()

            if context.actor.user_id is not None:
                async with product.units.begin(context.actor) as work:
                    await hand_in(work)
                return pages.redirect(_OWN, _APPLIED)
            person = await Authentication(product, context.actor).sign_up(account, hand_in)
        except AppError as error:
            if error.status == 403:
                raise
            return await pages.show(request, "apply", {}, form=pages.refused(error, form), status=error.status)
        response = pages.redirect(_OWN, _APPLIED)
        await start_session(request, product, pages, person, response)
        return response


class ProfilePages(Controller):
    """One's own profile."""

    path = _OWN
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def profile(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The profile as a form."""
        product.grants.require(context_of(request).actor, CtoPermission.MANAGE_OWN)
        return await pages.show(request, "account-profile", {})

    @post("/")
    async def save(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Save the profile."""
        form = await pages.form(request)
        context = context_of(request)
        product.grants.require(context.actor, CtoPermission.MANAGE_OWN)
        try:
            draft = profile_draft(form)
            async with product.units.begin(context.actor) as work:
                await ProfileService(work).save(draft, context.tenant.currency)
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "account-profile", {}, form=refused, status=error.status)
        return pages.redirect(_OWN, "Your profile is saved.")

    @post("/submit")
    async def submit(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Hand the profile in."""

        async def submit(work: UnitOfWork, _: Form) -> str:
            cto = await ProfileService(work).submit()
            listed = cto.status == CtoStatus.LISTED
            return "Your profile is listed again." if listed else "Your profile is in review."

        return await pages.press(request, _OWN, submit)

    @post("/pause")
    async def pause(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Take the profile out of the directory for a while."""

        async def pause(work: UnitOfWork, _: Form) -> str:
            await ProfileService(work).pause()
            return "Your profile is paused. Nobody finds it until you bring it back."

        return await pages.press(request, _OWN, pause)


def profile_draft(form: Form) -> ProfileDraft:
    """The profile that a form holds.

    Raises:
        InvalidInput: numbers that are none.
    """
    skills = [
        NamedSkill(name, form.parse_number("skills", level) or USUAL_LEVEL, form.parse_number("skills", years))
        for name, level, years in form.rows("skillName", "skillLevel", "skillYears")
    ]
    draft = ProfileDraft(
        headline=form.text("headline"),
        bio=form.text("bio"),
        hourly_rate=form.money("hourlyRate"),
        availability=form.number("availability"),
        years_experience=form.number("yearsExperience"),
        time_zone=form.text("timeZone") or "UTC",
        industries=form.all("industries"),
        skills=skills,
        stages=form.all("stages"),
        experience=[
            Position(
                role, company, form.parse_number("experience", began), form.parse_number("experience", ended), told
            )
            for role, company, began, ended, told in form.rows(*_POSITION)
        ],
        languages=[SpokenLanguage(name, level) for name, level in form.rows("languageName", "languageLevel")],
    )
    form.done()
    return draft
