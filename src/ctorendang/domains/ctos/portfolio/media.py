"""Pictures and files of shown work.

Pictures are drawn anew in a process of their own, files are checked for being one thing only and kept as they are; how
they come into the store and leave it again: ``infra/uploads/storing.py``.
"""

import asyncio
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.portfolio.draft import checked_alt
from ctorendang.domains.ctos.portfolio.errors import PortfolioFull
from ctorendang.domains.ctos.portfolio.models import PortfolioItem, PortfolioMedia
from ctorendang.domains.ctos.portfolio.repository import UNDO_FOR, PortfolioRepository, ShownItem
from ctorendang.domains.ctos.portfolio.service import profile_changed
from ctorendang.domains.ctos.service import CtoService
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.uploads.errors import PictureNotAccepted
from ctorendang.infra.uploads.file_types import MOST_BYTES, recognise, require_whole, saved_name
from ctorendang.infra.uploads.pictures import fitted
from ctorendang.infra.uploads.storing import LOOK_AGAIN, fetch, store
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

SIDES = (640, 1600)
"""The longer side of a picture's sizes, at most, in pixels."""
MOST = {"image": 6, "file": 5}
"""Of each kind, that go with a piece of work."""
UPLOADS = Limit("portfolio-uploads", attempts=120, seconds=3600)


