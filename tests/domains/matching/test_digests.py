"""Projects at a glance: who leads their matches, who is new since one looked, and how often a CTO is shown."""

from tests.factories import PROBLEMS, Marketplace, Person, project, sign_in

from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner

DIGESTS = "{ matchDigests { found entered visitedAt project { id status } ctos { id } } }"
SHOWN = "{ matchAppearances { lists entered } }"


async def post(owner: Person, **changes) -> str:
    created = await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project(**changes))
    return created["id"]


async def look(market: Marketplace, person: Person, project_id: str) -> None:
    async with market.browser() as browser:
        await sign_in(browser, person)
        assert (await browser.get(f"/projects/{project_id}")).status_code == 200


async def test_who_came_since_the_owner_looked_is_new(market: Marketplace):
    first, owner = await market.listed_cto(), await market.join("client")
    project_id = await post(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    (digest,) = (await owner.query(DIGESTS))["matchDigests"]
    assert (digest["found"], digest["entered"], digest["visitedAt"]) == (1, 0, None)
    assert digest["ctos"] == [{"id": str(first.id)}]
    await look(market, owner, project_id)
    assert (await owner.query(DIGESTS))["matchDigests"][0]["entered"] == 0
    await market.listed_cto()
    await market.work_off()
    (digest,) = (await owner.query(DIGESTS))["matchDigests"]
    assert (digest["found"], digest["entered"]) == (2, 1)
    await market.fetch("update match_visits set visited_at = visited_at - interval '2 minutes'")
    await look(market, owner, project_id)
    assert (await owner.query(DIGESTS))["matchDigests"][0]["entered"] == 0


async def test_a_list_that_is_not_worked_out_yet_says_so(market: Marketplace):
    """Not that nobody fits: until the text is read, and after that until the list is made."""
    cto, owner = await market.listed_cto(), await market.join("client")
    await market.work_off()
    await owner.mutate("publishProject", "__typename", {"projectId": await post(owner)})

    async def told() -> tuple[int, bool, bool]:
        (digest,) = (await owner.query("{ matchDigests { found ready } }"))["matchDigests"]
        async with market.browser() as browser:
            await sign_in(browser, owner)
            shown = (await browser.get("/dashboard")).text
        assert ("working out who fits" in shown) is not digest["ready"]
        return digest["found"], digest["ready"], "Nobody fits yet" in shown

    assert await told() == (0, False, False)
    product, relay = market.marketplaces.site.product, OutboxRelay(market.marketplaces.relay, lease_seconds=30)
    for job in await relay.claim(50):
        await JobRunner(product.units, product.subscriptions, relay).run(job)
    assert await market.fetch("select from project_vectors")
    assert await told() == (0, False, False)
    await market.work_off()
    assert await told() == (1, True, False)
    await cto.person.mutate("pauseCtoProfile", "__typename")
    await market.work_off()
    assert await told() == (0, True, True)


async def test_only_the_owner_s_look_counts(market: Marketplace):
    await market.listed_cto()
    owner, admin = await market.join("client"), await market.join("admin", "client")
    project_id = await post(owner)
    await market.work_off()
    await look(market, admin, project_id)
    assert (await owner.query(DIGESTS))["matchDigests"][0]["visitedAt"] is None


async def test_one_s_own_open_projects_are_told_and_nobody_who_is_not_listed(market: Marketplace):
    cto, owner, other = await market.listed_cto(), await market.join("client"), await market.join("client")
    closed, kept = await post(owner), await post(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": closed})
    await owner.mutate("closeProject", "__typename", {"projectId": closed})
    await market.work_off()
    await cto.person.mutate("pauseCtoProfile", "__typename")
    (digest,) = (await owner.query(DIGESTS))["matchDigests"]
    assert (digest["project"]["id"], digest["ctos"]) == (kept, [])
    assert (await other.query(DIGESTS))["matchDigests"] == []


async def test_a_cto_is_told_of_lists_of_projects_that_they_may_see(market: Marketplace):
    cto, owner = await market.listed_cto(), await market.join("client")
    await post(owner)
    shown = await post(owner)
    hidden = await post(owner, visibility="INVITED")
    for project_id in (shown, hidden):
        await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    assert (await cto.person.query(SHOWN))["matchAppearances"] == {"lists": 1, "entered": 1}
    await market.fetch("update match_places set entered_at = entered_at - interval '8 days'")
    assert (await cto.person.query(SHOWN))["matchAppearances"] == {"lists": 1, "entered": 0}
    stranger = await market.join("cto")
    assert (await stranger.query(SHOWN))["matchAppearances"] == {"lists": 0, "entered": 0}
