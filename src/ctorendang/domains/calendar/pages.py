"""One's own calendar as a page, for CTOs."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.calendar.draft import (
    WEEKDAYS,
    CalendarDraft,
    DaysOffDraft,
    ExtraSlotDraft,
    TypedSlot,
    TypedWeeklySlot,
)
from ctorendang.domains.calendar.feeds import ADDED, BusyFeedService
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.domains.calendar.schedules import ScheduleService
from ctorendang.domains.calendar.status import ExceptionKind
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_OWN = "/account/calendar"


class CalendarPages(Controller):
    """Weekly hours and slots, exceptions, and calendars elsewhere."""

    path = _OWN
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def calendar(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The calendar as forms."""
        product.grants.require(context_of(request).actor, CalendarPermission.MANAGE_OWN)
        return await pages.show(request, "account-calendar", {})

    @post("/")
    async def save(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Save hours and recurring slots."""
        form = await pages.form(request)
        actor = context_of(request).actor
        product.grants.require(actor, CalendarPermission.MANAGE_OWN)
        try:
            draft = _calendar(form)
            async with product.units.begin(actor) as work:
                await ScheduleService(work).save(draft)
        except AppError as error:
            return await self._again(request, pages, form, error, "calendar")
        return pages.redirect(_OWN, "Your week is saved.")

    @post("/exceptions")
    async def add_exception(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Be away, or offer a slot more."""
        form = await pages.form(request)
        actor = context_of(request).actor
        product.grants.require(actor, CalendarPermission.MANAGE_OWN)
        try:
            first, last, day = form.day("firstDay"), form.day("lastDay"), form.day("day")
            form.done()
            async with product.units.begin(actor) as work:
                if form.text("kind") == ExceptionKind.EXTRA:
                    slot = TypedSlot(form.text("starts"), form.text("ends"))
                    await ScheduleService(work).add_extra_slot(ExtraSlotDraft(day, slot))
                else:
                    await ScheduleService(work).take_days_off(DaysOffDraft(first, last))
        except AppError as error:
            return await self._again(request, pages, form, error, "exceptions")
        return pages.redirect(f"{_OWN}#exceptions", "Your calendar is changed.")

    @post("/exceptions/{exception_id:str}/remove")
    async def remove_exception(
        self, request: AnyRequest, pages: NamedDependency[Pages], exception_id: FromPath[str]
    ) -> Response[Any]:
        """Take an exception back."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await ScheduleService(work).remove_exception(required_id(exception_id))
            return "It is removed. Your usual week counts again."

        return await pages.press(request, f"{_OWN}#exceptions", remove)

    @post("/feeds")
    async def add_feed(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Follow a calendar elsewhere."""
        form = await pages.form(request)
        actor = context_of(request).actor
        product.grants.require(actor, CalendarPermission.MANAGE_OWN)
        try:
            await product.limiter.count(ADDED, str(actor.tenant_id), str(actor.person))
            async with product.units.begin(actor) as work:
                await BusyFeedService(work).add(form.text("name"), form.text("url"))
        except AppError as error:
            return await self._again(request, pages, form, error, "feeds")
        return pages.redirect(f"{_OWN}#feeds", "The calendar is being read. Reload the page in a moment.")

    @post("/feeds/{feed_id:str}/refresh")
    async def refresh_feed(
        self, request: AnyRequest, pages: NamedDependency[Pages], feed_id: FromPath[str]
    ) -> Response[Any]:
        """Have a calendar read now."""

        async def refresh(work: UnitOfWork, _: Form) -> str:
            await BusyFeedService(work).refresh(required_id(feed_id))
            return "The calendar is being read. Reload the page in a moment."

        return await pages.press(request, f"{_OWN}#feeds", refresh)

    @post("/feeds/{feed_id:str}/remove")
    async def remove_feed(
        self, request: AnyRequest, pages: NamedDependency[Pages], feed_id: FromPath[str]
    ) -> Response[Any]:
        """Follow a calendar no longer."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await BusyFeedService(work).remove(required_id(feed_id))
            return "The calendar is no longer followed."

        return await pages.press(request, f"{_OWN}#feeds", remove)

    async def _again(self, request: AnyRequest, pages: Pages, form: Form, error: AppError, name: str) -> Response[Any]:
        refused = {**pages.refused(error, form), "name": name}
        return await pages.show(request, "account-calendar", {}, form=refused, status=error.status)


def _calendar(form: Form) -> CalendarDraft:
    """The week that a form holds; rows without times are left out.

    Raises:
        InvalidInput: numbers that are none.
    """
    slots = [
        TypedWeeklySlot(int(weekday), TypedSlot(starts, ends))
        for weekday, starts, ends in form.rows("weekday", "starts", "ends")
        if weekday in map(str, range(len(WEEKDAYS))) and (starts.strip() or ends.strip())
    ]
    draft = CalendarDraft(form.number("weeklyHours"), form.number("meetingMinutes"), form.number("noticeHours"), slots)
    form.done()
    return draft
