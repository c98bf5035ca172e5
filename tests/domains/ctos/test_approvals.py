"""Deciding about profiles one after the other, and remembering who moved them."""

import asyncpg
import pytest
from tests.domains.ctos.test_import import run
from tests.domains.ctos.test_import_files import json_file, record
from tests.factories import PROBLEMS, Marketplace, Person, profile, sign_in, submit

HISTORY = "history { before after reason actorName }"


async def applicant(market: Marketplace, headline: str) -> tuple[Person, str]:
    person = await market.join("cto")
    saved = await person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile(headline=headline))
    await person.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    return person, saved["id"]


async def history(person: Person, cto_id: str) -> list[tuple[str | None, str, str]]:
    found = (await person.query(f'{{ cto(id: "{cto_id}") {{ {HISTORY} }} }}'))["cto"]["history"]
    return [(each["before"], each["after"], each["reason"]) for each in found]


async def test_the_queue_goes_from_the_longest_waiting_to_the_next(market: Marketplace):
    first, second = await applicant(market, "The first one"), await applicant(market, "The second one")
    async with market.browser() as browser:
        await sign_in(browser, await market.join("admin"))
        shown = (await browser.get("/admin/approvals")).text
        assert ("The first one" in shown, "The second one" in shown, "2 profiles waiting" in shown) == (
            True,
            False,
            True,
        )
        onward = shown.split("/admin/approvals?before=")[1].split('"')[0]
        following = (await browser.get(f"/admin/approvals?before={onward}")).text
        assert ("The first one" in following, "The second one" in following) == (False, True)
        decided = await submit(browser, "/admin/approvals", f"/admin/approvals/{first[1]}/approve", {})
        assert decided.headers["location"] == "/admin/approvals"
        assert "The second one" in (await browser.get("/admin/approvals")).text
        fields = {"reasons": ["results", "terms", "nonsense"], "reason": "And a photo."}
        await submit(browser, "/admin/approvals", f"/admin/approvals/{second[1]}/decline", fields)
        assert "Every profile is decided" in (await browser.get("/admin/approvals")).text
    (newest, *_) = await history(second[0], second[1])
    assert newest == (
        "IN_REVIEW",
        "DRAFT",
        "Tell about one or two results, with a number each.\n\nCheck your rate and your free hours.\n\nAnd a photo.",
    )


async def test_a_decline_needs_a_reason(market: Marketplace):
    _, cto_id = await applicant(market, "Waiting")
    async with market.browser() as browser:
        await sign_in(browser, await market.join("admin"))
        await submit(browser, "/admin/approvals", f"/admin/approvals/{cto_id}/decline", {"reason": " "})
        shown = (await browser.get("/admin/approvals")).text
    assert ("Say why: the CTO reads it." in shown, "1 profile waiting" in shown) == (True, True)


async def test_whoever_was_suspended_while_they_waited_is_not_listed(market: Marketplace):
    (person, cto_id), admin = await applicant(market, "Waiting"), await market.join("admin")
    await market.fetch("update users set status = 'suspended' where id = $1", person.id)
    refused = await admin.mutate("approveCto", "... on Cto { status }" + PROBLEMS, {"ctoId": cto_id})
    assert refused["code"] == "profile_not_ready"
    await market.fetch("update users set status = 'active', roles = '{client}' where id = $1", person.id)
    refused = await admin.mutate("approveCto", "... on Cto { status }" + PROBLEMS, {"ctoId": cto_id})
    assert refused["code"] == "profile_not_ready"


async def test_others_have_no_queue(market: Marketplace):
    _, cto_id = await applicant(market, "Waiting")
    for role in ("client", "cto"):
        async with market.browser() as browser:
            await sign_in(browser, await market.join(role))
            assert (await browser.get("/admin/approvals")).status_code == 403
            for action in ("approve", "decline"):
                answer = await submit(browser, "/account", f"/admin/approvals/{cto_id}/{action}", {"reason": "No."})
                assert answer.status_code == 403
    (row,) = await market.fetch("select status from ctos where tenant_id = $1", market.id)
    assert row["status"] == "in_review"


async def test_the_history_is_for_the_owner_and_those_who_approve(market: Marketplace):
    listed, admin = await market.listed_cto(), await market.join("admin")
    await listed.person.mutate("pauseCtoProfile", "... on Cto { id }" + PROBLEMS)
    await listed.person.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    moves = [
        ("PAUSED", "LISTED", ""),
        ("LISTED", "PAUSED", ""),
        ("IN_REVIEW", "LISTED", ""),
        ("DRAFT", "IN_REVIEW", ""),
    ]
    assert await history(listed.person, str(listed.id)) == moves
    assert await history(admin, str(listed.id)) == moves
    asked = f'{{ cto(id: "{listed.id}") {{ {HISTORY} }} }}'
    assert (await market.graphql(asked))["data"]["cto"]["history"] is None
    assert (await (await market.join("client")).query(asked))["cto"]["history"] is None
    async with market.browser() as browser:
        await sign_in(browser, listed.person)
        assert "History" in (await browser.get("/account/profile")).text


async def test_imports_and_suspensions_are_remembered_too(market: Marketplace):
    await run(market, json_file(record(1)))
    admin, listed = await market.join("admin"), await market.listed_cto()
    (row,) = (await market.graphql('{ ctos(filter: {search: "Ada 1"}) { edges { node { id } } } }'))["data"]["ctos"][
        "edges"
    ]
    assert await history(admin, row["node"]["id"]) == [(None, "LISTED", "Imported from a file.")]
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(listed.person.id)})
    await market.work_off()
    assert (await history(admin, str(listed.id)))[0] == ("LISTED", "PAUSED", "Suspended, or no CTO any more.")


@pytest.mark.parametrize("statement", ["update cto_status_changes set reason = 'x'", "delete from cto_status_changes"])
async def test_nobody_rewrites_the_history(market: Marketplace, statement: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await market.fetch(statement)
