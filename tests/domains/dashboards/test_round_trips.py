"""The page that everybody starts on asks the database as often for much work as for little."""

from tests.domains.engagements.journeys import begin
from tests.factories import Marketplace, Person, project
from tests.infra.graphql.test_dataloaders import counted

from ctorendang.infra.product import Product


async def statements(product: Product, person: Person, **roles: bool) -> int:
    document = product.gateways.themes.document("dashboard")
    with counted(product.units) as taken:
        data = await person.query(document, **{"client": False, "cto": False, "approver": False, **roles})
    assert data["runningEngagements"]
    return len(taken)


async def test_a_client_s_takes_as_many_with_much_work_as_with_little(market: Marketplace, product: Product):
    client = await market.join("client")
    for status in ("active", "trial"):
        await (await begin(market, client, await market.listed_cto())).advance(status)
    await market.work_off()
    few = await statements(product, client, client=True)
    for _ in range(3):
        await (await begin(market, client, await market.listed_cto())).advance("trial")
        await client.mutate("createProject", "__typename", project())
    await market.work_off()
    # Names and pictures that are asked for at different moments are fetched once more, not once a row.
    assert await statements(product, client, client=True) <= few + 4
    assert few <= 24


async def test_a_cto_s_does_as_well(market: Marketplace, product: Product):
    cto, client = await market.listed_cto(availability=40), await market.join("client")
    await (await begin(market, client, cto)).advance("active")
    few = await statements(product, cto.person, cto=True)
    for _ in range(3):
        await (await begin(market, client, cto)).advance("trial")
    assert await statements(product, cto.person, cto=True) <= few + 4
    assert few <= 32
