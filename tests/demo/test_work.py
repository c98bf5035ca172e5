"""What goes on in a demo tenant, held against the product's own rules."""

import json
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from tests.factories import TOKENS, Marketplace

from ctorendang.demo import PASSWORD, load
from ctorendang.domains.ctos.portfolio.media import SIDES, keys_of
from ctorendang.domains.engagements.models import Engagement, EngagementTerms, Milestone, TimeSheet
from ctorendang.domains.engagements.next_steps import next_step
from ctorendang.domains.engagements.repository import progress_of
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import BY_ACTION, Action
from ctorendang.infra.uploads.file_types import recognise


@pytest.fixture(scope="module")
async def market(marketplaces, settings) -> Marketplace:
    market = await marketplaces.open(slug="northwind", domains=["northwind.example"], currency="EUR")
    await load(settings, ctos=60, seed=1)
    return market


async def seen(market: Marketplace, query: str, *arguments) -> list:
    return await market.fetch_as("worker", query, *arguments)


async def parts(market: Marketplace, model, engagement_id) -> list:
    table = model.__tablename__
    rows = await seen(market, f"select * from {table} where engagement_id = '{engagement_id}'")
    return [model(**dict(row)) for row in rows]


async def engagements(market: Marketplace) -> list[Engagement]:
    return [Engagement(**dict(row)) for row in await seen(market, "select * from engagements order by id")]


async def steps_of(market: Marketplace, engagement: Engagement) -> list[dict]:
    query = "select *, details::text as said from engagement_steps where engagement_id = $1 order by version"
    return [dict(row) | {"said": json.loads(row["said"])} for row in await seen(market, query, engagement.id)]


async def test_there_is_an_engagement_in_every_state(market):
    found = Counter(each.status for each in await engagements(market))
    assert set(found) == set(EngagementStatus)
    of_client = "select distinct e.status from engagements e join users u on u.id = e.client_id where u.email = $1"
    of_cto = "select distinct e.status from engagements e join users u on u.id = e.cto_user_id where u.email = $1"
    client = {row["status"] for row in await seen(market, of_client, "client@northwind.example")}
    cto = {row["status"] for row in await seen(market, of_cto, "cto@northwind.example")}
    assert client == set(EngagementStatus)
    assert {"introduction", "proposal", "trial", "active", "closed"} <= cto


async def test_every_history_is_one_that_the_machine_allows(market):
    for engagement in await engagements(market):
        status, last = None, None
        steps = await steps_of(market, engagement)
        actors = {"client": engagement.client_id, "cto": engagement.cto_user_id, "system": None}
        for version, step in enumerate(steps, 1):
            transition = BY_ACTION[Action(step["action"])]
            assert step["version"] == version
            assert status in transition.sources or (status is None and not transition.sources)
            assert (step["source"], step["target"]) == (status, transition.target or status)
            assert Side(step["side"]) in transition.by
            assert step["actor_id"] == actors[step["side"]]
            assert last is None or step["created_at"] > last
            status, last = step["target"], step["created_at"]
        assert (engagement.status, engagement.version) == (status, len(steps))
        assert last < engagement.created_at + timedelta(days=400)


async def test_what_the_sides_are_asked_to_do_follows_from_where_things_stand(market):
    for engagement in await engagements(market):
        progress = progress_of(
            engagement,
            *[await parts(market, model, engagement.id) for model in (EngagementTerms, Milestone, TimeSheet)],
        )
        assert engagement.awaits_client == next_step(progress, Side.CLIENT).awaited
        assert engagement.awaits_cto == (progress.introduced and next_step(progress, Side.CTO).awaited)
        if engagement.status == EngagementStatus.CLOSED:
            assert progress.may_close


async def test_terms_are_answered_by_the_other_side_within_their_time(market):
    for engagement in await engagements(market):
        terms = sorted(await parts(market, EngagementTerms, engagement.id), key=lambda each: each.number)
        answers = [
            step
            for step in await steps_of(market, engagement)
            if step["action"] in {"counter", "accept_terms", "decline_terms"}
        ]
        for each, answer in zip(terms, answers, strict=False):
            assert answer["side"] != each.side
            assert each.created_at < answer["created_at"] < each.expires_at
            assert each.starts_on >= each.created_at.date()
        assert [each.status for each in terms[:-1]] == ["countered"] * (len(terms) - 1)


async def test_hours_are_paid_as_agreed_and_fit_into_a_trial(market):
    for engagement in await engagements(market):
        sheets = await parts(market, TimeSheet, engagement.id)
        agreed = [each for each in await parts(market, EngagementTerms, engagement.id) if each.status == "accepted"]
        for sheet in sheets:
            assert sheet.amount == round(agreed[0].rate * sheet.minutes / 60)
        in_trial = [each for each in sheets if not engagement.started_at or each.created_at < engagement.started_at]
        assert sum(each.minutes for each in in_trial) <= (engagement.trial_minutes or 0)
        if engagement.started_at:
            assert engagement.started_at < engagement.trial_ends_at


