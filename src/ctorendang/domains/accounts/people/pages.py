"""What people say about themselves, how they want pages, what they are told and what they did, as pages."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.people.avatars import MOST_BYTES, Avatars, AvatarService
from ctorendang.domains.accounts.people.notifications import Channel, Notification, NotificationService, Wish
from ctorendang.domains.accounts.people.preferences import Preferences, PreferenceService
from ctorendang.domains.accounts.people.service import PersonalDetails, PersonalService
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.infra.errors import AppError, NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.theming.assets import CACHE_CONTROL
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]


class PeoplePages(Controller):
    """One's own account, but for how one gets into it."""

    path = "/account"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def account(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What one says about oneself."""
        product.grants.require(context_of(request).actor, AccountPermission.READ_OWN)
        return await pages.show(request, "account", {})

    @post("/")
    async def update(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Change it."""
        form = await pages.form(request)
        details = PersonalDetails(
            name=form.optional("name"),
            job_title=form.optional("jobTitle"),
            company=form.optional("company"),
            phone=form.optional("phone"),
            pronouns=form.optional("pronouns"),
            about=form.optional("about"),
        )
        try:
            async with product.units.begin(context_of(request).actor) as work:
                await PersonalService(work).update(details)
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "account"}
            return await pages.show(request, "account", {}, form=refused, status=error.status)
        return pages.redirect("/account", "Your profile is saved.")

    # The limit stands in ``upload``, where it can say so in words.
    @post("/avatar", request_max_body_size=None)
    async def upload_avatar(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Change one's picture."""
        actor = context_of(request).actor
        product.grants.require(actor, AccountPermission.MANAGE_OWN)
        form = Form([])
        try:
            upload = await pages.upload(request, "picture", MOST_BYTES)
            form = upload.form
            await Avatars(product, actor).replace(upload.content)
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "avatar"}
            return await pages.show(request, "account", {}, form=refused, status=error.status)
        return pages.redirect("/account", "Your picture is saved.")

    @post("/avatar/remove")
    async def remove_avatar(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Be without a picture."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await AvatarService(work).remove()
            return "Your picture is removed."

        return await pages.press(request, "/account", remove)

    @get("/preferences")
    async def preferences(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """How one wants pages to look, and where one starts."""
        product.grants.require(context_of(request).actor, AccountPermission.READ_OWN)
        return await pages.show(request, "account-preferences", {})

    @post("/preferences")
    async def update_preferences(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Change that."""
        form = await pages.form(request)
        preferences = Preferences(
            time_zone=form.optional("timeZone"),
            locale=form.optional("locale"),
            appearance=form.optional("appearance"),
            start_page=form.optional("startPage"),
        )
        try:
            async with product.units.begin(context_of(request).actor) as work:
                await PreferenceService(work).update(preferences)
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "account-preferences", {}, form=refused, status=error.status)
        return pages.redirect("/account/preferences", "Your preferences are saved.")

    @get("/notifications")
    async def notifications(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What one is told about."""
        product.grants.require(context_of(request).actor, AccountPermission.READ_OWN)
        return await pages.show(request, "account-notifications", {})

    @post("/notifications")
    async def update_notifications(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Change that: what is not ticked is not wanted."""

        async def update(work: UnitOfWork, form: Form) -> str:
            service, ticked = NotificationService(work), set(form.all("wanted"))
            await service.set(
                Wish(setting.kind.kind, setting.channel, _value(setting.kind.kind, setting.channel) in ticked)
                for setting in await service.settings()
                if not setting.kind.fixed
            )
            return "Your notifications are saved."

        return await pages.press(request, "/account/notifications", update)

    @get("/activity")
    async def activity(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """One's own sign-ins and changes."""
        product.grants.require(context_of(request).actor, AccountPermission.READ_OWN)
        return await pages.show(request, "account-activity", Query(request).page(30))


def _value(kind: Notification, channel: Channel) -> str:
    return f"{kind.name}:{channel.name}"


class AvatarPages(Controller):
    """Pictures of people, for whoever sees their names."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/avatars/{user_id:uuid}/{file:str}")
    async def avatar(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        user_id: FromPath[UUID],
        file: FromPath[str],
    ) -> Response[bytes]:
        """A picture, under a name that changes with it."""
        name, _, rest = file.partition("-")
        side = rest.removesuffix(".webp")
        known = side.isascii() and side.isdigit() and len(side) < 6 and file == f"{name}-{int(side)}.webp"
        found = await Avatars(product, context_of(request).actor).find(user_id, name, int(side)) if known else None
        if found is None:
            raise NotFound("There is no such picture.")
        return Response(found, media_type="image/webp", headers={"Cache-Control": CACHE_CONTROL})
