"""What is refused about engagements, each with a clear error and nothing half-written."""

from datetime import timedelta
from typing import Any

import pytest
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, new_project, terms, this_week
from tests.factories import PROBLEMS

from ctorendang.kit.clock import now

COUNTED = (
    "select (select count(*) from engagements) as engagements, (select count(*) from engagement_terms) as terms,"
    " (select count(*) from engagement_steps) as steps, (select count(*) from engagement_milestones) as milestones,"
    " (select count(*) from engagement_time_sheets) as sheets, (select sum(version) from engagements) as versions"
)


async def rows(sides: Sides) -> tuple[Any, ...]:
    return tuple((await sides.market.fetch_as("worker", COUNTED))[0])


async def shortlist(sides: Sides, cto_id: object, **changes: Any) -> dict[str, Any]:
    project = await new_project(sides.client, **changes)
    return await sides.client.mutate("shortlistCto", ENGAGEMENT, {"projectId": project, "ctoId": str(cto_id)})


@pytest.mark.parametrize("status", ["draft", "in_review", "paused"])
async def test_who_is_not_listed_is_not_engaged(sides: Sides, status: str):
    cto = await sides.market.listed_cto()
    await sides.market.fetch("update ctos set status = $1 where id = $2", status, cto.id)
    before = await rows(sides)
    assert (await shortlist(sides, cto.id))["code"] == "cto_not_listed"
    assert await rows(sides) == before


@pytest.mark.parametrize("mutation", ["introduceCto", "restoreToShortlist"])
async def test_who_is_not_listed_any_more_is_not_introduced(sides: Sides, mutation: str):
    journey = await sides.at("shortlist")
    if mutation == "restoreToShortlist":
        await journey.done(sides.client, "removeFromShortlist")
    await sides.market.fetch("update ctos set status = 'paused' where id = $1", sides.cto.id)
    value = {"message": "Hello."} if mutation == "introduceCto" else {}
    refused = await journey.act(sides.client, mutation, **value)
    await sides.market.fetch("update ctos set status = 'listed' where id = $1", sides.cto.id)
    assert refused["code"] == "cto_not_listed"
    await journey.done(sides.client, mutation, **value)


@pytest.mark.parametrize("mutation", ["introduceCto", "restoreToShortlist"])
async def test_nobody_new_is_asked_about_a_project_that_has_ended(sides: Sides, mutation: str):
    journey = await sides.at("shortlist")
    if mutation == "restoreToShortlist":
        await journey.done(sides.client, "removeFromShortlist")
    await sides.client.mutate("closeProject", "__typename", {"projectId": journey.project_id})
    value = {"message": "Hello."} if mutation == "introduceCto" else {}
    assert (await journey.act(sides.client, mutation, **value))["code"] == "project_has_ended"


async def test_nobody_engages_oneself(sides: Sides):
    cto = await sides.market.listed_cto()
    roles = {"memberId": str(cto.person.id), "roles": ["CTO", "CLIENT"]}
    await sides.admin.mutate("setMemberRoles", "__typename", roles)
    project = await new_project(cto.person)
    refused = await cto.person.mutate("shortlistCto", ENGAGEMENT, {"projectId": project, "ctoId": str(cto.id)})
    assert refused["code"] == "cannot_engage_oneself"


async def test_currencies_must_agree(sides: Sides):
    cto = await sides.market.listed_cto()
    await sides.market.fetch("update ctos set currency = 'USD' where id = $1", cto.id)
    refused = await shortlist(sides, cto.id)
    assert refused["code"] == "currency_mismatch"
    assert "EUR" in refused["message"]
    assert "USD" in refused["message"]


