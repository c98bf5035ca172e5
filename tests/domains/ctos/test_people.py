"""People with the profiles they may have."""

from tests.factories import PROBLEMS, Marketplace, profile, sign_in

MEMBERS = """query($status: CtoStatus, $first: Int) {
    members(first: $first, filter: {ctoStatus: $status}) { totalCount edges { node { email } } }
}"""


async def test_members_are_found_by_where_their_profile_stands(market: Marketplace):
    listed, draft, admin = await market.listed_cto(), await market.join("cto"), await market.join("admin")
    await market.join("client")
    await draft.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    for status, person in (("LISTED", listed.person), ("DRAFT", draft)):
        members = (await admin.query(MEMBERS, status=status))["members"]
        assert members == {"totalCount": 1, "edges": [{"node": {"email": person.email}}]}
    paused = (await admin.query(MEMBERS, status="PAUSED"))["members"]
    assert paused == {"totalCount": 0, "edges": []}


async def test_the_whole_list_is_counted_whatever_the_page(market: Marketplace):
    admin = await market.join("admin")
    for _ in range(2):
        await (await market.join("cto")).mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    members = (await admin.query(MEMBERS, status="DRAFT", first=1))["members"]
    assert members["totalCount"] == 2
    assert len(members["edges"]) == 1


async def test_a_profile_is_a_form_for_ctos_alone(market: Marketplace):
    for role, status in (("cto", 200), ("client", 403), (None, 401)):
        async with market.browser() as browser:
            if role:
                await sign_in(browser, await market.join(role))
            assert (await browser.get("/account/profile")).status_code == status
