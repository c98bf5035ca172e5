"""Where a profile has stood, and who moved it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from ctorendang.domains.ctos.models import Cto, StatusChange
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.work import UnitOfWork


def move(work: UnitOfWork, cto: Cto, status: CtoStatus, reason: str = "") -> None:
    """Let a profile stand elsewhere, and remember that.

    Args:
        work: whose actor moves it.
        cto: the profile, locked.
        status: where to.
        reason: as its owner and administrators read it; empty where it goes without saying.
    """
    if cto.status != status:
        work.session.add(StatusChange(**_change(work, cto.id, cto.status, status, reason)))
        cto.status = status


async def remember_arrivals(work: UnitOfWork, cto_ids: Iterable[UUID], status: CtoStatus, reason: str) -> None:
    """Remember where new profiles stand, many at once."""
    rows = [_change(work, cto_id, None, status, reason) for cto_id in cto_ids]
    if rows:
        await work.session.execute(insert(StatusChange), rows)


def _change(work: UnitOfWork, cto_id: UUID, before: str | None, after: str, reason: str) -> dict[str, Any]:
    return {
        "tenant_id": work.tenant_id,
        "cto_id": cto_id,
        "before": before,
        "after": str(after),
        "reason": reason,
        "actor_id": work.actor.user_id,
        "actor_name": work.actor.name,
    }
