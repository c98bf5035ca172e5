"""What buttons on a project's pages do, and its files."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.projects.attachments import Attachments, AttachmentService
from ctorendang.domains.projects.candidates import linked_cto
from ctorendang.domains.projects.errors import CtoNotFound
from ctorendang.domains.projects.invited import InvitationService
from ctorendang.domains.projects.lifecycle import LifecycleService
from ctorendang.infra.errors import AppError, InvalidInput
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


class ProjectButtonPages(Controller):
    """What becomes of one's project."""

    path = "/projects/{project_id:str}"
    guards = [enterprises_only]  # noqa: RUF012

    @post("/publish")
    async def publish(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """Show the project to the CTOs."""

        async def publish(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).publish(required_id(project_id))
            return "Your project is published."

        return await pages.press(request, f"/projects/{project_id}", publish)

    @post("/pause")
    async def pause(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """Take the project out of sight for a while."""

        async def pause(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).pause(required_id(project_id))
            return "Your project is paused. CTOs do not see it until you resume it."

        return await pages.press(request, f"/projects/{project_id}", pause)

    @post("/resume")
    async def resume(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """Show the project again."""

        async def resume(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).resume(required_id(project_id))
            return "Your project is published again."

        return await pages.press(request, f"/projects/{project_id}", resume)

    @post("/close")
    async def close(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """End the project."""

        async def close(work: UnitOfWork, _: Form) -> str:
            await LifecycleService(work).close(required_id(project_id))
            return "Your project is closed."

        return await pages.press(request, f"/projects/{project_id}", close)

    @post("/duplicate")
    async def duplicate(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
    ) -> Response[Any]:
        """Begin a draft that says the same."""
        await pages.form(request)
        async with product.units.begin(context_of(request).actor) as work:
            copy = await LifecycleService(work).duplicate(required_id(project_id))
        return pages.redirect(
            f"/projects/{copy.id}/edit?step=about", "This is the copy: a draft of its own, without files."
        )

    @post("/invitations")
    async def invite(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str]
    ) -> Response[Any]:
        """Let a CTO see the project; ``cto`` is an id, or the address of a profile."""

        async def invite(work: UnitOfWork, form: Form) -> str:
            cto_id = linked_cto(form.text("cto"))
            if cto_id is None:
                raise InvalidInput({"cto": "Paste the link of a CTO’s profile."})
            try:
                await InvitationService(work).invite(required_id(project_id), cto_id)
            except CtoNotFound as error:
                raise InvalidInput({"cto": "There is no listed CTO with this link."}) from error
            return "Invited."

        return await pages.press(request, f"/projects/{project_id}/edit?step=access", invite)

    @post("/invitations/{cto_id:str}/withdraw")
    async def withdraw(
        self, request: AnyRequest, pages: NamedDependency[Pages], project_id: FromPath[str], cto_id: FromPath[str]
    ) -> Response[Any]:
        """Take an invitation back."""

        async def withdraw(work: UnitOfWork, _: Form) -> str:
            await InvitationService(work).withdraw(required_id(project_id), required_id(cto_id))
            return "The invitation is withdrawn."

        return await pages.press(request, f"/projects/{project_id}/edit?step=access", withdraw)

    @post("/attachments", request_max_body_size=None)
    async def attach(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
    ) -> Response[Any]:
        """Keep a file with the project."""
        upload = await pages.upload(request, "file", MOST_BYTES)
        attachments = Attachments(product, context_of(request).actor)
        back = f"/projects/{project_id}/edit?step=access"
        try:
            await attachments.add(required_id(project_id), upload.filename, upload.content)
        except AppError as error:
            return pages.redirect_refused(back, error)
        return pages.redirect(back, "The file is there.")

    @post("/attachments/{attachment_id:str}/remove")
    async def remove(
        self,
        request: AnyRequest,
        pages: NamedDependency[Pages],
        project_id: FromPath[str],
        attachment_id: FromPath[str],
    ) -> Response[Any]:
        """Take a file away."""

        async def remove(work: UnitOfWork, _: Form) -> str:
            await AttachmentService(work).remove(required_id(project_id), required_id(attachment_id))
            return "The file is removed."

        return await pages.press(request, f"/projects/{project_id}/edit?step=access", remove)

    @get("/attachments/{attachment_id:str}")
    async def attachment(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        project_id: FromPath[str],
        attachment_id: FromPath[str],
    ) -> Response[bytes]:
        """A file, to be saved and never to be shown as a page of this site."""
        attachments = Attachments(product, context_of(request).actor)
        row, content = await attachments.find(required_id(project_id), required_id(attachment_id))
        return download(row.name, row.media_type, content)
