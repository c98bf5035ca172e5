"""A CTO's profile, from draft to directory and back."""

import asyncio

import pytest
from tests.factories import PASSWORD, PROBLEMS, Marketplace, Person, profile, sign_in, submit
from tests.inbox import Inbox, text_of

CTO = "... on Cto { id status headline hourlyRate currency skills { name level } }" + PROBLEMS


async def status(person: Person) -> str:
    return (await person.query("{ me { cto { status } } }"))["me"]["cto"]["status"]


async def listed(market: Marketplace) -> list[str]:
    answer = await market.graphql("{ ctos { edges { node { id } } } }")
    return [edge["node"]["id"] for edge in answer["data"]["ctos"]["edges"]]


async def test_a_profile_goes_from_draft_through_review_into_the_directory(market: Marketplace, inbox: Inbox):
    cto, admin = await market.join("cto"), await market.join("admin")
    saved = await cto.mutate("updateCtoProfile", CTO, profile())
    assert (saved["status"], saved["currency"]) == ("DRAFT", "EUR")
    assert await listed(market) == []
    assert (await cto.mutate("submitCtoProfile", CTO))["status"] == "IN_REVIEW"
    assert await listed(market) == []
    assert (await admin.mutate("approveCto", CTO, {"ctoId": saved["id"]}))["status"] == "LISTED"
    assert await listed(market) == [saved["id"]]
    await market.work_off()
    mails = [text_of(mail) for mail in inbox.of(cto.email)]
    assert [f"/ctos/{saved['id']}" in mail for mail in mails].count(True) == 1


async def test_a_declined_profile_comes_back_with_the_reason(market: Marketplace, inbox: Inbox):
    cto, admin = await market.join("cto"), await market.join("admin")
    saved = await cto.mutate("updateCtoProfile", CTO, profile())
    await cto.mutate("submitCtoProfile", CTO)
    reason = {"ctoId": saved["id"], "reason": "Say what you did at your last company."}
    assert (await admin.mutate("declineCto", CTO, reason))["status"] == "DRAFT"
    await market.work_off()
    assert any(reason["reason"] in text_of(mail) for mail in inbox.of(cto.email))
    assert (await cto.mutate("submitCtoProfile", CTO))["status"] == "IN_REVIEW"


async def test_a_pause_needs_no_second_approval_to_end(market: Marketplace):
    cto = await market.listed_cto()
    assert (await cto.person.mutate("pauseCtoProfile", CTO))["status"] == "PAUSED"
    assert await listed(market) == []
    assert (await cto.person.mutate("submitCtoProfile", CTO))["status"] == "LISTED"
    assert await listed(market) == [str(cto.id)]


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([], "submitCtoProfile"),
        ([], "pauseCtoProfile"),
        (["updateCtoProfile"], "pauseCtoProfile"),
        (["updateCtoProfile", "submitCtoProfile"], "submitCtoProfile"),
        (["updateCtoProfile", "submitCtoProfile"], "pauseCtoProfile"),
        (["updateCtoProfile", "submitCtoProfile", "approveCto"], "submitCtoProfile"),
        (["updateCtoProfile", "submitCtoProfile", "approveCto", "pauseCtoProfile"], "pauseCtoProfile"),
        (["updateCtoProfile"], "approveCto"),
        (["updateCtoProfile", "submitCtoProfile", "approveCto"], "approveCto"),
        (["updateCtoProfile", "submitCtoProfile", "approveCto", "pauseCtoProfile"], "declineCto"),
    ],
)
async def test_a_step_out_of_turn_is_refused_and_changes_nothing(market: Marketplace, steps, refused):
    cto, admin = await market.join("cto"), await market.join("admin")
    profile_id = "0198c0de-0000-7000-8000-000000000000"
    for step in [*steps, refused]:
        value = {"updateCtoProfile": profile(), "submitCtoProfile": None, "pauseCtoProfile": None}.get(
            step, {"ctoId": profile_id} | ({"reason": "No."} if step == "declineCto" else {})
        )
        before = await market.fetch("select status, updated_at from ctos")
        answer = await (admin if step[-3:] == "Cto" else cto).mutate(step, CTO, value)
        profile_id = answer.get("id", profile_id)
    assert answer["__typename"] == "Refusal"
    assert answer["code"] in {"profile_not_ready", "not_found"}
    assert await market.fetch("select status, updated_at from ctos") == before


async def test_a_profile_without_skills_is_not_handed_in(market: Marketplace):
    cto = await market.join("cto")
    await cto.mutate("updateCtoProfile", CTO, profile(skills=[]))
    assert (await cto.mutate("submitCtoProfile", CTO))["code"] == "profile_not_ready"
    assert await status(cto) == "DRAFT"


