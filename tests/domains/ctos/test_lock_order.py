"""An approval and its applicant's own doings wait for each other in one order: the person first, then the profile."""

import asyncio

import asyncpg
from tests.domains.calendar.test_lock_order import somebody_waits
from tests.domains.ctos.test_approvals import applicant
from tests.factories import PROBLEMS, Marketplace, profile


async def test_whoever_saves_while_an_administrator_approves_does_not_wait_in_a_circle(market: Marketplace):
    (person, cto_id), admin = await applicant(market, "Waiting"), await market.join("admin")
    other = await asyncpg.connect(market.marketplaces.settings.database.url)
    async with other.transaction():
        await other.execute("select set_config('app.tenant_id', $1, true)", str(market.id))
        await other.execute("select 1 from ctos where id = $1::uuid for update", cto_id)
        selection = "... on Cto { status headline }" + PROBLEMS
        approving = asyncio.create_task(admin.mutate("approveCto", selection, {"ctoId": cto_id}))
        await somebody_waits(market)
        saving = asyncio.create_task(person.mutate("updateCtoProfile", selection, profile(headline="Changed")))
        await asyncio.sleep(0.5)
    await other.close()
    assert (await approving)["status"] == "LISTED"
    assert (await saving)["headline"] == "Changed"
