"""Telling people what their saved searches newly find."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.errors import SearchTooBroadForAlerts
from ctorendang.domains.search.models import SavedSearch
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.saved import found_by, query_of
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST_SHOWN = 5


class AlertService:
    """Looks through every saved search of a tenant, for the worker."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def look(self) -> None:
        """Note what each search newly finds, and have that mailed, each in a job of its own.

        Raises:
            Forbidden: the actor is not the worker.
        """
        self._work.require(SearchPermission.ALERT)
        statement = (
            select(SavedSearch)
            .where(SavedSearch.tenant_id == self._tenant_id, SavedSearch.alerts, SavedSearch.removed_at.is_(None))
            .order_by(SavedSearch.id)
            .with_for_update()
        )
        for saved in (await self._session.scalars(statement)).all():
            await self._look(saved)

    async def _look(self, saved: SavedSearch) -> None:
        try:
            found = await found_by(self._work, query_of(saved))
        except (SearchTooBroadForAlerts, InvalidInput):
            # It has outgrown its alerts, or asks for what this version does not know: its page says what to do.
            return
        seen = set(saved.seen)
        new = [cto_id for cto_id in found if cto_id not in seen]
        saved.checked_at = now()
        if new:
            # Who is no longer found stays seen: coming and going is no news.
            saved.seen = [*saved.seen, *new]
            self._work.publish(
                "search.found", {"saved_search_id": str(saved.id), "cto_ids": [str(cto_id) for cto_id in new]}
            )

    async def send(self, saved_id: UUID, cto_ids: Sequence[UUID]) -> None:
        """Mail one search's new results to its person, those that are still listed.

        Raises:
            Forbidden: the actor is not the worker.
            OSError: the mail server cannot be reached or refuses for now.
        """
        self._work.require(SearchPermission.ALERT)
        saved = await self._session.get(SavedSearch, (self._tenant_id, saved_id))
        if saved is None or saved.removed_at is not None or not saved.alerts:
            return
        statement = select(Cto).where(
            Cto.tenant_id == self._tenant_id, Cto.id.in_(cto_ids), Cto.status == CtoStatus.LISTED
        )
        ctos = {cto.id: cto for cto in await self._session.scalars(statement)}
        listed = [ctos[cto_id] for cto_id in cto_ids if cto_id in ctos]
        user = await self._session.get_one(User, (self._tenant_id, saved.user_id))
        if not listed or user.status != MemberStatus.ACTIVE:
            return
        about = {
            "search": saved.name,
            "count": len(listed),
            "ctos": [{"name": cto.name, "headline": cto.headline} for cto in listed[:MOST_SHOWN]],
        }
        paths = {"url": f"/account/searches/{saved.id}", "manage_url": "/account/searches"}
        await mail_if_wanted(self._work, Notification.SEARCHES, user, "search-found", paths=paths, **about)