async def test_skills_are_known_by_name_and_by_synonym_whatever_their_spelling(market: Marketplace):
    cto = await market.join("cto")
    typed = [("kubernetes", 5), ("K8S", 2), (" PostgreSQL ", 4), ("postgres", 4), ("C++", 3)]
    saved = await cto.mutate(
        "updateCtoProfile", CTO, profile(skills=[{"name": name, "level": level} for name, level in typed])
    )
    assert saved["__typename"] == "Cto", saved
    names = {skill["name"]: skill["level"] for skill in saved["skills"]}
    assert set(names) == {"Kubernetes", "PostgreSQL", "C++"}
    assert names["PostgreSQL"] == 4
    found = (await market.graphql('{ skills(search: "k8s") { name } }'))["data"]["skills"]
    assert found[0]["name"] == "Kubernetes"


async def test_saving_again_replaces_everything(market: Marketplace):
    cto = await market.join("cto")
    await cto.mutate("updateCtoProfile", CTO, profile())
    saved = await cto.mutate(
        "updateCtoProfile", CTO, profile(headline="Other", hourlyRate=1, skills=[{"name": "Rust", "level": 1}])
    )
    assert (saved["headline"], saved["hourlyRate"]) == ("Other", 1)
    assert saved["skills"] == [{"name": "Rust", "level": 1}]
    assert len(await market.fetch("select from ctos")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"headline": ""}, "headline"),
        ({"headline": "x" * 141}, "headline"),
        ({"bio": "Too short."}, "bio"),
        ({"bio": "x" * 6_001}, "bio"),
        ({"bio": "\0" + "x" * 100}, "bio"),
        ({"hourlyRate": -1}, "hourlyRate"),
        ({"hourlyRate": 1_000_001}, "hourlyRate"),
        ({"availability": 61}, "availability"),
        ({"availability": -1}, "availability"),
        ({"yearsExperience": 61}, "yearsExperience"),
        ({"timeZone": "Moon/Tranquility"}, "timeZone"),
        ({"industries": ["Alchemy"]}, "industries"),
        ({"skills": [{"name": "Rust", "level": 0}]}, "skills"),
        ({"skills": [{"name": "Rust", "level": 6}]}, "skills"),
        ({"skills": [{"name": "Basket weaving under water", "level": 1}]}, "skills"),
        ({"skills": [{"name": "\0", "level": 1}]}, "skills"),
        ({"skills": [{"name": "Rust", "level": 1}] * 21}, "skills"),
    ],
)
async def test_what_a_profile_cannot_say_is_named(market: Marketplace, change, field):
    cto = await market.join("cto")
    refused = await cto.mutate("updateCtoProfile", CTO, profile(**change))
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await market.fetch("select from ctos") == []


async def test_a_profile_that_is_not_listed_is_seen_by_its_owner_and_administrators_alone(market: Marketplace, client):
    cto, other, visitor = await market.join("cto"), await market.join("client"), market
    admin = await market.join("admin")
    saved = await cto.mutate("updateCtoProfile", CTO, profile())
    query = "query($id: ID!) { cto(id: $id) { status } }"
    assert (await cto.query(query, id=saved["id"]))["cto"] == {"status": "DRAFT"}
    assert (await admin.query(query, id=saved["id"]))["cto"] == {"status": "DRAFT"}
    assert (await other.query(query, id=saved["id"]))["cto"] is None
    assert (await visitor.graphql(query, id=saved["id"]))["data"]["cto"] is None
    assert (await client.get(f"/ctos/{saved['id']}")).status_code == 404
    await sign_in(client, cto)
    assert (await client.get(f"/ctos/{saved['id']}")).status_code == 200


