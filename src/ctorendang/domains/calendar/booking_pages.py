"""Introductions as pages: one's own list, and calendars of them."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.ical import MEDIA_TYPE
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.published import PublishedCalendars, calendar_file, feed_path
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.errors import NotFound
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_OWN = "/account/bookings"


class BookingPages(Controller):
    """One's own introductions, from either side."""

    path = _OWN
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def bookings(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What is to come, or what was."""
        product.grants.require(context_of(request).actor, CalendarPermission.READ_BOOKINGS)
        return await pages.show(request, "account-bookings", _list(request))

    @post("/{booking_id:str}/cancel")
    async def cancel(
        self, request: AnyRequest, pages: NamedDependency[Pages], booking_id: FromPath[str]
    ) -> Response[Any]:
        """Cancel one."""

        async def cancel(work: UnitOfWork, form: Form) -> str:
            await BookingService(work).cancel(required_id(booking_id), form.text("reason"))
            return "The introduction is cancelled, and the other side is told. You can still put it back."

        return await pages.press(request, _OWN, cancel)

    @post("/{booking_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], booking_id: FromPath[str]
    ) -> Response[Any]:
        """Put one back."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            await BookingService(work).restore(required_id(booking_id))
            return "The introduction stands again."

        return await pages.press(request, _OWN, restore)

    @get("/{booking_id:str}/introduction.ics")
    async def file(
        self, request: AnyRequest, product: NamedDependency[Product], booking_id: FromPath[str]
    ) -> Response[bytes]:
        """One as a file for a calendar program."""
        actor = context_of(request).actor
        async with product.units.begin(actor) as work:
            booking = await BookingService(work).find(required_id(booking_id))
            if booking is None:
                raise NotFound("There is no such introduction of yours.")
            return _calendar(await calendar_file(work, actor.person, [booking]))

    @post("/feed")
    async def rotate(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Make a secret address, and show it this once."""
        await pages.form(request)
        context = context_of(request)
        async with product.units.begin(context.actor) as work:
            token = await PublishedCalendars(work).rotate()
        secret = {"secret": f"{context.origin}{feed_path(token)}"}
        return await pages.show(request, "account-bookings", _list(request), data=secret, state="created")

    @post("/feed/revoke")
    async def revoke(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Let the address work no longer."""

        async def revoke(work: UnitOfWork, _: Form) -> str:
            await PublishedCalendars(work).revoke()
            return "The address no longer works."

        return await pages.press(request, f"{_OWN}#feed", revoke)


class PublishedPages(Controller):
    """Calendars by their secret addresses, for programs that show no cookie."""

    path = "/calendar"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/{name:str}")
    async def published(
        self, request: AnyRequest, product: NamedDependency[Product], name: FromPath[str]
    ) -> Response[bytes]:
        """A person's introductions; whoever asks is nobody, and the secret alone counts."""
        actor = context_of(request).actor.as_service(AUTHENTICATOR)
        token = name.removesuffix(".ics") if name.endswith(".ics") else ""
        async with product.units.begin(actor) as work:
            return _calendar(await PublishedCalendars(work).answer(token))


def _calendar(content: bytes) -> Response[bytes]:
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="introductions.ics"',
        "X-Robots-Tag": "noindex",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _list(request: AnyRequest) -> dict[str, Any]:
    query = Query(request)
    return {"past": query.text("show") == "past", **query.page(20)}
