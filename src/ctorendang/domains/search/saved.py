"""One's own saved searches."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.domains.search.errors import SearchTooBroadForAlerts, TooManySavedSearches
from ctorendang.domains.search.models import SavedSearch
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window
from ctorendang.domains.search.repository import PostgresEngine
from ctorendang.domains.search.service import synonyms_of
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

MOST = 50
MOST_FOUND = 500
"""How many results a search may have for alerts to say anything."""
UNDO_FOR = timedelta(hours=1)

_ORDER = "order"


class SavedSearchService:
    """What a person keeps; nobody else sees it."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def all(self) -> Sequence[SavedSearch]:
        """One's own, newest first; those removed a moment ago too.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(SearchPermission.MANAGE_OWN)
        statement = select(SavedSearch).where(
            SavedSearch.tenant_id == self._tenant_id,
            SavedSearch.user_id == self._work.actor.person,
            (SavedSearch.removed_at.is_(None)) | (SavedSearch.removed_at > now() - UNDO_FOR),
        )
        return (await self._session.scalars(statement.order_by(SavedSearch.id.desc()))).all()

    async def save(self, name: str, query: CtoQuery, order: SearchOrder | None, *, alerts: bool) -> SavedSearch:
        """Keep a search.

        Args:
            name: what it is called; made from the query when empty.
            query: what it finds.
            order: how its results are sorted.
            alerts: mail what it newly finds.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the query or the name is not good.
            TooManySavedSearches: there are 50 already.
            SearchTooBroadForAlerts: alerts are wanted, and it finds more than 500 people.
        """
        self._work.require(SearchPermission.MANAGE_OWN)
        query = query.checked(order)
        fields = Fields()
        named = fields.text("name", name, most=80, least=0) or described(query)
        fields.done()
        await self._make_room()
        kept = query.to_json() | ({_ORDER: order.value} if order else {})
        seen = await found_by(self._work, query) if alerts else []
        saved = SavedSearch(
            tenant_id=self._tenant_id,
            user_id=self._work.actor.person,
            name=named,
            query=kept,
            alerts=alerts,
            seen=seen,
            checked_at=now() if alerts else None,
        )
        self._session.add(saved)
        await self._session.flush()
        self._record("saved", saved)
        return saved

    async def change(self, saved_id: UUID, *, name: str | None = None, alerts: bool | None = None) -> SavedSearch:
        """Rename it, or turn its alerts on or off; None leaves a thing as it is.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: it is none of one's own.
            InvalidInput: the name is not good.
            SearchTooBroadForAlerts: it finds more than 500 people.
        """
        self._work.require(SearchPermission.MANAGE_OWN)
        saved = await self._get(saved_id)
        if name is not None:
            fields = Fields()
            saved.name = fields.text("name", name, most=80) or saved.name
            fields.done()
        if alerts is not None and alerts != saved.alerts:
            # What came while they were off is not news when they are on again.
            saved.seen = await found_by(self._work, query_of(saved)) if alerts else []
            saved.checked_at = now() if alerts else None
            saved.alerts = alerts
        self._record("changed", saved)
        return saved

    async def remove(self, saved_id: UUID) -> SavedSearch:
        """Be without it; for an hour it can be brought back.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: it is none of one's own, or is removed already.
        """
        self._work.require(SearchPermission.MANAGE_OWN)
        await self._session.execute(
            delete(SavedSearch).where(
                SavedSearch.tenant_id == self._tenant_id,
                SavedSearch.user_id == self._work.actor.person,
                SavedSearch.removed_at < now() - UNDO_FOR,
            )
        )
        saved = await self._get(saved_id)
        saved.removed_at = now()
        self._record("removed", saved)
        return saved

    async def restore(self, saved_id: UUID) -> SavedSearch:
        """Have a removed one back.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: it is none of one's own, or was removed too long ago.
            TooManySavedSearches: there are 50 others by now.
        """
        self._work.require(SearchPermission.MANAGE_OWN)
        saved = await self._get(saved_id, removed=True)
        await self._make_room()
        saved.removed_at = None
        self._record("restored", saved)
        return saved

    async def _get(self, saved_id: UUID, *, removed: bool = False) -> SavedSearch:
        statement = select(SavedSearch).where(
            SavedSearch.tenant_id == self._tenant_id,
            SavedSearch.user_id == self._work.actor.person,
            SavedSearch.id == saved_id,
            SavedSearch.removed_at > now() - UNDO_FOR if removed else SavedSearch.removed_at.is_(None),
        )
        saved = await self._session.scalar(statement.with_for_update())
        if saved is None:
            raise NotFound("There is no such saved search of yours.")
        return saved

    async def _make_room(self) -> None:
        # The person's row first: of two at once, the second must count what the first has saved.
        await self._session.get_one(User, (self._tenant_id, self._work.actor.person), with_for_update=True)
        statement = select(func.count()).where(
            SavedSearch.tenant_id == self._tenant_id,
            SavedSearch.user_id == self._work.actor.person,
            SavedSearch.removed_at.is_(None),
        )
        if (await self._session.scalar(statement) or 0) >= MOST:
            raise TooManySavedSearches(MOST)

    def _record(self, verb: str, saved: SavedSearch) -> None:
        record(self._work, f"search.saved_search.{verb}", Subject("saved_search", saved.id), {"alerts": saved.alerts})


def query_of(saved: SavedSearch) -> CtoQuery:
    """What a saved search finds."""
    return CtoQuery.from_json(saved.query)


def order_of(saved: SavedSearch) -> SearchOrder | None:
    """How its results are sorted, None where nothing was said."""
    kept = saved.query.get(_ORDER)
    return SearchOrder(kept) if kept in set(SearchOrder) else None


async def found_by(work: UnitOfWork, query: CtoQuery) -> list[UUID]:
    """Everybody whom a query finds now, asked of the database, which is never behind.

    Raises:
        SearchTooBroadForAlerts: it finds more than 500 people.
    """
    engine = PostgresEngine(work.session, await synonyms_of(work.session))
    found = await engine.find(work.tenant_id, query, SearchOrder.NEWEST, Window(0, MOST_FOUND + 1))
    if found.total > MOST_FOUND:
        raise SearchTooBroadForAlerts(MOST_FOUND)
    return list(found.ids)


def described(query: CtoQuery) -> str:
    """A name for a search that nobody has named."""
    stages = [STAGES[stage].partition(",")[0] for stage in query.stages if stage in STAGES]
    said = [query.search, *query.skills, *query.industries, *stages, *query.languages]
    if query.min_availability:
        said.append(f"{query.min_availability}+ h a week")
    if query.min_years:
        said.append(f"{query.min_years}+ years")
    return (", ".join(each for each in said if each) or "Everyone")[:80]
