"""Sealing what the database must keep but nobody who reads the database may know: private keys, client secrets, seeds.

Encrypted with a key of the tenant's own, and bound to tenant, purpose and row: moved anywhere else it cannot be opened.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.infra.keys.keyring import WrappedKey
from ctorendang.infra.keys.models import TenantKey
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.crypto import Undecipherable, decrypt, encrypt, random_key
from ctorendang.kit.ids import uuid7


class CannotUnseal(Exception):
    """It was changed, or sealed for another tenant, purpose or row."""


async def seal(work: UnitOfWork, plain: bytes, *, purpose: str, row: UUID) -> bytes:
    """Encrypt a secret for a row of the tenant.

    Args:
        work: whose tenant owns it.
        plain: the secret.
        purpose: what it is for, as ``totp seed``; a secret for one purpose does not serve another.
        row: id of the row that will hold it; where the row is new, made with ``kit.ids.uuid7``.

    Raises:
        UnknownMasterKey: this process was not given the master key of the tenant's key.
    """
    return encrypt(await _data_key(work), plain, _context(work, purpose, row))


async def unseal(work: UnitOfWork, sealed: bytes, *, purpose: str, row: UUID) -> bytes:
    """The secret that was sealed for the row.

    Raises:
        CannotUnseal: it was changed, or sealed for another tenant, purpose or row.
        UnknownMasterKey: this process was not given the master key of the tenant's key.
    """
    try:
        return decrypt(await _data_key(work), sealed, _context(work, purpose, row))
    except Undecipherable:
        raise CannotUnseal(f"What row {row} holds as {purpose!r} cannot be unsealed.") from None


def _context(work: UnitOfWork, purpose: str, row: UUID) -> bytes:
    return work.tenant_id.bytes + row.bytes + purpose.encode()


async def _data_key(work: UnitOfWork) -> bytes:
    """The tenant's data key, made where there is none.

    Read anew each time: a key that was only remembered could be of a transaction that has been rolled back since.
    """
    found = select(TenantKey.id, TenantKey.master_key_id, TenantKey.wrapped_key).where(
        TenantKey.tenant_id == work.tenant_id
    )
    key = (await work.session.execute(found)).one_or_none()
    if key is None:
        await _make_data_key(work)
        key = (await work.session.execute(found)).one()
    wrapped = WrappedKey(key.master_key_id, key.wrapped_key)
    return work.gateways.keyring.unwrap(wrapped, tenant_id=work.tenant_id, row=key.id)


async def _make_data_key(work: UnitOfWork) -> None:
    row = uuid7()
    wrapped = work.gateways.keyring.wrap(random_key(), tenant_id=work.tenant_id, row=row)
    values = {"master_key_id": wrapped.master_key_id, "wrapped_key": wrapped.wrapped_key}
    # Somebody else may be making it too: then this waits for them, and theirs is the key.
    statement = insert(TenantKey).values(tenant_id=work.tenant_id, id=row, **values)
    await work.session.execute(statement.on_conflict_do_nothing(index_elements=["tenant_id"]))
