"""Pictures of people.

A picture is stored under a name of its own before the person's row says that it is theirs, and removed after the row
has stopped saying so; see ``infra/uploads/storing.py``.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.gateways.gateways import FilesUnavailable, NotConfigured
from ctorendang.infra.product import Product
from ctorendang.infra.uploads.errors import FilesNotAvailable, PictureNotAccepted
from ctorendang.infra.uploads.pictures import squares_of
from ctorendang.infra.uploads.storing import LOOK_AGAIN, store
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

SIDES = (128, 512)
MOST_BYTES = 5_000_000
UPLOADS = Limit("avatar-uploads", attempts=30, seconds=3600)


class Avatars:
    """Stores, shows and removes pictures; each step in a unit of work of its own, none open while files move."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor

    async def replace(self, content: bytes) -> str:
        """Make a picture one's own; its name.

        Raises:
            SignInRequired: this is a visitor.
            PictureNotAccepted: it is no picture that is taken; the detail says why.
            FilesNotAvailable: there is nowhere to keep it now.
            TooManyAttempts: too many pictures in an hour.
        """
        self._product.grants.require(self._actor, AccountPermission.MANAGE_OWN)
        if not content:
            raise PictureNotAccepted("Choose a picture first.")
        await self._product.limiter.count(UPLOADS, str(self._actor.tenant_id), str(self._actor.person))
        squares = await squares_of(content, SIDES)
        name = secrets.token_hex(16)
        keys = [_key(self._actor.tenant_id, self._actor.person, name, side) for side in SIDES]

        async def before(work: UnitOfWork) -> None:
            _publish_unused(work, name, LOOK_AGAIN)

        async def after(work: UnitOfWork) -> None:
            await AvatarService(work).set(name)

        objects = dict(zip(keys, squares, strict=True))
        await store(self._product, self._actor, objects, before=before, after=after)
        return name

    async def find(self, user_id: UUID, name: str, side: int) -> bytes | None:
        """A picture as it is shown; None where this is not, or is no longer, the person's.

        Raises:
            FilesNotAvailable: the store cannot be asked now.
        """
        self._product.grants.require(self._actor, AccountPermission.READ_AVATARS)
        if side not in SIDES:
            return None
        async with self._product.units.begin(self._actor) as work:
            if (await avatars_of(work, [user_id])).get(user_id) != name:
                return None
        try:
            return await self._product.gateways.files.get(_key(self._actor.tenant_id, user_id, name, side))
        except (FilesUnavailable, NotConfigured) as error:
            raise FilesNotAvailable from error


class AvatarService:
    """One's own picture, as far as the database knows it."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._users = UserRepository(session=work.session)

    async def set(self, name: str) -> User:
        """Name the picture that was stored; the one before is removed once this has committed.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        user = await self._users.get_locked(self._work.tenant_id, self._work.actor.person)
        self._forget(user)
        user.avatar = name
        record(self._work, "accounts.avatar.set", Subject("user", user.id))
        return user

    async def remove(self) -> User:
        """Be without a picture; nothing happens where there is none.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        user = await self._users.get_locked(self._work.tenant_id, self._work.actor.person)
        if user.avatar is not None:
            self._forget(user)
            user.avatar = None
            record(self._work, "accounts.avatar.removed", Subject("user", user.id))
        return user

    def _forget(self, user: User) -> None:
        if user.avatar is not None:
            _publish_unused(self._work, user.avatar)


async def avatars_of(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, str]:
    """The names of the pictures of those who have one, for whatever the actor was given that names the people."""
    statement = select(User.id, User.avatar).where(
        User.tenant_id == work.tenant_id, User.id.in_(user_ids), User.avatar.is_not(None)
    )
    return {row.id: row.avatar for row in await work.session.execute(statement)}


def avatar_path(user_id: UUID, name: str, side: int) -> str:
    """Where a picture is shown on the tenant's host."""
    return f"/avatars/{user_id}/{name}-{side}.webp"


async def drop_unused(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Remove a picture from the store, unless it is the person's.

    Raises:
        FilesUnavailable: the store cannot be used now; the job starts again.
        NotConfigured: there is none any more; the job waits for it.
    """
    user_id, name = UUID(payload["user_id"]), payload["name"]
    if (await avatars_of(work, [user_id])).get(user_id) == name:
        return
    for side in SIDES:
        await work.gateways.files.delete(_key(work.tenant_id, user_id, name, side))


def _publish_unused(work: UnitOfWork, name: str, after: timedelta | None = None) -> None:
    payload = {"user_id": str(work.actor.person), "name": name}
    work.publish("avatar.unused", payload, at=now() + after if after else None)


def _key(tenant_id: UUID, user_id: UUID, name: str, side: int) -> str:
    return f"{tenant_id}/avatars/{user_id}/{name}-{side}.webp"