async def test_one_applies_on_one_page_with_account_and_profile(market: Marketplace, client):
    fields = {
        "name": "Ada Person", "email": "ada@cto.example", "password": PASSWORD, "headline": "Leads teams",
        "bio": "Has built and led platform teams for many years.", "hourlyRate": "180.50", "availability": "10",
        "yearsExperience": "12", "timeZone": "Europe/Berlin", "industries": ["Banking", "Insurance"],
        "skillName": ["Kubernetes", "", "Rust"], "skillLevel": ["5", "3", "2"],
    }  # fmt: skip
    answer = await submit(client, "/apply", "/apply", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/profile")
    (cto,) = await market.fetch("select status, hourly_rate, industries, name from ctos")
    assert tuple(cto) == ("in_review", 18050, ["Banking", "Insurance"], "Ada Person")
    skills = await market.fetch("select name, level from cto_skills join skills on skills.id = skill_id order by name")
    assert [tuple(skill) for skill in skills] == [("Kubernetes", 5), ("Rust", 2)]
    assert "Leads teams" in (await client.get("/account/profile")).text


async def test_a_cto_who_has_an_account_but_no_profile_yet_applies_with_it(market: Marketplace, client):
    cto = await market.join("cto")
    await sign_in(client, cto)
    assert 'href="/apply"' in (await client.get("/account/profile")).text
    fields = {
        "headline": "Leads teams", "bio": "Has built and led platform teams for many years.", "hourlyRate": "180",
        "availability": "10", "yearsExperience": "12", "timeZone": "", "skillName": ["Rust"], "skillLevel": ["5"],
    }  # fmt: skip
    refused = await submit(client, "/apply", "/apply", {**fields, "bio": "Short."})
    assert (refused.status_code, await market.fetch("select from ctos")) == (422, [])
    answer = await submit(client, "/apply", "/apply", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/profile")
    assert await status(cto) == "IN_REVIEW"
    assert len(await market.fetch("select from users")) == 1
    assert (await client.get("/apply")).headers["location"] == "/account/profile"


async def test_a_client_does_not_apply(market: Marketplace, client):
    await sign_in(client, await market.join("client"))
    assert (await client.get("/apply")).status_code == 403
    assert (await submit(client, "/account", "/apply", {"name": "Ada"})).status_code in {403, 422}
    assert await market.fetch("select from ctos") == []


async def test_an_application_with_a_bad_profile_opens_no_account(market: Marketplace, client):
    fields = {"name": "Ada Person", "email": "ada@cto.example", "password": PASSWORD, "headline": "Leads teams"}
    answer = await submit(client, "/apply", "/apply", fields)
    assert answer.status_code == 422
    assert 'value="Leads teams"' in answer.text
    assert await market.fetch("select from users") == []
    assert await market.fetch("select from outbox") == []


async def test_a_cto_edits_submits_and_pauses_on_the_pages(market: Marketplace, client):
    cto = await market.listed_cto()
    await sign_in(client, cto.person)
    answer = await submit(client, "/account/profile", "/account/profile/pause", {})
    assert answer.status_code == 303
    assert await status(cto.person) == "PAUSED"
    await submit(client, "/account/profile", "/account/profile/pause", {})
    assert "Only a listed profile can be paused." in (await client.get("/account/profile")).text
    await submit(client, "/account/profile", "/account/profile/submit", {})
    assert await status(cto.person) == "LISTED"


async def test_an_administrator_decides_on_the_members_page(market: Marketplace, client):
    cto, admin = await market.join("cto"), await market.join("admin")
    saved = await cto.mutate("updateCtoProfile", CTO, profile())
    await cto.mutate("submitCtoProfile", CTO)
    await sign_in(client, admin)
    decline = f"/admin/ctos/{saved['id']}/decline"
    await submit(client, "/admin/members", decline, {"reason": " "})
    assert await status(cto) == "IN_REVIEW"
    assert "Say why: the CTO reads it." in (await client.get("/admin/members")).text
    await submit(client, "/admin/members", decline, {"reason": "More, please."})
    assert await status(cto) == "DRAFT"
    await cto.mutate("submitCtoProfile", CTO)
    await submit(client, "/admin/members", f"/admin/ctos/{saved['id']}/approve", {})
    assert await status(cto) == "LISTED"


async def test_a_profile_follows_its_persons_name(market: Marketplace):
    cto = await market.listed_cto()
    await cto.person.mutate("updateAccount", "... on Viewer { name }", {"name": "Grace Other"})
    await market.work_off()
    answer = await market.graphql("query($id: ID!) { cto(id: $id) { name } }", id=str(cto.id))
    assert answer["data"]["cto"]["name"] == "Grace Other"


async def test_the_profile_of_a_suspended_member_leaves_the_directory(market: Marketplace):
    cto, admin = await market.listed_cto(), await market.join("admin")
    await admin.mutate("suspendMember", "__typename", {"memberId": str(cto.person.id)})
    await market.work_off()
    assert await listed(market) == []


async def test_two_saves_at_once_leave_one_of_the_two(market: Marketplace):
    cto = await market.join("cto")
    versions = {"One": ["Rust"], "Two": ["Kubernetes", "Terraform"]}
    saves = [
        profile(headline=headline, skills=[{"name": name, "level": 3} for name in names])
        for headline, names in versions.items()
    ]
    await cto.mutate("updateCtoProfile", CTO, profile(skills=[{"name": "React", "level": 3}]))
    await asyncio.gather(*(cto.mutate("updateCtoProfile", CTO, save) for save in saves))
    kept = (await cto.query("{ me { cto { headline skills { name } } } }"))["me"]["cto"]
    assert [skill["name"] for skill in kept["skills"]] == versions[kept["headline"]]
