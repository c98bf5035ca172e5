"""What is sealed opens only where it belongs, and nowhere else."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from tests.factories import Marketplace

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.keys.models import TenantKey
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import CannotUnseal, seal, unseal
from ctorendang.kit.crypto import Undecipherable, decrypt, encrypt, random_key

SECRET = b"a secret of somebody"
ROW = uuid4()


@asynccontextmanager
async def work_of(product: Product, market: Marketplace):
    async with product.units.begin(Actor(market.id)) as work:
        yield work


async def sealed_in(product: Product, market: Marketplace, purpose: str = "a seed") -> bytes:
    async with work_of(product, market) as work:
        return await seal(work, SECRET, purpose=purpose, row=ROW)


async def test_what_was_sealed_opens_in_a_later_transaction(product: Product, market: Marketplace):
    for secret in (SECRET, b"", b"\0" * 100_000):
        async with work_of(product, market) as work:
            sealed = await seal(work, secret, purpose="a seed", row=ROW)
        assert not secret or secret not in sealed
        async with work_of(product, market) as work:
            assert await unseal(work, sealed, purpose="a seed", row=ROW) == secret


async def test_the_same_secret_never_looks_the_same(product: Product, market: Marketplace):
    async with work_of(product, market) as work:
        sealed = {await seal(work, SECRET, purpose="a seed", row=ROW) for _ in range(20)}
    assert len(sealed) == 20
    assert len({each[:13] for each in sealed}) == 20


@pytest.mark.parametrize(
    ("purpose", "row"),
    [("another", ROW), ("a seed ", ROW), ("", ROW), ("a seed", uuid4())],
    ids=["purpose", "space", "nothing", "row"],
)
async def test_another_purpose_or_row_does_not_open_it(product: Product, market: Marketplace, purpose, row):
    sealed = await sealed_in(product, market)
    async with work_of(product, market) as work:
        with pytest.raises(CannotUnseal) as refusal:
            await unseal(work, sealed, purpose=purpose, row=row)
    assert SECRET.decode() not in str(refusal.value)


async def test_another_tenant_does_not_open_it(product: Product, market: Marketplace, other_market: Marketplace):
    sealed = await sealed_in(product, market)
    await sealed_in(product, other_market)
    async with work_of(product, other_market) as work:
        with pytest.raises(CannotUnseal):
            await unseal(work, sealed, purpose="a seed", row=ROW)


async def test_another_tenant_does_not_open_it_with_a_copied_key(
    product: Product, market: Marketplace, other_market: Marketplace
):
    sealed = await sealed_in(product, market)
    async with work_of(product, market) as work:
        key = (await work.session.scalars(select(TenantKey))).one()
    async with work_of(product, other_market) as work:
        work.session.add(
            TenantKey(
                tenant_id=other_market.id, id=key.id, master_key_id=key.master_key_id, wrapped_key=key.wrapped_key
            )
        )
    async with work_of(product, other_market) as work:
        with pytest.raises((CannotUnseal, Undecipherable)):
            await unseal(work, sealed, purpose="a seed", row=ROW)


def changed(sealed: bytes) -> Iterator[bytes]:
    for place in (0, 1, 12, 13, len(sealed) - 17, len(sealed) - 1):
        yield sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
    yield from (sealed[:length] for length in (0, 1, 5, 13, 20, len(sealed) - 1))
    yield sealed + b"\0"


async def test_whatever_was_changed_does_not_open(product: Product, market: Marketplace):
    sealed = await sealed_in(product, market)
    async with work_of(product, market) as work:
        for each in changed(sealed):
            with pytest.raises(CannotUnseal):
                await unseal(work, each, purpose="a seed", row=ROW)


def test_another_key_does_not_decipher():
    sealed = encrypt(random_key(), SECRET, b"context")
    with pytest.raises(Undecipherable):
        decrypt(random_key(), sealed, b"context")


async def test_a_tenant_has_one_key_however_many_make_it_at_once(product: Product, market: Marketplace):
    sealed = await asyncio.gather(*(sealed_in(product, market) for _ in range(8)))
    async with work_of(product, market) as work:
        assert await work.session.scalar(select(func.count()).select_from(TenantKey)) == 1
        for each in sealed:
            assert await unseal(work, each, purpose="a seed", row=ROW) == SECRET


async def test_a_key_that_was_rolled_back_seals_nothing_afterwards(product: Product, market: Marketplace):
    async with work_of(product, market) as work:
        await seal(work, SECRET, purpose="a seed", row=ROW)
        await work.session.rollback()
    sealed = await sealed_in(product, market)
    async with work_of(product, market) as work:
        assert await unseal(work, sealed, purpose="a seed", row=ROW) == SECRET


async def test_the_database_holds_neither_the_key_nor_a_way_to_change_it(product: Product, market: Marketplace):
    await sealed_in(product, market)
    async with work_of(product, market) as work:
        wrapped = await work.session.scalar(select(TenantKey.wrapped_key))
    assert wrapped is not None
    assert all(key.key not in wrapped for key in product.settings.master_keys)
    for statement in ("update tenant_keys set master_key_id = 'mine'", "delete from tenant_keys"):
        with pytest.raises(Exception, match="permission denied"):
            async with work_of(product, market) as work:
                await work.session.execute(text(statement))


async def test_a_tenant_sees_no_other_ones_key(product: Product, market: Marketplace, other_market: Marketplace):
    await sealed_in(product, market)
    async with work_of(product, other_market) as work:
        assert list(await work.session.scalars(select(TenantKey))) == []


async def test_nothing_shows_a_key(product: Product, market: Marketplace):
    await sealed_in(product, market)
    database = Database(product.settings.database.url, pool_size=1)
    async with database.unit_of_work(Actor(market.id)) as session:
        row = (await session.scalars(select(TenantKey))).one()
    await database.close()
    wrapped = product.gateways.keyring.wrap(random_key(), tenant_id=market.id, row=row.id)
    shown = f"{row!r} {product.gateways!r} {product.settings!r} {wrapped!r} {replace(product.settings)!r}"
    for secret in (row.wrapped_key, wrapped.wrapped_key, *(key.key for key in product.settings.master_keys)):
        assert repr(secret)[2:-1] not in shown
