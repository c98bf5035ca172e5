"""Files that go with a project.

How they come into the store and leave it again: ``infra/uploads/storing.py``.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.projects.models import Project, ProjectAttachment
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.domains.projects.service import ProjectService, own_project
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.uploads.errors import FileNotAccepted
from ctorendang.infra.uploads.file_types import MOST_BYTES, recognise, require_whole, saved_name
from ctorendang.infra.uploads.storing import LOOK_AGAIN, fetch, store
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST_FILES = 10
UPLOADS = Limit("attachment-uploads", attempts=60, seconds=3600)


class Attachments:
    """Stores and hands out files; each step in a unit of work of its own, none open while files move."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor

    async def add(self, project_id: UUID, name: str, content: bytes) -> None:
        """Keep a file with one's project.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it does not change any more.
            FileNotAccepted: it is no file that is taken, or there are enough; the detail says why.
            FilesNotAvailable: there is nowhere to keep it now.
            TooManyAttempts: too many files in an hour.
        """
        self._product.grants.require(self._actor, ProjectPermission.MANAGE_OWN)
        require_whole(content, MOST_BYTES)
        await self._product.limiter.count(UPLOADS, str(self._actor.tenant_id), str(self._actor.person))
        kind = await asyncio.to_thread(recognise, content)
        key = f"{self._actor.tenant_id}/projects/{project_id}/{secrets.token_hex(16)}"

        async def before(work: UnitOfWork) -> None:
            await AttachmentService(work).require_room(project_id)
            work.publish("project.attachment_unused", {"key": key}, at=now() + LOOK_AGAIN)

        async def after(work: UnitOfWork) -> None:
            await AttachmentService(work).name(project_id, key, saved_name(name, kind), kind.media_type, len(content))

        await store(self._product, self._actor, {key: content}, before=before, after=after)

    async def find(self, project_id: UUID, attachment_id: UUID) -> tuple[ProjectAttachment, bytes]:
        """A file of a project that the actor may see.

        Raises:
            NotFound: the actor sees no such project, or it has no such file.
            FilesNotAvailable: the store cannot be asked now.
        """
        self._product.grants.require(self._actor, ProjectPermission.READ)
        async with self._product.units.begin(self._actor) as work:
            attachment = await AttachmentService(work).find(project_id, attachment_id)
        return attachment, await fetch(self._product.gateways.files, attachment.key)


class AttachmentService:
    """The files of projects, as far as the database knows them."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def require_room(self, project_id: UUID) -> Project:
        """Go on if one's project may get one more file.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's.
            ProjectAlreadyClosed: it does not change any more.
            FileNotAccepted: there are enough.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        ours = select(func.count(ProjectAttachment.id)).where(
            ProjectAttachment.tenant_id == self._work.tenant_id, ProjectAttachment.project_id == project_id
        )
        if (await self._work.session.scalar(ours) or 0) >= MOST_FILES:
            raise FileNotAccepted(f"A project has at most {MOST_FILES} files. Remove one first.")
        return project

    async def name(self, project_id: UUID, key: str, name: str, media_type: str, size: int) -> None:
        """Have one's project name a file that was stored; raises as ``require_room``."""
        self._work.require(ProjectPermission.MANAGE_OWN)
        await self.require_room(project_id)
        self._work.session.add(
            ProjectAttachment(
                tenant_id=self._work.tenant_id,
                project_id=project_id,
                name=name,
                media_type=media_type,
                size=size,
                key=key,
            )
        )
        record(self._work, "projects.attachment.added", Subject("project", project_id), {"name": name, "size": size})

    async def find(self, project_id: UUID, attachment_id: UUID) -> ProjectAttachment:
        """A file of a project that the actor may see.

        Raises:
            NotFound: the actor sees no such project, or it has no such file.
        """
        self._work.require(ProjectPermission.READ)
        attachment = await self._work.session.get(ProjectAttachment, (self._work.tenant_id, attachment_id))
        seen = await ProjectService(self._work).find(project_id)
        if seen is None or attachment is None or attachment.project_id != project_id:
            raise NotFound("There is no such file.")
        return attachment

    async def remove(self, project_id: UUID, attachment_id: UUID) -> Project:
        """Take a file from one's project.

        Raises:
            Forbidden: the actor manages no projects.
            NotFound: it is not the actor's, or has no such file.
            ProjectAlreadyClosed: it does not change any more.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        project = await own_project(self._work, project_id)
        attachment = await self.find(project_id, attachment_id)
        self._work.publish("project.attachment_unused", {"key": attachment.key})
        await self._work.session.delete(attachment)
        record(self._work, "projects.attachment.removed", Subject("project", project_id), {"name": attachment.name})
        return project

    async def of_projects(self, project_ids: Sequence[UUID]) -> dict[UUID, list[ProjectAttachment]]:
        """The files of projects that the actor was given, oldest first."""
        self._work.require(ProjectPermission.READ)
        statement = (
            select(ProjectAttachment)
            .where(ProjectAttachment.tenant_id == self._work.tenant_id, ProjectAttachment.project_id.in_(project_ids))
            .order_by(ProjectAttachment.id)
        )
        found: dict[UUID, list[ProjectAttachment]] = {project_id: [] for project_id in project_ids}
        for attachment in await self._work.session.scalars(statement):
            found[attachment.project_id].append(attachment)
        return found


async def drop_unused(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Remove a file from the store, unless a project names it.

    Raises:
        FilesUnavailable: the store cannot be used now; the job starts again.
        NotConfigured: there is none any more; the job waits for it.
    """
    named = select(ProjectAttachment.id).where(
        ProjectAttachment.tenant_id == work.tenant_id, ProjectAttachment.key == payload["key"]
    )
    if await work.session.scalar(named) is None:
        await work.gateways.files.delete(payload["key"])
