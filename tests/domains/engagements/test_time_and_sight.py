"""What happens when a time has come, who is told, and who sees what."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import Journey, terms, this_week
from tests.factories import PROBLEMS, Marketplace
from tests.inbox import Inbox, text_of

from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner

LIMITS = "... on EngagementLimits { trialDays trialHours termsDays }" + PROBLEMS
PARTS = ("terms", "milestones", "time_sheets", "steps", "reviews")


async def let_pass(market: Marketplace, event: str, statement: str) -> None:
    """Have the time come that an event waits for."""
    await market.fetch_as("worker", statement)
    await market.fetch("update outbox set run_at = now() where event = $1 and done_at is null", event)
    await market.work_off()


async def test_terms_expire(sides: Sides):
    journey = await sides.at("proposal")
    overdue = "update engagement_terms set expires_at = now() - interval '1 second' where status = 'open'"
    await sides.market.fetch_as("worker", overdue)
    assert (await journey.act(sides.client, "acceptTerms"))["code"] == "step_not_possible"
    await let_pass(sides.market, "engagement.terms_due", overdue)
    shown = await journey.shown_to(sides.client)
    assert (shown["status"], shown["terms"][0]["status"]) == ("INTRODUCTION", "EXPIRED")
    assert (shown["history"][0]["side"], shown["history"][0]["actor"]) == ("SYSTEM", None)


async def test_terms_that_were_answered_do_not_expire(sides: Sides):
    journey = await sides.at("trial")
    overdue = "update engagement_terms set expires_at = now() - interval '1 second'"
    await let_pass(sides.market, "engagement.terms_due", overdue)
    assert (await journey.shown_to(sides.client))["status"] == "TRIAL"


async def test_a_trial_reaches_its_limit(sides: Sides, inbox: Inbox):
    journey = await sides.at("trial")
    await sides.market.work_off()
    overdue = "update engagements set trial_ends_at = now() - interval '1 second' where status = 'trial'"
    await sides.market.fetch_as("worker", overdue)
    late = await journey.act(sides.cto.person, "submitTimeSheet", week=this_week().isoformat(), minutes=60)
    assert late["code"] == "step_not_possible", "also while no worker has noted it"
    await let_pass(sides.market, "engagement.trial_due", overdue)
    shown = await journey.shown_to(sides.client)
    assert (shown["status"], shown["trialOver"], shown["nextStep"]["awaited"]) == ("TRIAL", True, True)
    week = this_week().isoformat()
    assert (await journey.act(sides.cto.person, "submitTimeSheet", week=week, minutes=60))["code"] == (
        "step_not_possible"
    )
    assert "The trial reached its limit" in text_of(inbox.of(sides.client.email)[-1])
    await journey.done(sides.client, "startEngagement")
    await journey.done(sides.cto.person, "submitTimeSheet", week=week, minutes=60)


async def test_the_limits_are_the_tenants(sides: Sides):
    said = {"trialDays": 3, "trialHours": 5, "termsDays": 2}
    usual = {"trialDays": 14, "trialHours": 20, "termsDays": 14}
    assert (await sides.client.query("{ engagementLimits { trialDays trialHours termsDays } }")) == {
        "engagementLimits": usual
    }
    await sides.admin.mutate("updateEngagementLimits", LIMITS, said)
    assert (await sides.at("trial")).last["trialMinutes"] == 300
    await sides.admin.mutate("updateEngagementLimits", LIMITS, usual)


async def test_hours_are_sold_and_given_back(sides: Sides):
    sold = "select hours_per_week, starts_on, ends_on from calendar_commitments where source_id = $1"
    journey = await sides.at("trial")
    (row,) = await sides.market.fetch(sold, UUID(journey.id))
    assert (row["hours_per_week"], (row["ends_on"] - row["starts_on"]).days) == (8, 12 * 7 - 1)
    assert row["starts_on"].isoformat() == terms()["startsOn"]
    await journey.take("cancel")
    assert await sides.market.fetch(sold, UUID(journey.id)) == []


async def test_whoever_has_to_act_is_told(sides: Sides, inbox: Inbox):
    journey = await sides.at("shortlist")
    await sides.market.work_off()
    inbox.mails.clear()
    await journey.take("introduce")
    await sides.market.work_off()
    (mail,) = inbox.of(sides.cto.person.email)
    assert "asked for an introduction" in mail["Subject"]
    assert f"/engagements/{journey.id}" in text_of(mail)
    assert inbox.of(sides.client.email) == []
    await journey.take("propose")
    await sides.market.work_off()
    assert "proposed terms" in inbox.of(sides.client.email)[-1]["Subject"]
    wishes = {"settings": [{"kind": "ENGAGEMENTS", "channel": "EMAIL", "wanted": False}]}
    await sides.cto.person.mutate("updateNotifications", "__typename", wishes)
    await journey.done(sides.client, "declineTerms", reason="Too many hours for us.")
    await sides.market.work_off()
    assert len(inbox.of(sides.cto.person.email)) == 1


async def test_nobody_is_told_of_an_introduction_that_was_withdrawn_before_the_mail(sides: Sides, inbox: Inbox):
    journey = await sides.at("introduction")
    told = "update outbox set run_at = now() + interval '1 hour' where event = 'engagement.news_told'"
    relay = OutboxRelay(sides.market.marketplaces.relay, lease_seconds=30)
    product = sides.market.marketplaces.site.product
    for job in await relay.claim(50):
        await JobRunner(product.units, product.subscriptions, relay).run(job)
    await sides.market.fetch(told)
    inbox.mails.clear()
    await journey.done(sides.client, "withdrawIntroduction")
    await sides.market.fetch(told.replace("now() + interval '1 hour'", "now()"))
    await sides.market.work_off()
    assert inbox.of(sides.cto.person.email) == []


async def review(journey: Journey, person: Any, rating: int, body: str) -> None:
    await journey.done(person, "reviewEngagement", rating=rating, body=body)


async def test_reviews_are_revealed_together(sides: Sides):
    journey = await sides.at("closed")
    public = "query($id: ID!) { cto(id: $id) { reviews { edges { node { rating body author { name } } } } } }"
    await review(journey, sides.client, 5, f"Split us in {journey.id}.")
    await sides.market.work_off()
    assert (await journey.shown_to(sides.cto.person))["reviews"] == []
    assert (await journey.shown_to(sides.admin))["reviews"] == []
    assert [each["side"] for each in (await journey.shown_to(sides.client))["reviews"]] == ["CLIENT"]
    twice = await journey.act(sides.client, "reviewEngagement", rating=1, body="No.")
    assert twice["code"] == "step_not_possible"
    await review(journey, sides.cto.person, 4, "Clear and quick.")
    await sides.market.work_off()
    for person in (sides.client, sides.cto.person, sides.admin):
        assert [each["rating"] for each in (await journey.shown_to(person))["reviews"]] == [5, 4]
    edges = (await sides.stranger.query(public, id=str(sides.cto.id)))["cto"]["reviews"]["edges"]
    assert [edge["node"]["rating"] for edge in edges if journey.id in edge["node"]["body"]] == [5]


async def test_a_review_that_stays_alone_is_revealed_after_14_days(sides: Sides):
    journey = await sides.at("closed")
    await review(journey, sides.cto.person, 4, "Clear and quick.")
    early = "update engagements set closed_at = now() - interval '13 days 23 hours' where status = 'closed'"
    await let_pass(sides.market, "engagement.reviews_due", early)
    assert (await journey.shown_to(sides.client))["reviews"] == []
    late = "update engagements set closed_at = now() - interval '14 days' where status = 'closed'"
    again = "update outbox set done_at = null where event = 'engagement.reviews_due'"
    await sides.market.fetch(again)
    await let_pass(sides.market, "engagement.reviews_due", late)
    assert [each["side"] for each in (await journey.shown_to(sides.client))["reviews"]] == ["CTO"]
    assert (await journey.act(sides.client, "reviewEngagement", rating=1, body="No."))["code"] == "step_not_possible"


async def test_strangers_find_nothing(sides: Sides):
    journey = await sides.at("active")
    for stranger in (sides.stranger, sides.other_cto.person):
        assert await journey.shown_to(stranger) is None
        assert (await journey.act(stranger, "planMilestone", title="Mine"))["code"] == "not_found"
        listed = await stranger.query("{ engagements { edges { node { id } } } }")
        assert journey.id not in str(listed)
    assert (await journey.shown_to(sides.admin))["side"] == "ADMIN"
    assert (await journey.act(sides.admin, "planMilestone", title="Mine"))["code"] == "forbidden"


async def test_each_side_has_its_own_steps(sides: Sides):
    journey = await sides.at("active")
    assert (await journey.act(sides.cto.person, "approveMilestone", milestoneId=journey.handover))[
        "code"
    ] == "forbidden"
    both = await sides.market.listed_cto()
    roles = {"memberId": str(both.person.id), "roles": ["CTO", "CLIENT"]}
    await sides.admin.mutate("setMemberRoles", "__typename", roles)
    other = await Sides(sides.market, sides.client, both, sides.admin, sides.stranger, sides.other_cto).at("active")
    assert (await other.act(both.person, "approveMilestone", milestoneId=other.handover))["code"] == "forbidden"


@pytest.mark.parametrize("part", PARTS)
async def test_rows_are_the_two_sides(sides: Sides, part: str):
    journey = await sides.at("closed")
    await review(journey, sides.client, 5, "Good.")
    app = await asyncpg.connect(sides.market.marketplaces.settings.database.url)

    async def seen_by(user_id: object, roles: str) -> int:
        async with app.transaction():
            await app.execute(
                "select set_config('app.tenant_id', $1, true), set_config('app.user_id', $2, true),"
                " set_config('app.roles', $3, true)",
                str(sides.market.id),
                str(user_id),
                roles,
            )
            count = f"select count(*) from engagement_{part} where engagement_id = $1"
            return await app.fetchval(count, UUID(journey.id))

    try:
        hidden = part == "reviews"
        assert bool(await seen_by(sides.client.id, "client")) is (part != "time_sheets")
        assert bool(await seen_by(sides.cto.person.id, "cto")) is (part not in ("time_sheets", "reviews"))
        assert bool(await seen_by("", "admin")) is (part != "time_sheets" and not hidden)
        assert await seen_by(sides.stranger.id, "client") == 0
        assert await seen_by("", "visitor") == 0
    finally:
        await app.close()


async def test_a_cto_does_not_know_of_shortlists(sides: Sides):
    journey = await sides.at("shortlist")
    app = await asyncpg.connect(sides.market.marketplaces.settings.database.url)
    async with app.transaction():
        await app.execute(
            "select set_config('app.tenant_id', $1, true), set_config('app.user_id', $2, true),"
            " set_config('app.roles', 'cto', true)",
            str(sides.market.id),
            str(sides.cto.person.id),
        )
        assert await app.fetchval("select count(*) from engagements where id = $1", UUID(journey.id)) == 0
    await app.close()
