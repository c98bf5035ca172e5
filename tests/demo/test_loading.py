"""Loading demo data into the real database, and using it through the product."""

from dataclasses import replace

import pytest
from tests.factories import TOKENS, Marketplace

from ctorendang.demo import PASSWORD, load
from ctorendang.settings import InvalidSetting


@pytest.fixture(scope="module")
async def globex(marketplaces, settings) -> Marketplace:
    market = await marketplaces.open(slug="globex", domains=["globex.example"], currency="USD")
    await load(settings, ctos=8, seed=1)
    return market


async def sign_in(market: Marketplace, email: str) -> str:
    signed_in = await market.mutate("signIn", TOKENS, {"email": email, "password": PASSWORD})
    return signed_in["accessToken"]


async def test_demo_data_stays_out_of_production(settings):
    with pytest.raises(InvalidSetting, match="development only"):
        await load(replace(settings, environment="production"))


async def test_loading_again_changes_nothing(globex, settings):
    before = await globex.fetch("select id, updated_at from ctos order by id")
    again = await load(settings, ctos=8, seed=2)
    assert (again.tenants, again.ctos) == (0, 0)
    assert await globex.fetch("select id, updated_at from ctos order by id") == before


@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_demo_people_can_sign_in(globex, role):
    token = await sign_in(globex, f"{role}@globex.example")
    me = (await globex.graphql("{ me { roles emailVerified } }", token))["data"]["me"]
    assert me == {"roles": [role.upper()], "emailVerified": True}


async def test_what_a_profile_says_of_its_reviews_is_so(globex):
    rows = await globex.fetch(
        "select c.rating, c.review_count, round(avg(r.rating), 2) as mean, count(r.id) as times from ctos c"
        " left join reviews r on r.tenant_id = c.tenant_id and r.cto_id = c.id group by c.tenant_id, c.id"
    )
    assert len(rows) == 8
    for row in rows:
        assert (row["rating"], row["review_count"]) == (row["mean"], row["times"])


async def test_listed_profiles_have_been_published_and_count_in_the_tenants_currency(globex):
    rows = await globex.fetch("select status, published_at, currency from ctos")
    assert {row["currency"] for row in rows} == {"USD"}
    assert all(row["published_at"] for row in rows if row["status"] == "listed")


async def test_the_demo_client_has_matches_at_once_and_the_worker_reads_the_texts_later(globex):
    token = await sign_in(globex, "client@globex.example")
    projects = await globex.graphql("{ projects(first: 9) { edges { node { id status } } } }", token)
    nodes = [edge["node"] for edge in projects["data"]["projects"]["edges"]]
    published = next(node["id"] for node in nodes if node["status"] == "PUBLISHED")
    matches = "query($id: ID!) { matches(projectId: $id, first: 5) { score cto { name } } }"
    answer = await globex.graphql(matches, token, id=published)
    assert answer["data"]["matches"], answer

    assert await globex.fetch("select from cto_vectors where source_hash = ''")
    await globex.work_off()
    assert not await globex.fetch("select from cto_vectors where source_hash = ''")
    assert not await globex.fetch("select from project_vectors where source_hash = ''")


async def test_any_number_of_new_tenants(settings, marketplaces):
    loaded = await load(settings, tenants=2, ctos=12, seed=3)
    assert (loaded.tenants, loaded.ctos) == (2, 24)
    marketplaces.site.product.directory.forget()
    tenant = await marketplaces.site.product.directory.find("demo-002.localhost")
    assert tenant is not None
    market = Marketplace(marketplaces, tenant.id, tenant.slug, tenant.host)
    listed = await market.fetch("select id from ctos where status = 'listed'")
    answer = await market.graphql("{ ctos(first: 20) { edges { node { skills { name } } } } }")
    shown = [edge["node"] for edge in answer["data"]["ctos"]["edges"]]
    assert len(shown) == len(listed)
    assert all(len(node["skills"]) == 5 for node in shown)
    (sketched,) = await market.fetch("select count(headline), count(experience), min(claims) from cto_sketches")
    assert tuple(sketched) == (len(listed), len(listed), 5)
    vectors = await market.fetch("select section, count(*) from cto_vectors group by section")
    assert dict(vectors) == dict.fromkeys(["headline", "bio", "experience", "skills"], len(listed))