class PortfolioUploads:
    """Stores and hands out pictures and files; each step in a unit of work of its own, none open while bytes move."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor

    async def add_image(self, item_id: UUID, alt: str, content: bytes) -> None:
        """Show a picture with a piece of one's work.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: it is not said what the picture shows.
            PictureNotAccepted: it is no picture that is taken; the detail says why.
            NotFound: the piece of work is not the actor's own.
            PortfolioFull: it has enough pictures.
            FilesNotAvailable: there is nowhere to keep it now.
            TooManyAttempts: too many files in an hour.
        """
        self._product.grants.require(self._actor, CtoPermission.MANAGE_OWN)
        fields = Fields()
        alt = checked_alt(alt, fields)
        fields.done()
        if not content:
            raise PictureNotAccepted("Choose a picture first.")
        await self._count()
        pictures = await fitted(content, SIDES)
        largest = pictures[-1]
        media = {"kind": "image", "alt": alt, "media_type": "image/webp", "size": len(largest.content)}
        media |= {"width": largest.width, "height": largest.height}
        await self._store(item_id, media, [picture.content for picture in pictures])

    async def add_file(self, item_id: UUID, name: str, content: bytes) -> None:
        """Keep a file with a piece of one's work.

        Raises:
            Forbidden: the actor is no CTO.
            FileNotAccepted: it is no file that is taken; the detail says why.
            NotFound: the piece of work is not the actor's own.
            PortfolioFull: it has enough files.
            FilesNotAvailable: there is nowhere to keep it now.
            TooManyAttempts: too many files in an hour.
        """
        self._product.grants.require(self._actor, CtoPermission.MANAGE_OWN)
        require_whole(content, MOST_BYTES)
        await self._count()
        found = await asyncio.to_thread(recognise, content)
        media = {"kind": "file", "name": saved_name(name, found), "media_type": found.media_type, "size": len(content)}
        await self._store(item_id, media, [content])

    async def find_image(self, cto_id: UUID, media_id: UUID, side: int) -> bytes:
        """A picture in one of its sizes, for whoever sees the profile.

        Raises:
            NotFound: the actor sees no such profile, or it has no such picture.
            FilesNotAvailable: the store cannot be asked now.
        """
        self._product.grants.require(self._actor, CtoPermission.READ)
        media = await self._seen(cto_id, media_id, "image")
        if side not in SIDES:
            raise NotFound("There is no such picture.")
        return await fetch(self._product.gateways.files, _image_key(media.key, side))

    async def find_file(self, cto_id: UUID, media_id: UUID) -> tuple[PortfolioMedia, bytes]:
        """A file, for whoever sees the profile; raises as ``find_image``."""
        self._product.grants.require(self._actor, CtoPermission.READ)
        media = await self._seen(cto_id, media_id, "file")
        return media, await fetch(self._product.gateways.files, media.key)

    async def _count(self) -> None:
        await self._product.limiter.count(UPLOADS, str(self._actor.tenant_id), str(self._actor.person))

    async def _seen(self, cto_id: UUID, media_id: UUID, kind: str) -> PortfolioMedia:
        async with self._product.units.begin(self._actor) as work:
            media = await MediaService(work).find(cto_id, media_id)
        if media.kind != kind:
            raise NotFound("There is no such file.")
        return media

    async def _store(self, item_id: UUID, media: dict[str, Any], contents: list[bytes]) -> None:
        key = f"{self._actor.tenant_id}/portfolio/{item_id}/{secrets.token_hex(16)}"

        async def before(work: UnitOfWork) -> None:
            await MediaService(work).require_room(item_id, media["kind"])
            unused = {"key": key, "kind": media["kind"]}
            work.publish("portfolio.media_unused", unused, at=now() + LOOK_AGAIN)

        async def after(work: UnitOfWork) -> None:
            await MediaService(work).name(item_id, {**media, "key": key})

        objects = dict(zip(keys_of(key, media["kind"]), contents, strict=True))
        await store(self._product, self._actor, objects, before=before, after=after)


class MediaService:
    """Pictures and files of shown work, as far as the database knows them."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._portfolio = PortfolioRepository(work.session, work.tenant_id)

    async def require_room(self, item_id: UUID, kind: str) -> None:
        """Go on if a piece of one's work may get one more.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: the piece of work is not the actor's own.
            PortfolioFull: there are enough.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._portfolio.own_cto(self._work.actor.person)
        item = await self._portfolio.item_of(cto.id, item_id)
        await self._require_room(item, kind)

    async def name(self, item_id: UUID, media: dict[str, Any]) -> None:
        """Have a piece of one's work name what was stored; raises as ``require_room``."""
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._portfolio.own_cto(self._work.actor.person)
        item = await self._portfolio.item_of(cto.id, item_id)
        await self._require_room(item, media["kind"])
        last = select(func.max(PortfolioMedia.place)).where(
            PortfolioMedia.tenant_id == self._work.tenant_id, PortfolioMedia.item_id == item_id
        )
        place = (await self._work.session.scalar(last) or 0) + 1
        row = PortfolioMedia(tenant_id=self._work.tenant_id, item_id=item_id, place=place, **media)
        self._work.session.add(row)
        await self._work.session.flush()
        self._saved("added", cto, row)

    async def find(self, cto_id: UUID, media_id: UUID) -> PortfolioMedia:
        """A picture or file of a CTO whose profile the actor sees.

        Raises:
            NotFound: the actor sees no such profile, or there is no such file, or it is removed.
        """
        self._work.require(CtoPermission.READ)
        if await CtoService(self._work).find(cto_id) is None:
            raise NotFound("There is no such file.")
        return await self._portfolio.media_of(cto_id, media_id)

    async def describe(self, media_id: UUID, alt: str) -> ShownItem:
        """Say anew what a picture shows.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: nothing is said.
            NotFound: it is not one's own picture.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        fields = Fields()
        alt = checked_alt(alt, fields)
        fields.done()
        cto = await self._portfolio.own_cto(self._work.actor.person)
        media = await self._image_of(cto, media_id)
        media.alt = alt
        self._saved("described", cto, media)
        return await self._shown(cto, media)

    async def move(self, image_id: UUID, place: int) -> ShownItem:
        """Put a picture at a place among those of its piece of work, 1 being the cover; beyond the last is the last.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: there can be no such place.
            NotFound: it is not one's own picture.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        fields = Fields()
        place = fields.number("place", place, least=1, most=MOST["image"])
        fields.done()
        cto = await self._portfolio.own_cto(self._work.actor.person)
        image = await self._image_of(cto, image_id)
        (shown,) = await self._portfolio.shown([cto.id], PortfolioItem.id == image.item_id)
        order = [each for each in shown.images if each is not image]
        order.insert(place - 1, image)
        for number, each in enumerate(order, 1):
            each.place = number
        self._saved("moved", cto, image)
        return await self._shown(cto, image)

    async def _image_of(self, cto: Cto, image_id: UUID) -> PortfolioMedia:
        media = await self._portfolio.media_of(cto.id, image_id)
        if media.kind != "image":
            raise NotFound("There is no such picture in your portfolio.")
        return media

    async def remove(self, media_id: UUID) -> ShownItem:
        """Take a picture or file away; for an hour it can be brought back.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not one's own, or is removed already.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._portfolio.own_cto(self._work.actor.person)
        media = await self._portfolio.media_of(cto.id, media_id)
        media.removed_at = now()
        due = {"kind": "media", "id": str(media.id), "removed_at": media.removed_at.isoformat()}
        self._work.publish("portfolio.removal_due", due, at=media.removed_at + UNDO_FOR)
        self._saved("removed", cto, media)
        return await self._shown(cto, media)

    async def restore(self, media_id: UUID) -> ShownItem:
        """Bring a removed picture or file back.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not one's own, is not removed, or was too long ago.
            PortfolioFull: there are enough others by now.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._portfolio.own_cto(self._work.actor.person)
        media = await self._portfolio.media_of(cto.id, media_id, removed=True)
        await self._require_room(await self._portfolio.item_of(cto.id, media.item_id), media.kind)
        media.removed_at = None
        self._saved("restored", cto, media)
        return await self._shown(cto, media)

    async def _require_room(self, item: PortfolioItem, kind: str) -> None:
        conditions = (PortfolioMedia.item_id == item.id, PortfolioMedia.kind == kind)
        if await self._portfolio.count(*conditions, of=PortfolioMedia) >= MOST[kind]:
            things = "pictures" if kind == "image" else "files"
            raise PortfolioFull(f"A piece of work has at most {MOST[kind]} {things}. Remove one first.")

    async def _shown(self, cto: Cto, media: PortfolioMedia) -> ShownItem:
        await self._work.session.flush()
        (shown,) = await self._portfolio.shown([cto.id], PortfolioItem.id == media.item_id, removed=True)
        return shown

    def _saved(self, verb: str, cto: Cto, media: PortfolioMedia) -> None:
        about = {"media_id": str(media.id), "kind": media.kind, "size": media.size}
        record(self._work, f"ctos.portfolio_media.{verb}", Subject("cto", cto.id), about)
        profile_changed(self._work, cto)


def image_path(cto_id: UUID, media: PortfolioMedia, side: int) -> str:
    """Where a picture is shown on the tenant's host."""
    return f"{file_path(cto_id, media)}/{side}.webp"


def file_path(cto_id: UUID, media: PortfolioMedia) -> str:
    """Where a file is saved from on the tenant's host."""
    return f"/ctos/{cto_id}/portfolio/{media.id}"


def _image_key(key: str, side: int) -> str:
    return f"{key}-{side}.webp"


def keys_of(key: str, kind: str) -> list[str]:
    """The objects that a row names, smallest first."""
    return [_image_key(key, side) for side in SIDES] if kind == "image" else [key]
