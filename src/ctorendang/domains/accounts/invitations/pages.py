"""Inviting people, and accepting an invitation, as pages."""

import re
from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.invitations.joining import Joining, Offer
from ctorendang.domains.accounts.invitations.service import InvitationService
from ctorendang.domains.accounts.pages import home_of, start_session
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_INVITATIONS = "/admin/invitations"
_A_PAGE = 50
_BETWEEN = re.compile(r"[,;]")


class InvitationPages(Controller):
    """For administrators."""

    path = _INVITATIONS
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def invitations(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """A form for more, and those that nobody has accepted yet."""
        return await pages.show(request, "admin-invitations", Query(request).page(_A_PAGE))

    @post("/")
    async def invite(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Invite everybody in the list."""
        form = await pages.form(request)
        typed = addresses_in(form.text("emails"))
        roles = [role.lower() for role in form.all("roles")]
        try:
            async with product.units.begin(context_of(request).actor) as work:
                service = InvitationService(work)
                made = await service.invite([address for _, address in typed], roles)
                members = await service.members_among([invitation.email for invitation in made])
        except AppError as error:
            refused = pages.refused(_by_line(error, typed), form)
            variables = Query(request).page(_A_PAGE)
            return await pages.show(request, "admin-invitations", variables, form=refused, status=error.status)
        return pages.redirect(_INVITATIONS, _invited(len(made), sorted(members.values())))

    @post("/{invitation_id:str}/resend")
    async def resend(
        self, request: AnyRequest, pages: NamedDependency[Pages], invitation_id: FromPath[str]
    ) -> Response[Any]:
        """Send the mail again."""

        async def resend(work: UnitOfWork, _: Form) -> str:
            invitation = await InvitationService(work).resend(required_id(invitation_id))
            return f"A new mail is on its way to {invitation.email}. The link before no longer works."

        return await pages.press(request, _INVITATIONS, resend)

    @post("/{invitation_id:str}/revoke")
    async def revoke(
        self, request: AnyRequest, pages: NamedDependency[Pages], invitation_id: FromPath[str]
    ) -> Response[Any]:
        """Make an invitation worthless."""

        async def revoke(work: UnitOfWork, _: Form) -> str:
            invitation = await InvitationService(work).revoke(required_id(invitation_id))
            return f"The invitation of {invitation.email} no longer works."

        return await pages.press(request, _INVITATIONS, revoke)


class JoiningPages(Controller):
    """For whoever was invited."""

    path = "/invitation"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def invitation(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What the invitation offers, and how to accept it."""
        token = request.query_params.get("token", "")
        try:
            offer = await Joining(product, context_of(request).actor).read(token)
        except AppError as error:
            return await pages.show(request, "invitation", state="invalid", status=error.status)
        return await pages.show(request, "invitation", data=_shown(offer, token), state=offer.way)

    @post("/")
    async def accept(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Open the account and sign in."""
        form = await pages.form(request)
        joining, token = Joining(product, context_of(request).actor), form.text("token")
        try:
            person = await joining.accept(token, form.text("name"), form.text("password"))
        except AppError as error:
            return await _again(request, pages, joining, form, error)
        response = pages.redirect(await home_of(product, person.actor), "Welcome! Your account is ready.")
        await start_session(request, product, pages, person, response)
        return response

    @post("/join")
    async def join(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Take the roles with the account at hand."""
        form = await pages.form(request)
        joining, token = Joining(product, context_of(request).actor), form.text("token")
        try:
            await joining.join(token)
        except AppError as error:
            return await _again(request, pages, joining, form, error)
        return pages.redirect("/account", "Welcome! Your new roles are ready.")


async def _again(request: AnyRequest, pages: Pages, joining: Joining, form: Form, error: AppError) -> Response[Any]:
    """The page once more, with what was wrong; or that the invitation is no longer good."""
    refused = pages.refused(error, form)
    try:
        offer = await joining.read(form.text("token"))
    except AppError as gone:
        return await pages.show(request, "invitation", state="invalid", status=gone.status)
    data = _shown(offer, form.text("token"))
    return await pages.show(request, "invitation", data=data, state=offer.way, form=refused, status=error.status)


def _shown(offer: Offer, token: str) -> dict[str, Any]:
    """An offer as the page's data, with where its reader goes on."""
    here = quote(f"/invitation?token={token}", safe="")
    connection = f"/sso/{offer.connection_id}/login" if offer.connection_id else "/sso"
    return {
        "email": offer.email,
        "roles": [role.upper() for role in offer.roles],
        "token": token,
        "loginUrl": f"/login?next={here}",
        "ssoUrl": f"{connection}?next={here}",
    }


def _invited(count: int, members: list[str]) -> str:
    """What was done, and who of them are members already: at most three by name."""
    people = "1 person is invited." if count == 1 else f"{count} people are invited."
    if not members:
        return people
    named = ", ".join(members[:3]) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
    are = "is a member already: they keep" if len(members) == 1 else "are members already: they keep"
    return f"{people} {named} {are} their account, and get the roles once they accept."


def addresses_in(text: str) -> list[tuple[int, str]]:
    """The addresses that somebody has pasted, each with the line that it stands in."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, address.strip()) for number, line in lines for address in _BETWEEN.split(line) if address.strip()]


def _by_line(error: AppError, typed: list[tuple[int, str]]) -> AppError:
    """The same refusal, with what is wrong with each address under the one field that they were typed in."""
    if not isinstance(error, InvalidInput):
        return error
    fields = {name: message for name, message in error.fields.items() if not name.startswith("emails.")}
    wrong = [
        f"Line {number}, {address[:60]}: {error.fields[f'emails.{place}']}"
        for place, (number, address) in enumerate(typed)
        if f"emails.{place}" in error.fields
    ]
    return InvalidInput(fields | ({"emails": "\n".join(wrong)} if wrong else {}), error.detail)
