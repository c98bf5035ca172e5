"""Shown work in Postgres."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.portfolio.models import PortfolioItem, PortfolioMedia
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.infra.errors import NotFound
from ctorendang.kit.clock import now

UNDO_FOR = timedelta(hours=1)
"""How long what was removed can be brought back."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A piece of work with its pictures in their order, and its files, oldest first."""

    item: PortfolioItem
    images: list[PortfolioMedia] = field(default_factory=list)
    files: list[PortfolioMedia] = field(default_factory=list)


class PortfolioRepository:
    """Reads pieces of work and what goes with them."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def own_cto(self, user_id: UUID) -> Cto:
        """A person's own profile, unchanged by others until the transaction ends.

        Raises:
            NotFound: they have none.
        """
        return await CtoRepository(session=self._session).get_of_user(self._tenant_id, user_id)

    async def shown(
        self, cto_ids: Sequence[UUID], *conditions: ColumnElement[bool], removed: bool = False
    ) -> list[ShownItem]:
        """The work of some CTOs in their order.

        Args:
            cto_ids: whose.
            conditions: on the CTO and the piece of work.
            removed: also what can still be brought back.
        """
        statement = (
            select(PortfolioItem)
            .join(Cto, (Cto.tenant_id == PortfolioItem.tenant_id) & (Cto.id == PortfolioItem.cto_id))
            .where(
                PortfolioItem.tenant_id == self._tenant_id,
                PortfolioItem.cto_id.in_(cto_ids),
                _there(PortfolioItem, removed=removed),
                *conditions,
            )
            .order_by(PortfolioItem.place, PortfolioItem.id)
        )
        found = {item.id: ShownItem(item) for item in await self._session.scalars(statement)}
        for media in await self._media(list(found), removed=removed) if found else ():
            shown = found[media.item_id]
            (shown.images if media.kind == "image" else shown.files).append(media)
        return list(found.values())

    async def _media(self, item_ids: Sequence[UUID], *, removed: bool) -> Sequence[PortfolioMedia]:
        statement = select(PortfolioMedia).where(
            PortfolioMedia.tenant_id == self._tenant_id,
            PortfolioMedia.item_id.in_(item_ids),
            _there(PortfolioMedia, removed=removed),
        )
        return (await self._session.scalars(statement.order_by(PortfolioMedia.place, PortfolioMedia.id))).all()

    async def count(self, *conditions: ColumnElement[bool], of: type[PortfolioItem | PortfolioMedia]) -> int:
        """How many rows there are that nobody has removed."""
        statement = select(func.count(of.id)).where(of.tenant_id == self._tenant_id, of.removed_at.is_(None))
        return await self._session.scalar(statement.where(*conditions)) or 0

    async def item_of(self, cto_id: UUID, item_id: UUID, *, removed: bool = False) -> PortfolioItem:
        """One of a CTO's pieces of work.

        Raises:
            NotFound: it is not theirs, or is removed; with ``removed``, is not, or was too long ago.
        """
        item = await self._session.get(PortfolioItem, (self._tenant_id, item_id))
        if item is None or item.cto_id != cto_id or not _stands(item, removed=removed):
            raise NotFound("There is no such piece of work in your portfolio.")
        return item

    async def media_of(self, cto_id: UUID, media_id: UUID, *, removed: bool = False) -> PortfolioMedia:
        """A picture or file of one of a CTO's pieces of work; raises as ``item_of``."""
        media = await self._session.get(PortfolioMedia, (self._tenant_id, media_id))
        if media is None or not _stands(media, removed=removed):
            raise NotFound("There is no such picture or file in your portfolio.")
        await self.item_of(cto_id, media.item_id)
        return media


def _there(model: type[PortfolioItem | PortfolioMedia], *, removed: bool) -> ColumnElement[bool]:
    kept = model.removed_at.is_(None)
    return or_(kept, model.removed_at > now() - UNDO_FOR) if removed else kept


def _stands(row: PortfolioItem | PortfolioMedia, *, removed: bool) -> bool:
    if removed:
        return row.removed_at is not None and row.removed_at > now() - UNDO_FOR
    return row.removed_at is None
