"""Telling the index what has changed, and people what their searches newly find."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from ctorendang.domains.ctos.models import Cto, Review
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.search.alerts import AlertService
from ctorendang.domains.search.indexing import IndexService
from ctorendang.infra.events import Subscription
from ctorendang.infra.gateways.typesense import SearchUnavailable
from ctorendang.infra.jobs.planned import is_waiting
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

GATHER = timedelta(minutes=10)
"""New results of so long go into one mail."""

_AGAIN_AFTER = timedelta(seconds=5)
_SYNC = "search.sync"
_ALERT = "search.alert"


async def _put_cto(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _put(work, [UUID(payload["cto_id"])])


async def _put_imported(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _put(work, [UUID(each) for each in payload["cto_ids"]])


async def _put_reviewed(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    review = await work.session.get(Review, (work.tenant_id, UUID(payload["review_id"])))
    if review is not None:
        await _put(work, [review.cto_id])


async def _put(work: UnitOfWork, cto_ids: Sequence[UUID]) -> None:
    server = work.gateways.search
    if server is None:
        return
    try:
        await IndexService(work, server).put(cto_ids)
    except SearchUnavailable:
        # Jobs that wait longer and longer would come back long after the server has: one catches up for all of them.
        await _plan_sync(work)


async def _plan_sync(work: UnitOfWork) -> None:
    if not await is_waiting(work, _SYNC):
        work.publish("search.sync_due", {}, at=now() + _AGAIN_AFTER)


async def _sync(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    server = work.gateways.search
    if server is None:
        return
    try:
        await IndexService(work, server).sync()
    except SearchUnavailable:
        await _plan_sync(work)


async def _alert_of_cto(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _plan_alerts(work, [UUID(payload["cto_id"])])


async def _alert_of_import(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _plan_alerts(work, [UUID(each) for each in payload["cto_ids"]])


async def _plan_alerts(work: UnitOfWork, cto_ids: Sequence[UUID]) -> None:
    """Have saved searches looked through, if somebody among these is listed."""
    listed = exists().where(Cto.tenant_id == work.tenant_id, Cto.id.in_(cto_ids), Cto.status == CtoStatus.LISTED)
    if await work.session.scalar(select(listed)) and not await is_waiting(work, _ALERT):
        work.publish("search.alerts_due", {}, at=now() + GATHER)


async def _alert(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    await AlertService(work).look()


async def _send_alert(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await AlertService(work).send(UUID(payload["saved_search_id"]), [UUID(each) for each in payload["cto_ids"]])


SUBSCRIPTIONS = (
    Subscription("cto.saved", "search.put_cto", _put_cto),
    Subscription("ctos.imported", "search.put_imported", _put_imported, bulk=True),
    Subscription("review.written", "search.put_reviewed", _put_reviewed),
    Subscription("search.sync_due", _SYNC, _sync),
    Subscription("cto.saved", "search.plan_alerts", _alert_of_cto),
    Subscription("ctos.imported", "search.plan_alerts_of_import", _alert_of_import, bulk=True),
    Subscription("search.alerts_due", _ALERT, _alert, bulk=True),
    Subscription("search.found", "search.send_alert", _send_alert),
)
