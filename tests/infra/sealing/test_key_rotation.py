"""A new master key takes over while the product runs, and the old one can go."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from tests.factories import Marketplace, Marketplaces

from ctorendang.cli import main
from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.tenants.key_rotation import MasterKeysMissing, rotate
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.keys.keyring import Keyring, UnknownMasterKey
from ctorendang.infra.keys.models import TenantKey
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import seal, unseal
from ctorendang.kit.crypto import random_key
from ctorendang.kit.ids import uuid7
from ctorendang.settings import MasterKey, Settings
from ctorendang.wiring import open_product

SECRET = b"kept through the rotation"
ROW = uuid7()


@pytest.fixture
def fresh() -> MasterKey:
    return MasterKey(f"fresh-{uuid7().hex[-8:]}", random_key())


async def sealed(product: Product, market: Marketplace) -> bytes:
    async with product.units.begin(Actor(market.id)) as work:
        return await seal(work, SECRET, purpose="test", row=ROW)


async def opened(product: Product, market: Marketplace, value: bytes) -> bytes:
    async with product.units.begin(Actor(market.id)) as work:
        return await unseal(work, value, purpose="test", row=ROW)


async def master_key_of(product: Product, market: Marketplace) -> str | None:
    async with product.units.begin(Actor(market.id)) as work:
        return await work.session.scalar(select(TenantKey.master_key_id))


async def test_a_rotation_interrupts_nobody(marketplaces: Marketplaces, settings: Settings, fresh: MasterKey):
    markets = [await marketplaces.open() for _ in range(4)]
    kept = [await sealed(marketplaces.site.product, market) for market in markets]
    late = await marketplaces.open()
    platform = marketplaces.platform
    both = replace(settings, master_keys=(fresh, *settings.master_keys))
    rotated_already = asyncio.Event()

    async def keep_reading(product: Product) -> int:
        reads = 0
        while not rotated_already.is_set():
            for market, value in zip(markets, kept, strict=True):
                assert await opened(product, market, value) == SECRET
                reads += 1
        return reads

    async with open_product(both) as product:
        reading = asyncio.create_task(keep_reading(product))
        rotated = await rotate(platform, Keyring(both.master_keys))
        rotated_already.set()
        assert rotated.tenants >= len(markets)
        assert await reading > 0
        assert [await opened(product, market, value) for market, value in zip(markets, kept, strict=True)] == [
            SECRET
        ] * len(markets)
        kept_late = await sealed(product, late)
        assert await rotate(platform, Keyring(both.master_keys)) == replace(rotated, tenants=0)
    try:
        async with open_product(replace(settings, master_keys=(fresh,))) as product:
            for market, value in zip([*markets, late], [*kept, kept_late], strict=True):
                assert await master_key_of(product, market) == fresh.id
                assert await opened(product, market, value) == SECRET
        with pytest.raises(UnknownMasterKey, match=f"lacks the key {fresh.id}"):
            await opened(marketplaces.site.product, markets[0], kept[0])
    finally:
        await rotate(platform, Keyring((*settings.master_keys, fresh)))
    assert await opened(marketplaces.site.product, markets[0], kept[0]) == SECRET


async def test_each_tenants_trail_says_that_its_key_was_rewrapped(
    product: Product, market: Marketplace, marketplaces: Marketplaces, settings: Settings, fresh: MasterKey
):
    await sealed(product, market)
    try:
        await rotate(marketplaces.platform, Keyring((fresh, *settings.master_keys)))
    finally:
        await rotate(marketplaces.platform, Keyring((*settings.master_keys, fresh)))
    async with product.units.begin(Actor(market.id)) as work:
        found = select(AuditEvent).where(AuditEvent.action == "tenants.key.rewrapped").order_by(AuditEvent.id)
        events = list(await work.session.scalars(found))
        key_id = await work.session.scalar(select(TenantKey.id))
    old = settings.master_keys[0].id
    assert [event.details for event in events] == [{"from": old, "to": fresh.id}, {"from": fresh.id, "to": old}]
    assert {event.subject_id for event in events} == {key_id}


async def test_two_rotations_at_once_wrap_each_key_once(
    product: Product, market: Marketplace, marketplaces: Marketplaces, settings: Settings, fresh: MasterKey
):
    value = await sealed(product, market)
    second = Database(settings.database.platform_url, pool_size=1)
    ring = Keyring((fresh, *settings.master_keys))
    try:
        await asyncio.gather(rotate(marketplaces.platform, ring), rotate(second, ring))
    finally:
        await second.close()
        await rotate(marketplaces.platform, Keyring((*settings.master_keys, fresh)))
    async with product.units.begin(Actor(market.id)) as work:
        found = select(AuditEvent.id).where(AuditEvent.action == "tenants.key.rewrapped")
        assert len(list(await work.session.scalars(found))) == 2
    assert await opened(product, market, value) == SECRET


async def test_a_missing_master_key_is_named_with_how_many_need_it_and_nothing_changes(
    product: Product, market: Marketplace, marketplaces: Marketplaces, settings: Settings, fresh: MasterKey
):
    value = await sealed(product, market)
    old = settings.master_keys[0].id
    with pytest.raises(MasterKeysMissing, match=rf"^CTORENDANG_MASTER_KEYS lacks {old} \(\d+ tenants need it\): "):
        await rotate(marketplaces.platform, Keyring((fresh,)))
    assert await master_key_of(product, market) == old
    assert await opened(product, market, value) == SECRET


@pytest.mark.parametrize(
    "statement",
    [
        "delete from tenant_keys",
        "update tenant_keys set tenant_id = uuidv7()",
        "update tenant_keys set id = uuidv7()",
        "insert into tenant_keys (tenant_id, master_key_id, wrapped_key) values (uuidv7(), 'mine', '')",
        "select created_at from tenant_keys",
    ],
)
async def test_the_platform_may_rewrap_keys_and_nothing_else(settings: Settings, statement: str):
    platform = await asyncpg.connect(settings.database.platform_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await platform.execute(statement)
    finally:
        await platform.close()


async def test_the_command_says_what_it_did_in_one_line(
    product: Product, market: Marketplace, variables: dict[str, str], fresh: MasterKey
):
    await sealed(product, market)
    made = (await asyncio.to_thread(CliRunner().invoke, main, ["keys", "new"])).stdout.strip()

    async def run(master_keys: str):
        env = variables | {"CTORENDANG_MASTER_KEYS": master_keys}
        return await asyncio.to_thread(CliRunner().invoke, main, ["keys", "rotate"], env=env)

    old = variables["CTORENDANG_MASTER_KEYS"]
    refused = await run(made)
    assert refused.exit_code == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith("Error: CTORENDANG_MASTER_KEYS lacks development (")
    try:
        done = await run(f"{made},{old}")
        assert done.exit_code == 0, done.output
        assert done.stdout.endswith(f"keys are now wrapped with {made.partition(':')[0]}, as are all others.\n")
    finally:
        assert (await run(f"{old},{made}")).exit_code == 0
    assert made.partition(":")[2] not in refused.output + done.output
