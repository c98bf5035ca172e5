"""Bringing profiles in, as a page for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.ctos.importing.errors import RowsNotAccepted
from ctorendang.domains.ctos.importing.files import COLUMNS, OPTIONAL
from ctorendang.domains.ctos.importing.reading import read_counted
from ctorendang.domains.ctos.importing.samples import csv_sample, json_sample
from ctorendang.domains.ctos.importing.service import ImportOutcome, ImportService, ImportStatus
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.downloads import download
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]

MOST_BYTES = 20_000_000
_PATH = "/admin/import"


class ImportPages(Controller):
    """A file in; what happened, or what is wrong with which cell, out."""

    path = _PATH
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """The form."""
        product.grants.require(context_of(request).actor, CtoPermission.IMPORT)
        return await pages.show(request, "admin-import", data=_columns())

    @get("/sample.csv")
    async def csv_sample(self, request: AnyRequest, product: NamedDependency[Product]) -> Response[Any]:
        """A file to begin with, for spreadsheets."""
        product.grants.require(context_of(request).actor, CtoPermission.IMPORT)
        return download("ctos.csv", "text/csv", csv_sample(context_of(request).tenant.currency))

    @get("/sample.jsonl")
    async def json_sample(self, request: AnyRequest, product: NamedDependency[Product]) -> Response[Any]:
        """The same for programs."""
        product.grants.require(context_of(request).actor, CtoPermission.IMPORT)
        return download("ctos.jsonl", "application/x-ndjson", json_sample(context_of(request).tenant.currency))

    # The limit stands in ``upload``, where it can say so in words.
    @post("/", request_max_body_size=None)
    async def run(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Check the file, and import it unless checking was all that was asked for."""
        product.grants.require(context_of(request).actor, CtoPermission.IMPORT)
        form = Form([])
        try:
            upload = await pages.upload(request, "file", MOST_BYTES)
            form = upload.form
            keep = form.text("do") != "check"
            outcome = await _import(request, product, upload.content, form, keep=keep)
        except AppError as error:
            data = _columns() | (_problems(error) if isinstance(error, RowsNotAccepted) else {})
            refused = pages.refused(error, form)
            return await pages.show(request, "admin-import", data=data, form=refused, status=error.status)
        if not keep:
            checked = {"values": form.values, "errors": {}, "message": ""}
            data = _columns() | {"outcome": {"added": outcome.added, "updated": outcome.updated}}
            return await pages.show(request, "admin-import", data=data, form=checked, state="checked")
        added = "1 profile was" if outcome.added == 1 else f"{outcome.added:,} profiles were"
        return pages.redirect(_PATH, f"{added} added and {outcome.updated:,} updated.")


async def _import(request: AnyRequest, product: Product, content: bytes, form: Form, *, keep: bool) -> ImportOutcome:
    context = context_of(request)
    wanted = form.text("status") or ImportStatus.LISTED
    if wanted not in set(ImportStatus):
        raise InvalidInput({"status": "Choose where the profiles shall stand."})
    if not content:
        raise InvalidInput({"file": "Choose a file with something in it."})
    currency = context.tenant.currency
    file = await read_counted(product, context.actor, content, currency)
    async with product.units.begin(context.actor) as work:
        return await ImportService(work).run(file, currency, ImportStatus(wanted), keep=keep)


def _columns() -> dict[str, Any]:
    return {"columns": COLUMNS, "optional": sorted(OPTIONAL)}


def _problems(error: RowsNotAccepted) -> dict[str, Any]:
    shown = [{"line": each.line, "column": each.column, "message": each.message} for each in error.problems]
    return {"problems": shown, "total": error.total}
