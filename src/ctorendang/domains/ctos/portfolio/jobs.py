"""What was removed is deleted when nobody can bring it back any more, and what no row names leaves the store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.ctos.portfolio.media import keys_of
from ctorendang.domains.ctos.portfolio.models import PortfolioItem, PortfolioMedia
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork


async def _delete_removed(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Delete a row, unless it was brought back since; one that was removed again has a job of its own."""
    model = PortfolioItem if payload["kind"] == "item" else PortfolioMedia
    found = await work.session.get(model, (work.tenant_id, UUID(payload["id"])), with_for_update=True)
    row = cast("PortfolioItem | PortfolioMedia | None", found)
    if row is None or row.removed_at != datetime.fromisoformat(payload["removed_at"]):
        return
    of_it = PortfolioMedia.item_id == row.id if isinstance(row, PortfolioItem) else PortfolioMedia.id == row.id
    statement = select(PortfolioMedia).where(PortfolioMedia.tenant_id == work.tenant_id, of_it)
    for media in await work.session.scalars(statement):
        work.publish("portfolio.media_unused", {"key": media.key, "kind": media.kind})
    await work.session.delete(row)


async def _drop_unused(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Remove a picture or file from the store, unless a row names it.

    Raises:
        FilesUnavailable: the store cannot be used now; the job starts again.
        NotConfigured: there is none any more; the job waits for it.
    """
    named = select(PortfolioMedia.id).where(
        PortfolioMedia.tenant_id == work.tenant_id, PortfolioMedia.key == payload["key"]
    )
    if await work.session.scalar(named) is None:
        for key in keys_of(payload["key"], payload["kind"]):
            await work.gateways.files.delete(key)


PORTFOLIO_SUBSCRIPTIONS = (
    Subscription("portfolio.removal_due", "ctos.delete_removed_portfolio", _delete_removed),
    Subscription("portfolio.media_unused", "ctos.drop_unused_portfolio", _drop_unused),
)
