"""Directories as pages for administrators."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.scim.directories import DirectoryDraft, DirectoryService, NewToken
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_ROOT = "/admin/scim"


class ScimAdminPages(Controller):
    """Connecting directories, and looking after them."""

    path = _ROOT
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def directories(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """The directories, or how to begin."""
        return await pages.show(request, "admin-scim", {})

    @get("/new")
    async def new_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """What is it called, and who signs its people in?"""
        product.grants.require(context_of(request).actor, ScimPermission.MANAGE)
        return await pages.show(request, "admin-scim-new", {})

    @post("/new")
    async def create(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Make room for a directory."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                directory = await DirectoryService(work).create(_draft(form))
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "admin-scim-new", {}, form=refused, status=error.status)
        return pages.redirect(f"{_ROOT}/{directory.id}", "Now make a token, and give both to your directory.")

    @get("/{directory_id:str}")
    async def directory(
        self, request: AnyRequest, pages: NamedDependency[Pages], directory_id: FromPath[str]
    ) -> Response[Any]:
        """One directory: how to connect it, what it has done."""
        return await pages.show_found(request, "admin-scim-directory", "scimDirectory", {"id": directory_id})

    @post("/{directory_id:str}/settings")
    async def change(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        directory_id: FromPath[str],
    ) -> Response[Any]:
        """Save name, connection and default role."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                await DirectoryService(work).change(required_id(directory_id), _draft(form))
        except AppError as error:
            return await _again(request, pages, directory_id, form, error, "settings")
        return pages.redirect(f"{_ROOT}/{directory_id}", "Saved.")

    @post("/{directory_id:str}/mapping")
    async def map_groups(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        directory_id: FromPath[str],
    ) -> Response[Any]:
        """Save which roles groups give."""
        form = await pages.form(request)
        rows = [(group, role.lower()) for group, role in form.rows("group", "role")]
        try:
            async with product.units.begin(context_of(request).actor) as work:
                await DirectoryService(work).map_groups(required_id(directory_id), rows)
        except AppError as error:
            return await _again(request, pages, directory_id, form, error, "mapping")
        return pages.redirect(f"{_ROOT}/{directory_id}", "Saved. People's roles follow in a moment.")

    @post("/{directory_id:str}/tokens", status_code=200)
    async def create_token(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        directory_id: FromPath[str],
    ) -> Response[Any]:
        """Make a token, and show it this once."""
        form = await pages.form(request)
        try:
            days = form.number("expiresInDays") or 0
            form.done()
            async with product.units.begin(context_of(request).actor) as work:
                service = DirectoryService(work)
                made = await service.create_token(required_id(directory_id), form.text("label"), days)
        except AppError as error:
            return await _again(request, pages, directory_id, form, error, "tokens")
        return await _shown(request, pages, directory_id, made)

    @post("/{directory_id:str}/tokens/{token_id:str}/rotate", status_code=200)
    async def rotate_token(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        directory_id: FromPath[str],
        token_id: FromPath[str],
    ) -> Response[Any]:
        """Make the token that follows another, and show it this once."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                made = await DirectoryService(work).rotate_token(required_id(token_id))
        except AppError as error:
            return await _again(request, pages, directory_id, form, error, "tokens")
        return await _shown(request, pages, directory_id, made)

    @post("/{directory_id:str}/tokens/{token_id:str}/revoke")
    async def revoke_token(
        self, request: AnyRequest, pages: NamedDependency[Pages], directory_id: FromPath[str], token_id: FromPath[str]
    ) -> Response[Any]:
        """Refuse a token from now on."""

        async def revoke(work: UnitOfWork, _: Form) -> str:
            token = await DirectoryService(work).revoke_token(required_id(token_id))
            return f"The token “{token.label}” no longer works."

        return await pages.press(request, f"{_ROOT}/{directory_id}", revoke)

    @post("/{directory_id:str}/disable")
    async def disable(
        self, request: AnyRequest, pages: NamedDependency[Pages], directory_id: FromPath[str]
    ) -> Response[Any]:
        """Refuse what the directory sends."""

        async def disable(work: UnitOfWork, _: Form) -> str:
            directory = await DirectoryService(work).turn(required_id(directory_id), on=False)
            return f"{directory.name} is turned off. Its people stay as they are."

        return await pages.press(request, f"{_ROOT}/{directory_id}", disable)

    @post("/{directory_id:str}/enable")
    async def enable(
        self, request: AnyRequest, pages: NamedDependency[Pages], directory_id: FromPath[str]
    ) -> Response[Any]:
        """Accept what the directory sends again."""

        async def enable(work: UnitOfWork, _: Form) -> str:
            directory = await DirectoryService(work).turn(required_id(directory_id), on=True)
            return f"{directory.name} is turned on."

        return await pages.press(request, f"{_ROOT}/{directory_id}", enable)

    @post("/{directory_id:str}/delete")
    async def delete(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        directory_id: FromPath[str],
    ) -> Response[Any]:
        """Forget a directory that is turned off."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                name = await DirectoryService(work).delete(required_id(directory_id), form.text("confirmedName"))
        except AppError as error:
            return await _again(request, pages, directory_id, form, error, "delete")
        return pages.redirect(_ROOT, f"{name} is deleted. Its people stay as they are, and are managed under Members.")


def _draft(form: Form) -> DirectoryDraft:
    chosen = form.text("connectionId")
    connection_id: UUID | None = required_id(chosen) if chosen else None
    return DirectoryDraft(form.text("name"), connection_id, form.text("defaultRole").lower() or Role.CLIENT)


async def _again(
    request: AnyRequest, pages: Pages, directory_id: str, form: Form, error: AppError, name: str
) -> Response[Any]:
    """The directory's page with a form that was refused."""
    refused = {**pages.refused(error, form), "name": name}
    variables = {"id": directory_id}
    return await pages.show_found(
        request, "admin-scim-directory", "scimDirectory", variables, form=refused, status=error.status
    )


async def _shown(request: AnyRequest, pages: Pages, directory_id: str, made: NewToken) -> Response[Any]:
    """The directory's page with a token that was just made: never in a cookie, and never again."""
    return await pages.show(
        request,
        "admin-scim-directory",
        {"id": directory_id},
        data={"secret": made.secret},
        state="created",
    )
