"""The directory and one's saved searches, as pages; what is looked for stands in the address."""

import re
from typing import Any
from urllib.parse import urlencode
from zoneinfo import available_timezones

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from strawberry.utils.str_converters import to_camel_case

from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.query import CtoQuery, SearchOrder
from ctorendang.domains.search.saved import SavedSearchService, order_of, query_of
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

_DIRECTORY = "/ctos"
_SAVED = "/account/searches"
_A_PAGE = 24
_RATING = re.compile(r"[0-5](\.[0-9]{1,2})?")
_ZONES = frozenset(available_timezones())


class SearchPages(Controller):
    """The directory."""

    guards = [enterprises_only]  # noqa: RUF012

    @get(_DIRECTORY)
    async def directory(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Who is listed; every filter stands in the address, and nonsense there is left out."""
        query = Query(request)
        zone = query.text("timeZone") if query.text("timeZone") in _ZONES else None
        wanted = query.filter(
            search=query.text("search"),
            skills=query.all("skills"),
            industries=query.all("industries"),
            stages=query.all("stages"),
            languages=query.all("languages"),
            maxHourlyRate=query.money("maxHourlyRate"),
            minAvailability=_at_most(query.number("minAvailability"), 168),
            minYears=_at_most(query.number("minYears"), 100),
            minRating=_at_most(query.decimal("minRating"), 5),
            timeZone=zone,
            maxHoursApart=_at_most(query.number("maxHoursApart"), 12) if zone else None,
        )
        order = query.choice("orderBy", [each.name for each in SearchOrder])
        if order == SearchOrder.TIME_ZONE.name and zone is None:
            order = None
        return await pages.show(request, "ctos", {"filter": wanted, "orderBy": order, **query.page(_A_PAGE)})


class SavedSearchPages(Controller):
    """What a person looks for again and again."""

    path = _SAVED
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def saved(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """One's saved searches."""
        product.grants.require(context_of(request).actor, SearchPermission.MANAGE_OWN)
        return await pages.show(request, "account-searches", {})

    @post("/")
    async def save(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Redirect:
        """Keep the search that the directory shows, and go back to it."""
        query, order = _typed(await pages.form(request))

        async def save(work: UnitOfWork, form: Form) -> str:
            alerts = form.text("alerts") == "yes"
            saved = await SavedSearchService(work).save(form.text("name"), query, order, alerts=alerts)
            news = " We write to you when somebody new fits." if alerts else ""
            return f"Saved as “{saved.name}”.{news}"

        return await pages.press(request, address(query, order), save)

    @get("/{saved_id:str}")
    async def follow(self, request: AnyRequest, product: NamedDependency[Product], saved_id: FromPath[str]) -> Redirect:
        """Go to what a saved search finds."""
        async with product.units.begin(context_of(request).actor) as work:
            every = {str(each.id): each for each in await SavedSearchService(work).all() if each.removed_at is None}
        if saved_id not in every:
            raise NotFound("There is no such saved search of yours.")
        return Redirect(address(query_of(every[saved_id]), order_of(every[saved_id])), status_code=303)

    @post("/{saved_id:str}")
    async def change(
        self, request: AnyRequest, pages: NamedDependency[Pages], saved_id: FromPath[str]
    ) -> Response[Any]:
        """Rename it, or turn its alerts on or off."""

        async def change(work: UnitOfWork, form: Form) -> str:
            wanted = {"yes": True, "no": False}.get(form.text("alerts"))
            saved = await SavedSearchService(work).change(
                required_id(saved_id), name=form.optional("name"), alerts=wanted
            )
            if wanted is None:
                return f"It is called “{saved.name}” now."
            return f"Alerts for “{saved.name}” are {'on' if saved.alerts else 'off'}."

        return await pages.press(request, _SAVED, change)

    @post("/{saved_id:str}/remove")
    async def remove(
        self, request: AnyRequest, pages: NamedDependency[Pages], saved_id: FromPath[str]
    ) -> Response[Any]:
        """Be without it."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            saved = await SavedSearchService(work).remove(required_id(saved_id))
            return f"“{saved.name}” is removed. You can undo this for an hour."

        return await pages.press(request, _SAVED, remove)

    @post("/{saved_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], saved_id: FromPath[str]
    ) -> Response[Any]:
        """Have it back."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            saved = await SavedSearchService(work).restore(required_id(saved_id))
            return f"“{saved.name}” is back."

        return await pages.press(request, _SAVED, restore)


def address(query: CtoQuery, order: SearchOrder | None) -> str:
    """Where the directory shows a search."""
    said = {to_camel_case(name): value for name, value in query.to_json().items()}
    if query.max_hourly_rate is not None:
        said["maxHourlyRate"] = f"{query.max_hourly_rate / 100:g}"
    if order is not None:
        said["orderBy"] = order.name
    return f"{_DIRECTORY}?{urlencode(said, doseq=True)}" if said else _DIRECTORY


def _typed(form: Form) -> tuple[CtoQuery, SearchOrder | None]:
    """The search that a form holds, under the names of the directory's parameters.

    Raises:
        InvalidInput: numbers that are none.
    """
    rating = form.text("minRating")
    query = CtoQuery(
        search=form.text("search"),
        skills=tuple(form.all("skills")),
        industries=tuple(form.all("industries")),
        stages=tuple(form.all("stages")),
        languages=tuple(form.all("languages")),
        max_hourly_rate=form.money("maxHourlyRate"),
        min_availability=form.number("minAvailability"),
        min_years=form.number("minYears"),
        min_rating=float(rating) if _RATING.fullmatch(rating) else None,
        time_zone=form.text("timeZone") or None,
        max_hours_apart=form.number("maxHoursApart"),
    )
    form.done()
    order = form.text("orderBy")
    return query, SearchOrder[order] if order in SearchOrder.__members__ else None


def _at_most(value: Any, most: int) -> Any:
    return None if value is None else min(value, most)
