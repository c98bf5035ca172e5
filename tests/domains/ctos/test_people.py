"""People with the profiles they may have."""

import asyncio

from tests.factories import PROBLEMS, Marketplace, profile, project, sign_in, submit

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


async def test_nonsense_in_a_form_of_others_is_not_shown_again(market: Marketplace):
    cto, published = await market.listed_cto(), await market.join("client")
    created = await published.mutate("createProject", "... on Project { id }" + PROBLEMS, project())
    await published.mutate("publishProject", "... on Project { id }" + PROBLEMS, {"projectId": created["id"]})
    nonsense = {
        "/account/profile": ("client", {"hourlyRate": "much"}),
        f"/ctos/{cto.id}/reviews": ("cto", {"rating": "many"}),
        f"/projects/{created['id']}/edit?step=terms": ("cto", {"budget": "much"}),
    }
    for action, (role, fields) in nonsense.items():
        async with market.browser() as browser:
            await sign_in(browser, await market.join(role))
            assert (await submit(browser, "/account", action, fields)).status_code == 403


async def test_who_is_suspended_or_no_cto_any_more_is_not_listed(market: Marketplace):
    admin = await market.join("admin")
    suspended, former = await market.listed_cto(), await market.listed_cto()
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(suspended.person.id)})
    roles = {"memberId": str(former.person.id), "roles": ["CLIENT"]}
    await admin.mutate("setMemberRoles", "... on Member { id }" + PROBLEMS, roles)
    await market.work_off()
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 0


async def test_a_suspended_members_application_cannot_be_approved(market: Marketplace):
    admin, applicant = await market.join("admin"), await market.join("cto")
    saved = await applicant.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    await applicant.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(applicant.id)})
    refused = await admin.mutate("approveCto", "... on Cto { id }" + PROBLEMS, {"ctoId": saved["id"]})
    assert refused["code"] == "profile_not_ready"


async def test_two_first_saves_at_once_make_one_profile(market: Marketplace):
    person = await market.join("cto")
    saves = [person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile()) for _ in range(4)]
    assert len({answer["id"] for answer in await asyncio.gather(*saves)}) == 1
