"""Showing pieces of work, and what CTOs do with their own."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.portfolio.draft import ItemDraft
from ctorendang.domains.ctos.portfolio.errors import PortfolioFull
from ctorendang.domains.ctos.portfolio.models import PortfolioItem
from ctorendang.domains.ctos.portfolio.repository import UNDO_FOR, PortfolioRepository, ShownItem
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST_ITEMS = 12


class PortfolioService:
    """The work that CTOs show."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._portfolio = PortfolioRepository(work.session, work.tenant_id)

    async def of_ctos(self, cto_ids: list[UUID]) -> dict[UUID, list[ShownItem]]:
        """What CTOs show, as far as the actor may see their profiles: listed ones, one's own, any for approvers.

        Raises:
            Forbidden: the actor reads no profiles.
        """
        self._work.require(CtoPermission.READ)
        seen = or_(Cto.status == CtoStatus.LISTED, Cto.user_id == self._work.actor.user_id)
        conditions = () if self._work.allows(CtoPermission.APPROVE) else (seen,)
        found: dict[UUID, list[ShownItem]] = {cto_id: [] for cto_id in cto_ids}
        for shown in await self._portfolio.shown(cto_ids, *conditions):
            found[shown.item.cto_id].append(shown)
        return found

    async def own(self) -> list[ShownItem]:
        """One's own work, with what was removed a moment ago and can be brought back.

        Raises:
            Forbidden: the actor is no CTO.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        mine = Cto.user_id == self._work.actor.person
        cto_ids = (await self._session.scalars(select(Cto.id).where(Cto.tenant_id == self._work.tenant_id, mine))).all()
        return await self._portfolio.shown(cto_ids, removed=True)

    async def add(self, draft: ItemDraft) -> ShownItem:
        """Show one more piece of work, behind the others.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: a field is not good.
            NotFound: there is no profile yet.
            PortfolioFull: there are enough.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        checked = _checked(draft)
        cto = await self._own_cto()
        await self._require_room(cto)
        last = select(func.max(PortfolioItem.place)).where(
            PortfolioItem.tenant_id == cto.tenant_id, PortfolioItem.cto_id == cto.id
        )
        place = (await self._session.scalar(last) or 0) + 1
        item = PortfolioItem(tenant_id=cto.tenant_id, cto_id=cto.id, place=place, **_values(checked))
        self._session.add(item)
        await self._session.flush()
        self._saved("added", cto, item)
        return ShownItem(item)

    async def change(self, item_id: UUID, draft: ItemDraft) -> ShownItem:
        """Tell a piece of work anew.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: a field is not good.
            NotFound: it is not one's own.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        checked = _checked(draft)
        cto = await self._own_cto()
        item = await self._portfolio.item_of(cto.id, item_id)
        for name, value in _values(checked).items():
            setattr(item, name, value)
        self._saved("changed", cto, item)
        return await self._shown(item)

    async def move(self, item_id: UUID, place: int) -> ShownItem:
        """Put a piece of work at a place among one's own, 1 being the first; beyond the last is the last.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: there can be no such place.
            NotFound: it is not one's own.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        fields = Fields()
        place = fields.number("place", place, least=1, most=MOST_ITEMS)
        fields.done()
        cto = await self._own_cto()
        item = await self._portfolio.item_of(cto.id, item_id)
        order = [shown.item for shown in await self._portfolio.shown([cto.id])]
        order.remove(item)
        order.insert(place - 1, item)
        for number, each in enumerate(order, 1):
            each.place = number
        self._saved("moved", cto, item)
        return await self._shown(item)

    async def remove(self, item_id: UUID) -> ShownItem:
        """Take a piece of work away; for an hour it can be brought back.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not one's own, or is removed already.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._own_cto()
        item = await self._portfolio.item_of(cto.id, item_id)
        item.removed_at = now()
        due = {"kind": "item", "id": str(item.id), "removed_at": item.removed_at.isoformat()}
        self._work.publish("portfolio.removal_due", due, at=item.removed_at + UNDO_FOR)
        self._saved("removed", cto, item)
        return await self._shown(item)

    async def restore(self, item_id: UUID) -> ShownItem:
        """Bring a removed piece of work back to where it was.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: it is not one's own, is not removed, or was too long ago.
            PortfolioFull: there are enough others by now.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._own_cto()
        item = await self._portfolio.item_of(cto.id, item_id, removed=True)
        await self._require_room(cto)
        item.removed_at = None
        self._saved("restored", cto, item)
        return await self._shown(item)

    async def _own_cto(self) -> Cto:
        return await self._portfolio.own_cto(self._work.actor.person)

    async def _require_room(self, cto: Cto) -> None:
        if await self._portfolio.count(PortfolioItem.cto_id == cto.id, of=PortfolioItem) >= MOST_ITEMS:
            raise PortfolioFull(f"A portfolio shows at most {MOST_ITEMS} pieces of work. Remove one first.")

    async def _shown(self, item: PortfolioItem) -> ShownItem:
        await self._session.flush()
        (shown,) = await self._portfolio.shown([item.cto_id], PortfolioItem.id == item.id, removed=True)
        return shown

    def _saved(self, verb: str, cto: Cto, item: PortfolioItem) -> None:
        record(self._work, f"ctos.portfolio_item.{verb}", Subject("cto", cto.id), {"item_id": str(item.id)})
        profile_changed(self._work, cto)


def profile_changed(work: UnitOfWork, cto: Cto) -> None:
    """Let everybody know who keeps copies of profiles; rows of the portfolio are not the profile's own."""
    cto.updated_at = now()
    work.publish("cto.saved", {"cto_id": str(cto.id)})


def _checked(draft: ItemDraft) -> ItemDraft:
    fields = Fields()
    checked = draft.check(fields)
    fields.done()
    return checked


def _values(draft: ItemDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "role": draft.role,
        "year": draft.year,
        "about": draft.about,
        "link": draft.link or None,
    }