async def test_terms_are_in_the_engagements_currency(sides: Sides):
    journey = await sides.at("introduction")
    before = await rows(sides)
    refused = await journey.act(sides.client, "proposeTerms", **terms(currency="USD"))
    assert refused["fields"] == [{"field": "currency", "message": "This engagement is in EUR. Use amounts in EUR."}]
    assert await rows(sides) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate", -1),
        ("rate", 1_000_001),
        ("hoursPerWeek", -8),
        ("hoursPerWeek", 0),
        ("hoursPerWeek", 61),
        ("weeks", 0),
        ("weeks", 261),
        ("noticeDays", -1),
        ("validDays", 0),
        ("startsOn", (now().date() - timedelta(days=1)).isoformat()),
        ("startsOn", "2999-01-01"),
        ("note", "x" * 2_001),
    ],
)
async def test_terms_that_make_no_sense(sides: Sides, field: str, value: object):
    journey = await sides.at("introduction")
    refused = await journey.act(sides.cto.person, "proposeTerms", **terms(**{field: value}))
    assert [each["field"] for each in refused["fields"]] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", -60),
        ("minutes", 0),
        ("minutes", 80 * 60 + 1),
        ("week", (this_week() + timedelta(days=7)).isoformat()),
        ("week", (this_week() - timedelta(days=1)).isoformat()),
        ("note", "\x00"),
    ],
)
async def test_hours_that_make_no_sense(sides: Sides, field: str, value: object):
    journey = await sides.at("active")
    before = await rows(sides)
    sheet = {"week": this_week().isoformat(), "minutes": 60, field: value}
    refused = await journey.act(sides.cto.person, "submitTimeSheet", **sheet)
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await rows(sides) == before


async def test_a_trial_has_so_many_hours(sides: Sides):
    journey = await sides.at("trial")
    week = this_week().isoformat()
    most = journey.last["trialMinutes"]
    refused = await journey.act(sides.cto.person, "submitTimeSheet", week=week, minutes=most + 1)
    assert refused["code"] == "step_not_possible"
    await journey.done(sides.cto.person, "submitTimeSheet", week=week, minutes=most)


@pytest.mark.parametrize(("field", "value"), [("amount", -1), ("title", ""), ("dueOn", "2001-01-01")])
async def test_milestones_that_make_no_sense(sides: Sides, field: str, value: object):
    journey = await sides.at("active")
    refused = await journey.act(sides.client, "planMilestone", **{"title": "Plan", field: value})
    assert [each["field"] for each in refused["fields"]] == [field]


@pytest.mark.parametrize(("field", "value"), [("rating", 0), ("rating", 6), ("body", " ")])
async def test_reviews_that_make_no_sense(sides: Sides, field: str, value: object):
    journey = await sides.at("closed")
    refused = await journey.act(sides.client, "reviewEngagement", **{"rating": 5, "body": "Good.", field: value})
    assert [each["field"] for each in refused["fields"]] == [field]


@pytest.mark.parametrize("mutation", ["introduceCto", "declineTerms", "disputeTimeSheet", "returnMilestone"])
async def test_words_are_asked_for(sides: Sides, mutation: str):
    status = {"introduceCto": "shortlist", "declineTerms": "proposal"}.get(mutation, "active")
    journey = await sides.at(status)
    parts = {"disputeTimeSheet": {"timeSheetId": journey.id}, "returnMilestone": {"milestoneId": journey.id}}
    field = "message" if mutation == "introduceCto" else "reason"
    refused = await journey.act(sides.client, mutation, **parts.get(mutation, {}), **{field: "\n"})
    assert [each["field"] for each in refused["fields"]] == [field]


async def test_a_part_of_another_engagement_is_not_found(sides: Sides):
    one, other = await sides.at("active"), await sides.at("active")
    refused = await one.act(sides.cto.person, "submitMilestone", milestoneId=other.handover, report="Done.")
    assert refused["code"] == "not_found"
    week = this_week().isoformat()
    sheet = (await other.done(sides.cto.person, "submitTimeSheet", week=week, minutes=60))["timeSheets"][0]["id"]
    for mutation in ("approveTimeSheet", "takeBackTimeSheet"):
        person = sides.client if mutation == "approveTimeSheet" else sides.cto.person
        assert (await one.act(person, mutation, timeSheetId=sheet))["code"] == "not_found"


@pytest.mark.parametrize(("field", "value"), [("trialDays", 0), ("trialHours", 201), ("termsDays", -1)])
async def test_limits_that_make_no_sense(sides: Sides, field: str, value: int):
    said = {"trialDays": 7, "trialHours": 10, "termsDays": 5, field: value}
    refused = await sides.admin.mutate(
        "updateEngagementLimits", "... on EngagementLimits { trialDays }" + PROBLEMS, said
    )
    assert [each["field"] for each in refused["fields"]] == [field]
