"""One's own portfolio as pages, and the pictures and files of everybody's."""

import re
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.portfolio.draft import ItemDraft
from ctorendang.domains.ctos.portfolio.media import MediaService, PortfolioUploads
from ctorendang.domains.ctos.portfolio.service import PortfolioService
from ctorendang.infra.errors import AppError, NotFound
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.uploads.file_types import MOST_BYTES
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.downloads import download
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_OWN = "/account/profile#portfolio"
_PICTURE = re.compile(r"([1-9][0-9]{1,4})\.webp", re.ASCII)
# In the browser that has shown it alone: others stop seeing it the moment the profile is not listed any more.
_SHOWN_FOR = "private, max-age=3600"


class PortfolioPages(Controller):
    """Telling pieces of work, and what goes with them."""

    path = "/account/profile/portfolio"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/new")
    async def new(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """An empty form."""
        product.grants.require(context_of(request).actor, CtoPermission.MANAGE_OWN)
        return await pages.show(request, "account-portfolio-new")

    @post("/")
    async def add(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Show one more piece of work; its pictures and files come next."""
        form = await pages.form(request)
        try:
            draft = _draft(form)
            async with product.units.begin(context_of(request).actor) as work:
                item = (await PortfolioService(work).add(draft)).item
        except AppError as error:
            refused = pages.refused(error, form)
            return await pages.show(request, "account-portfolio-new", form=refused, status=error.status)
        return pages.redirect(
            f"/account/profile/portfolio/{item.id}", "It is in your portfolio. Now show it: add a picture."
        )

    @get("/{item_id:str}")
    async def item(self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str]) -> Response[Any]:
        """A piece of work as forms."""
        return await _show(request, pages, item_id)

    @post("/{item_id:str}")
    async def save(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        item_id: FromPath[str],
    ) -> Response[Any]:
        """Tell it anew."""
        form = await pages.form(request)
        try:
            draft = _draft(form)
            async with product.units.begin(context_of(request).actor) as work:
                await PortfolioService(work).change(required_id(item_id), draft)
        except AppError as error:
            return await _show_refused(request, pages, item_id, error, {**pages.refused(error, form), "name": "item"})
        return pages.redirect(f"/account/profile/portfolio/{item_id}", "Saved.")

    @post("/{item_id:str}/move")
    async def move(self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str]) -> Response[Any]:
        """Put it elsewhere among the others."""

        async def move(work: UnitOfWork, form: Form) -> str:
            place = form.number("place")
            form.done()
            shown = await PortfolioService(work).move(required_id(item_id), place or 0)
            return f"“{shown.item.title}” is moved."

        return await pages.press(request, _OWN, move)

    @post("/{item_id:str}/remove")
    async def remove(self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str]) -> Response[Any]:
        """Take it away, for an hour not for good."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            shown = await PortfolioService(work).remove(required_id(item_id))
            return f"“{shown.item.title}” is removed. You can bring it back for an hour."

        return await pages.press(request, _OWN, remove)

    @post("/{item_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str]
    ) -> Response[Any]:
        """Bring it back."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            shown = await PortfolioService(work).restore(required_id(item_id))
            return f"“{shown.item.title}” is back."

        return await pages.press(request, _OWN, restore)


class PortfolioMediaPages(Controller):
    """Adding and removing pictures and files of one's own work."""

    path = "/account/profile/portfolio/{item_id:str}"
    guards = [enterprises_only]  # noqa: RUF012

    # The limit stands in ``upload``, where it can say so in words.
    @post("/images", request_max_body_size=None)
    async def add_image(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        item_id: FromPath[str],
    ) -> Response[Any]:
        """Show a picture with it."""
        actor = context_of(request).actor
        product.grants.require(actor, CtoPermission.MANAGE_OWN)
        form = Form([])
        try:
            upload = await pages.upload(request, "picture", MOST_BYTES)
            form = upload.form
            await PortfolioUploads(product, actor).add_image(required_id(item_id), form.text("alt"), upload.content)
        except AppError as error:
            return await _show_refused(request, pages, item_id, error, {**pages.refused(error, form), "name": "images"})
        return pages.redirect(f"/account/profile/portfolio/{item_id}#images", "The picture is there.")

    @post("/files", request_max_body_size=None)
    async def add_file(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        item_id: FromPath[str],
    ) -> Response[Any]:
        """Keep a file with it."""
        actor = context_of(request).actor
        product.grants.require(actor, CtoPermission.MANAGE_OWN)
        form = Form([])
        try:
            upload = await pages.upload(request, "file", MOST_BYTES)
            form = upload.form
            await PortfolioUploads(product, actor).add_file(required_id(item_id), upload.filename, upload.content)
        except AppError as error:
            return await _show_refused(request, pages, item_id, error, {**pages.refused(error, form), "name": "files"})
        return pages.redirect(f"/account/profile/portfolio/{item_id}#files", "The file is there.")

    @post("/media/{media_id:str}")
    async def describe(
        self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str], media_id: FromPath[str]
    ) -> Response[Any]:
        """Say anew what a picture shows."""

        async def describe(work: UnitOfWork, form: Form) -> str:
            await MediaService(work).describe(required_id(media_id), form.text("alt"))
            return "The description is saved."

        return await pages.press(request, f"/account/profile/portfolio/{item_id}#images", describe)

    @post("/media/{media_id:str}/move")
    async def move(
        self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str], media_id: FromPath[str]
    ) -> Response[Any]:
        """Put a picture elsewhere among the others."""

        async def move(work: UnitOfWork, form: Form) -> str:
            place = form.number("place")
            form.done()
            await MediaService(work).move(required_id(media_id), place or 0)
            return "The picture is moved."

        return await pages.press(request, f"/account/profile/portfolio/{item_id}#images", move)

    @post("/media/{media_id:str}/remove")
    async def remove(
        self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str], media_id: FromPath[str]
    ) -> Response[Any]:
        """Take a picture or file away, for an hour not for good."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await MediaService(work).remove(required_id(media_id))
            return "Removed. You can bring it back for an hour."

        return await pages.press(request, f"/account/profile/portfolio/{item_id}#images", remove)

    @post("/media/{media_id:str}/restore")
    async def restore(
        self, request: AnyRequest, pages: NamedDependency[Pages], item_id: FromPath[str], media_id: FromPath[str]
    ) -> Response[Any]:
        """Bring a picture or file back."""

        async def restore(work: UnitOfWork, _: Form) -> str:
            await MediaService(work).restore(required_id(media_id))
            return "It is back."

        return await pages.press(request, f"/account/profile/portfolio/{item_id}#images", restore)


class PortfolioFilePages(Controller):
    """Pictures and files, for whoever sees the profile."""

    path = "/ctos/{cto_id:uuid}/portfolio/{media_id:uuid}"
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def file(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        cto_id: FromPath[UUID],
        media_id: FromPath[UUID],
    ) -> Response[bytes]:
        """A file, to be saved and never to be shown as a page of this site."""
        media, content = await PortfolioUploads(product, context_of(request).actor).find_file(cto_id, media_id)
        return download(media.name, media.media_type, content)

    @get("/{size:str}")
    async def image(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        cto_id: FromPath[UUID],
        media_id: FromPath[UUID],
        size: FromPath[str],
    ) -> Response[bytes]:
        """A picture in one of its sizes."""
        named = _PICTURE.fullmatch(size)
        if named is None:
            raise NotFound("There is no such picture.")
        uploads = PortfolioUploads(product, context_of(request).actor)
        content = await uploads.find_image(cto_id, media_id, int(named[1]))
        return Response(content, media_type="image/webp", headers={"Cache-Control": _SHOWN_FOR})


async def _show(
    request: AnyRequest, pages: Pages, item_id: str, form: dict[str, Any] | None = None, status: int = 200
) -> Response[Any]:
    return await pages.show_found(
        request, "account-portfolio", "myPortfolioItem", {"id": item_id}, form=form, status=status
    )


async def _show_refused(
    request: AnyRequest, pages: Pages, item_id: str, error: AppError, form: dict[str, Any]
) -> Response[Any]:
    """The page with what was wrong; what came for no piece of work at all is just refused."""
    try:
        return await _show(request, pages, item_id, form, error.status)
    except NotFound:
        raise error from None


def _draft(form: Form) -> ItemDraft:
    draft = ItemDraft(
        title=form.text("title"),
        role=form.text("role"),
        year=form.number("year"),
        about=form.text("about"),
        link=form.text("link"),
    )
    form.done()
    return draft
