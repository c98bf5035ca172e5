"""Taking a decision about a profile back: within a day, as long as nothing has gone on from it."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
from tests.domains.ctos.test_approvals import applicant, history
from tests.factories import PROBLEMS, Marketplace, Person, sign_in, submit
from tests.inbox import Inbox
from tests.stack import SharedStack

from ctorendang.settings import Settings

CTO = "... on Cto { id status }" + PROBLEMS
RECENT = "{ recentDecisions { approved reason actorName cto { id } } }"


async def decide(admin: Person, cto_id: str, *, approve: bool) -> None:
    value = {"ctoId": cto_id} if approve else {"ctoId": cto_id, "reason": "Say more."}
    decided = await admin.mutate("approveCto" if approve else "declineCto", CTO, value)
    assert decided["__typename"] == "Cto", decided


async def undo(admin: Person, cto_id: str) -> dict:
    return await admin.mutate("undoCtoDecision", CTO, {"ctoId": cto_id})


async def test_an_approval_is_taken_back_on_the_page_and_written_down(market: Marketplace, client):
    person, cto_id = await applicant(market, "Waiting")
    admin = await market.join("admin")
    await decide(admin, cto_id, approve=True)
    await sign_in(client, admin)
    assert f"/admin/approvals/{cto_id}/undo" in (await client.get("/admin/approvals")).text
    await submit(client, "/admin/approvals", f"/admin/approvals/{cto_id}/undo", {})
    shown = (await client.get("/admin/approvals")).text
    assert "waits for a decision again" in shown
    assert f"/admin/approvals/{cto_id}/undo" not in shown
    (cto,) = await market.fetch("select status, published_at from ctos")
    assert tuple(cto) == ("in_review", None)
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 0
    assert (await history(person, cto_id))[0] == ("LISTED", "IN_REVIEW", "The decision was taken back.")
    (event,) = await market.fetch("select * from audit_events where action = 'ctos.profile.decision_undone'")
    assert (event["actor_id"], str(event["subject_id"])) == (admin.id, cto_id)
    await decide(admin, cto_id, approve=False)


async def test_a_profile_given_back_waits_again_without_the_reason(market: Marketplace):
    _, cto_id = await applicant(market, "Waiting")
    admin = await market.join("admin")
    await decide(admin, cto_id, approve=False)
    (recent,) = (await admin.query(RECENT))["recentDecisions"]
    assert (recent["approved"], recent["reason"], recent["cto"]["id"]) == (False, "Say more.", cto_id)
    assert (await undo(admin, cto_id))["status"] == "IN_REVIEW"
    (cto,) = await market.fetch("select status, decline_reason from ctos")
    assert tuple(cto) == ("in_review", None)
    assert (await admin.query(RECENT))["recentDecisions"] == []


async def test_what_has_gone_on_since_is_not_taken_back(market: Marketplace):
    admin = await market.join("admin")
    person, cto_id = await applicant(market, "Waiting")
    assert (await undo(admin, cto_id))["code"] == "profile_not_ready"
    await decide(admin, cto_id, approve=True)
    await person.mutate("pauseCtoProfile", "__typename")
    assert (await undo(admin, cto_id))["code"] == "profile_not_ready"
    await person.mutate("submitCtoProfile", "__typename")
    assert (await undo(admin, cto_id))["code"] == "profile_not_ready"
    other, other_id = await applicant(market, "Another")
    await decide(admin, other_id, approve=False)
    await other.mutate("submitCtoProfile", "__typename")
    assert (await undo(admin, other_id))["code"] == "profile_not_ready"
    assert (await admin.query(RECENT))["recentDecisions"] == []


async def test_a_decision_stands_after_a_day(market: Marketplace, shared_stack: SharedStack, settings: Settings):
    _, cto_id = await applicant(market, "Waiting")
    admin = await market.join("admin")
    await decide(admin, cto_id, approve=True)
    await rewrite(
        shared_stack,
        settings,
        f"update cto_status_changes set created_at = created_at - interval '25 hours' where tenant_id = '{market.id}'",
    )
    assert (await admin.query(RECENT))["recentDecisions"] == []
    assert (await undo(admin, cto_id))["code"] == "profile_not_ready"


async def rewrite(shared_stack: SharedStack, settings: Settings, statement: str) -> None:
    """Change what the product itself never changes, as the owner of the server could."""
    database = urlsplit(settings.database.url).path
    connection = await asyncpg.connect(urlsplit(shared_stack.superuser_url)._replace(path=database).geturl())
    await connection.execute(statement)
    await connection.close()


async def test_two_who_take_it_back_at_once_do_it_once(market: Marketplace):
    _, cto_id = await applicant(market, "Waiting")
    admins = [await market.join("admin") for _ in range(3)]
    await decide(admins[0], cto_id, approve=True)
    answers = await asyncio.gather(*(undo(admin, cto_id) for admin in admins))
    assert sorted(each["__typename"] for each in answers) == ["Cto", "Refusal", "Refusal"]


async def test_the_cto_hears_of_what_counts_only(market: Marketplace, inbox: Inbox):
    person, cto_id = await applicant(market, "Waiting")
    admin = await market.join("admin")
    await decide(admin, cto_id, approve=True)
    await undo(admin, cto_id)
    await market.work_off()
    subjects = [str(mail["subject"]) for mail in inbox.of(person.email)]
    assert not [each for each in subjects if each.startswith("You are listed")]
    assert [each for each in subjects if each.endswith("is being read again")]


async def test_nobody_else_takes_decisions_back(market: Marketplace, other_market: Marketplace):
    person, cto_id = await applicant(market, "Waiting")
    await decide(await market.join("admin"), cto_id, approve=True)
    foreign = await other_market.join("admin")
    assert (await undo(foreign, cto_id))["code"] == "not_found"
    assert (await foreign.query(RECENT))["recentDecisions"] == []
    assert (await undo(person, cto_id))["code"] == "forbidden"
    (cto,) = await market.fetch("select status from ctos")
    assert cto["status"] == "listed"
