"""What the subjects of entries are called: each domain says so of its own things."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from ctorendang.infra.db.base import TenantModel
from ctorendang.infra.product import Naming
from ctorendang.infra.work import UnitOfWork


def named_by(model: type[TenantModel], name: InstrumentedAttribute[Any]) -> Naming:
    """Things that are called what one of their columns says."""

    async def names(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, str]:
        statement = select(model.id, name).where(model.tenant_id == work.tenant_id, model.id.in_(ids))
        return {row[0]: row[1] for row in await work.session.execute(statement)}

    return names


def named_after_person(model: type[TenantModel], user_id: InstrumentedAttribute[UUID], people: Naming) -> Naming:
    """Things that are called like the person whose they are."""
    owners = named_by(model, user_id)

    async def names(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, str]:
        owned: dict[UUID, Any] = {**await owners(work, ids)}
        called = await people(work, list(set(owned.values())))
        return {thing: called[owner] for thing, owner in owned.items() if owner in called}

    return names
