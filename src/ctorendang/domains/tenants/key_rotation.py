"""Wrapping every tenant's key with the newest master key; what is sealed stays as it is, and nobody has to wait."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.infra.auth.actor import NO_TENANT, Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.keys.keyring import Keyring, WrappedKey
from ctorendang.infra.keys.models import TenantKey

_ACTOR = Actor.service(NO_TENANT, "key_rotation")
_WHERE_IT_IS = (TenantKey.tenant_id, TenantKey.id, TenantKey.master_key_id)


class MasterKeysMissing(Exception):
    """Some tenants' keys cannot be unwrapped with what this process was given; the message names the master keys."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to.

    Attributes:
        master_key_id: what all tenants' keys are wrapped with now.
        tenants: how many were wrapped with another one before.
    """

    master_key_id: str
    tenants: int


async def rotate(platform: Database, keyring: Keyring) -> Rotated:
    """Wrap every tenant's key with the first master key, one transaction a tenant; again after an interruption.

    Raises:
        MasterKeysMissing: a tenant's key was wrapped with a master key that is not there; nothing has changed.
    """
    async with platform.unit_of_work(_ACTOR) as session:
        found = select(*_WHERE_IT_IS).where(TenantKey.master_key_id != keyring.first).order_by(TenantKey.tenant_id)
        outdated = list(await session.execute(found))
    missing = Counter(key.master_key_id for key in outdated if not keyring.knows(key.master_key_id))
    if missing:
        told = ", ".join(f"{key_id} ({count} tenants need it)" for key_id, count in sorted(missing.items()))
        raise MasterKeysMissing(
            f"CTORENDANG_MASTER_KEYS lacks {told}: put it back after the first, and run this again."
        )
    return Rotated(keyring.first, sum([await _rewrap(platform, keyring, *key) for key in outdated]))


async def _rewrap(platform: Database, keyring: Keyring, tenant_id: UUID, row: UUID, old: str) -> bool:
    this_one = (TenantKey.tenant_id == tenant_id) & (TenantKey.id == row) & (TenantKey.master_key_id == old)
    async with platform.unit_of_work(_ACTOR) as session:
        wrapped_key = await session.scalar(select(TenantKey.wrapped_key).where(this_one).with_for_update())
        if wrapped_key is None:
            # Another rotation was here first.
            return False
        data_key = keyring.unwrap(WrappedKey(old, wrapped_key), tenant_id=tenant_id, row=row)
        new = keyring.wrap(data_key, tenant_id=tenant_id, row=row)
        values = {"master_key_id": new.master_key_id, "wrapped_key": new.wrapped_key}
        await session.execute(update(TenantKey).where(this_one).values(values))
        session.add(
            AuditEvent(
                tenant_id=tenant_id,
                actor_name="key rotation",
                action="tenants.key.rewrapped",
                subject_type="tenant_key",
                subject_id=row,
                details={"from": old, "to": new.master_key_id},
                request_id="",
            )
        )
        return True
