"""Projects that are open to invited CTOs only, and how these are told."""

import pytest
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person, project, sign_in, submit
from tests.inbox import Inbox, text_of

from ctorendang.domains.projects import invited

PROJECT = "... on Project { id status visibility invitations { ctoId name toldAt } }" + PROBLEMS


async def create(person: Person, **changes: object) -> str:
    created = await person.mutate("createProject", PROJECT, project(visibility="INVITED", **changes))
    return created["id"]


async def act(person: Person, mutation: str, project_id: str, cto: ListedCto | None = None) -> dict:
    whom = {"ctoId": str(cto.id)} if cto else {}
    return await person.mutate(mutation, PROJECT, {"projectId": project_id, **whom})


async def sees(person: Person, project_id: str) -> bool:
    query = "query($id: ID!) { project(id: $id) { id } projects { totalCount } }"
    answer = await person.query(query, id=project_id)
    assert (answer["project"] is not None) == (answer["projects"]["totalCount"] == 1)
    return answer["project"] is not None


async def test_only_invited_ctos_see_it_and_only_while_it_is_published(market: Marketplace, client):
    owner, invited, other = await market.join("client"), await market.listed_cto(), await market.listed_cto()
    id_ = await create(owner)
    assert (await act(owner, "inviteToProject", id_, invited))["invitations"][0]["ctoId"] == str(invited.id)
    assert not await sees(invited.person, id_)
    await act(owner, "publishProject", id_)
    assert await sees(invited.person, id_)
    assert not await sees(other.person, id_)
    await sign_in(client, other.person)
    assert (await client.get(f"/projects/{id_}")).status_code == 404
    await act(owner, "pauseProject", id_)
    assert not await sees(invited.person, id_)
    await act(owner, "resumeProject", id_)
    assert (await act(owner, "withdrawProjectInvitation", id_, invited))["invitations"] == []
    assert not await sees(invited.person, id_)


async def test_an_invited_cto_is_mailed_once_and_only_when_it_is_published(market: Marketplace, inbox: Inbox):
    owner, cto, withdrawn = await market.join("client"), await market.listed_cto(), await market.listed_cto()
    id_ = await create(owner)
    for each in (cto, cto, withdrawn):
        await act(owner, "inviteToProject", id_, each)
    await act(owner, "withdrawProjectInvitation", id_, withdrawn)
    await market.work_off()
    link = f"/projects/{id_}"
    assert not [mail for mail in inbox.of(cto.person.email) if link in text_of(mail)]
    await act(owner, "publishProject", id_)
    await act(owner, "pauseProject", id_)
    await act(owner, "resumeProject", id_)
    await market.work_off()
    (mail,) = [mail for mail in inbox.of(cto.person.email) if link in text_of(mail)]
    assert "Ada Person invites you" in mail["Subject"]
    assert not [mail for mail in inbox.of(withdrawn.person.email) if link in text_of(mail)]


async def test_ctos_who_do_not_want_to_be_told_are_not_mailed(market: Marketplace, inbox: Inbox):
    owner, cto = await market.join("client"), await market.listed_cto()
    wishes = {"settings": [{"kind": "PROJECTS", "channel": "EMAIL", "wanted": False}]}
    await cto.person.mutate("updateNotifications", "__typename", wishes)
    id_ = await create(owner)
    await act(owner, "publishProject", id_)
    await act(owner, "inviteToProject", id_, cto)
    await market.work_off()
    assert not [mail for mail in inbox.of(cto.person.email) if f"/projects/{id_}" in text_of(mail)]


async def test_who_is_invited_is_between_the_owner_and_each_invited(market: Marketplace):
    owner, admin = await market.join("client"), await market.join("admin")
    ctos = [await market.listed_cto(), await market.listed_cto()]
    id_ = await create(owner)
    for cto in ctos:
        await act(owner, "inviteToProject", id_, cto)
    await act(owner, "publishProject", id_)
    query = "query($id: ID!) { project(id: $id) { invitations { ctoId } } }"

    async def told(person: Person) -> list[str]:
        return [each["ctoId"] for each in (await person.query(query, id=id_))["project"]["invitations"]]

    both = [str(cto.id) for cto in ctos]
    assert await told(owner) == await told(admin) == both
    assert [await told(cto.person) for cto in ctos] == [[id_] for id_ in both]
    assert await market.fetch_as("client", "select from project_invitations") == []


@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_nobody_else_invites(market: Marketplace, role):
    owner, other, cto = await market.join("client"), await market.join(role), await market.listed_cto()
    id_ = await create(owner)
    for mutation in ("inviteToProject", "withdrawProjectInvitation"):
        assert (await act(other, mutation, id_, cto))["code"] in {"forbidden", "not_found"}
    assert await market.fetch("select from project_invitations") == []


async def test_who_is_not_listed_or_of_another_marketplace_is_not_invited(marketplaces, market: Marketplace):
    owner, unlisted = await market.join("client"), await market.listed_cto()
    await unlisted.person.mutate("pauseCtoProfile", "__typename")
    abroad = await (await marketplaces.open()).listed_cto()
    id_ = await create(owner)
    for cto in (unlisted, abroad):
        assert (await act(owner, "inviteToProject", id_, cto))["code"] == "not_found"


async def test_the_page_invites_by_the_link_of_a_profile(market: Marketplace, client):
    owner, cto = await market.join("client"), await market.listed_cto()
    await sign_in(client, owner)
    id_ = await create(owner)
    access = f"/projects/{id_}/edit?step=access"
    await submit(client, access, f"/projects/{id_}/invitations", {"cto": f"http://{market.host}/ctos/{cto.id}"})
    assert f"/invitations/{cto.id}/withdraw" in (await client.get(access)).text
    await submit(client, access, f"/projects/{id_}/invitations", {"cto": "somebody good"})
    assert "Paste the link" in (await client.get(access)).text
    await submit(client, access, f"/projects/{id_}/invitations/{cto.id}/withdraw", {})
    assert f"/invitations/{cto.id}/withdraw" not in (await client.get(access)).text


async def test_nobody_is_mailed_about_a_project_that_was_paused_before_the_mail(market: Marketplace, inbox: Inbox):
    owner, cto = await market.join("client"), await market.listed_cto()
    id_ = await create(owner)
    await act(owner, "inviteToProject", id_, cto)
    await act(owner, "publishProject", id_)
    await act(owner, "pauseProject", id_)
    await market.work_off()
    assert not [mail for mail in inbox.of(cto.person.email) if f"/projects/{id_}" in text_of(mail)]


async def test_only_so_many_are_invited(market: Marketplace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(invited, "MOST_INVITED", 1)
    owner, one, other = await market.join("client"), await market.listed_cto(), await market.listed_cto()
    id_ = await create(owner)
    for _ in range(2):
        assert (await act(owner, "inviteToProject", id_, one))["__typename"] == "Project"
    assert (await act(owner, "inviteToProject", id_, other))["code"] == "cto_cannot_be_invited"