async def test_calendars_know_what_is_sold(market):
    sold = await seen(
        market,
        "select c.availability, w.weekly_hours, w.told_hours, coalesce(sum(s.hours_per_week), 0) as sold"
        " from ctos c join calendars w on w.cto_id = c.id left join calendar_commitments s on s.cto_id = c.id"
        " and current_date between s.starts_on and s.ends_on group by 1, 2, 3, c.id",
    )
    assert all(row["availability"] == row["told_hours"] == row["weekly_hours"] - row["sold"] for row in sold)
    assert all(row["weekly_hours"] <= 60 for row in sold)
    offered = await seen(
        market,
        "select c.availability, max(t.hours_per_week) as hours from engagement_terms t"
        " join engagements e on e.id = t.engagement_id join ctos c on c.id = e.cto_id"
        " where e.status = 'proposal' group by 1, c.id",
    )
    assert offered
    assert all(row["hours"] <= row["availability"] for row in offered), "open terms can be accepted"
    sources = {row["source_id"] for row in await seen(market, "select source_id from calendar_commitments")}
    assert sources == {each.id for each in await engagements(market) if each.status in {"trial", "active"}}


async def test_reviews_are_revealed_together_and_the_clients_is_the_public_one(market):
    rows = await seen(
        market,
        "select e.status, e.reviews_revealed_at, r.revealed, r.rating, p.rating as public, p.created_at"
        " from engagements e"
        " join engagement_reviews r on r.engagement_id = e.id"
        " left join reviews p on p.cto_id = e.cto_id and p.author_id = r.author_id",
    )
    assert {row["revealed"] for row in rows} == {True, False}
    for row in rows:
        assert row["revealed"] == (row["reviews_revealed_at"] is not None)
        if row["public"] is not None and row["revealed"]:
            assert (row["rating"], row["reviews_revealed_at"]) == (row["public"], row["created_at"])


async def test_projects_stand_in_all_states_and_one_is_for_invited_ctos_only(market):
    rows = await seen(market, "select status, visibility, nda_required, goals, deliverables, stage from projects")
    assert {row["status"] for row in rows} == {"draft", "published", "paused", "closed"}
    assert all(row["goals"] and row["deliverables"] and row["stage"] for row in rows)
    assert Counter(row["visibility"] for row in rows)["invited"] == 1
    assert len(await seen(market, "select from project_invitations")) >= 3


async def test_files_are_where_their_rows_say(market):
    rows = await seen(market, "select * from project_attachments")
    assert len(rows) >= 4
    for row in rows:
        content = await market.marketplaces.site.product.gateways.files.get(row["key"])
        assert recognise(content).media_type == row["media_type"]
        assert len(content) == row["size"]


async def test_some_ctos_show_work_with_a_picture_in_every_size(market):
    rows = await seen(
        market,
        "select c.user_id, m.key, m.size from cto_portfolio_items i join ctos c on c.id = i.cto_id"
        " join cto_portfolio_media m on m.item_id = i.id where c.status = 'listed'",
    )
    assert len({row["user_id"] for row in rows}) == 9
    for row in rows:
        files = market.marketplaces.site.product.gateways.files
        pictures = [await files.get(key) for key in keys_of(row["key"], "image")]
        assert len(pictures[-1]) == row["size"]
        assert [Image.open(BytesIO(picture)).width for picture in pictures] == list(SIDES)


async def test_introductions_lie_ahead_and_behind_and_one_was_called_off(market):
    rows = await seen(market, "select status, starts_at < now() as past from calendar_bookings")
    assert {(row["status"], row["past"]) for row in rows} >= {("booked", True), ("booked", False), ("cancelled", False)}


async def test_what_has_a_time_limit_is_planned(market):
    rows = await seen(market, "select event from outbox where run_at > now() and done_at is null")
    assert {"engagement.terms_due", "engagement.trial_due", "engagement.reviews_due"} <= {row["event"] for row in rows}


async def test_the_next_step_can_be_taken(market):
    """Where the machine and the demo data disagreed, the product would refuse."""
    signed_in = await market.mutate("signIn", TOKENS, {"email": "client@northwind.example", "password": PASSWORD})
    asked = "{ engagements(first: 50) { edges { node { id version status } } } }"
    answer = await market.graphql(asked, signed_in["accessToken"])
    nodes = [edge["node"] for edge in answer["data"]["engagements"]["edges"]]
    (proposal,) = [node for node in nodes if node["status"] == "PROPOSAL"]
    accepted = await market.mutate(
        "acceptTerms",
        "... on Engagement { status }",
        {"engagementId": proposal["id"], "version": proposal["version"]},
        token=signed_in["accessToken"],
    )
    assert accepted["status"] == "TRIAL"


async def test_saved_searches_find_somebody(market):
    signed_in = await market.mutate("signIn", TOKENS, {"email": "client@northwind.example", "password": PASSWORD})
    answer = await market.graphql("{ savedSearches { name alerts } }", signed_in["accessToken"])
    assert sorted(each["alerts"] for each in answer["data"]["savedSearches"]) == [False, True]
