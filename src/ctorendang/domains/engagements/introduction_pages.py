"""Choosing a time to talk, about a project or just to get to know each other, as a page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.calendar.bookings import BookingService
from ctorendang.domains.calendar.errors import SlotAlreadyTaken, SlotNotOffered
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.engagements.introductions import IntroductionService
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]


class IntroductionPages(Controller):
    """Booking a time with a CTO."""

    path = "/ctos/{cto_id:str}/introduction"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def choose(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        cto_id: FromPath[str],
    ) -> Response[Any]:
        """The free times, and the projects to talk about; one of each is chosen if the address says so."""
        product.grants.require(context_of(request).actor, CalendarPermission.BOOK)
        return await pages.show_found(request, "introduction", "cto", {"id": cto_id})

    @post("/")
    async def book(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        cto_id: FromPath[str],
    ) -> Response[Any]:
        """Book the chosen time, and go where it stands from now on."""
        form = await pages.form(request)
        actor = context_of(request).actor
        product.grants.require(actor, CalendarPermission.BOOK)
        try:
            async with product.units.begin(actor) as work:
                place = await _book(work, required_id(cto_id), form)
        except AppError as error:
            refused = pages.refused(error, form)
            if isinstance(error, SlotAlreadyTaken):
                refused["alternatives"] = [f"{each.starts_at:%Y-%m-%dT%H:%M:%S}+00:00" for each in error.alternatives]
            if isinstance(error, SlotAlreadyTaken | SlotNotOffered):
                refused["errors"] = {"startsAt": error.detail}
            return await pages.show_found(
                request, "introduction", "cto", {"id": cto_id}, form=refused, status=error.status
            )
        return pages.redirect(place, "Your introduction is booked. Both of you get a mail with a calendar file.")


async def _book(work: UnitOfWork, cto_id: UUID, form: Form) -> str:
    starts_at, note, project = _moment(form.text("startsAt")), form.text("note"), form.text("projectId")
    if not project:
        await BookingService(work).book(cto_id, starts_at, note)
        return "/account/bookings"
    engagement, _ = await IntroductionService(work).book(required_id(project), cto_id, starts_at, note)
    return f"/engagements/{engagement.id}"


def _moment(text: str) -> datetime:
    """The moment that a form names, as the page has written it.

    Raises:
        InvalidInput: it names none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput({"startsAt": "Choose one of the free times."})
    return moment
