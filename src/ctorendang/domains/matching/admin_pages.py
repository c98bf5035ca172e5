"""What counts in matches, as a page for administrators."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.matching.scoring import MOVABLE
from ctorendang.domains.matching.weighing import WeighingService
from ctorendang.infra.validation import Fields
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_PATH = "/admin/matching"


class WeightPages(Controller):
    """The weights, what others would do, and saving them."""

    guards = [enterprises_only]  # noqa: RUF012

    @get(_PATH)
    async def weights(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The weights in force; with factors in the address also what these would do."""
        query = Query(request)
        said = {name: query.decimal(name) for name in MOVABLE}
        factors = {name: factor for name, factor in said.items() if factor is not None}
        return await pages.show(request, "admin-matching", {"factors": factors, "withEffect": bool(factors)})

    @post(_PATH)
    async def change(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Save other factors, or first show what they would do."""
        typed = await pages.form(request)
        if typed.text("do") == "effect":
            said = {name: typed.text(name) for name in MOVABLE if typed.text(name)}
            return pages.redirect(f"{_PATH}?{urlencode(said)}")

        async def change(work: UnitOfWork, form: Form) -> str:
            fields = Fields()
            factors = {name: _factor(form, name, fields) for name in MOVABLE}
            revision = form.number("revision")
            form.done()
            fields.done()
            await WeighingService(work).change(factors, -1 if revision is None else revision)
            return "Saved. Every list counts this way from now on."

        return await pages.press(request, _PATH, change)


def _factor(form: Form, name: str, fields: Fields) -> float:
    try:
        return float(form.text(name) or 1)
    except ValueError:
        fields.refuse(name, "Choose one of the factors.")
        return 1.0
