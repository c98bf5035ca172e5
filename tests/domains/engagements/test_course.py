"""The good course of an engagement, and the ways out of it."""

import pytest
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, STEPS, begin, new_project, terms, this_week
from tests.factories import PROBLEMS


async def test_from_a_shortlist_to_reviews_both_ways(sides: Sides):
    journey = await sides.at("shortlist")
    client, cto = journey.client, journey.cto.person
    assert await journey.shown_to(cto) is None
    await journey.done(client, "introduceCto", message="We would like to talk to you.")
    assert (await journey.shown_to(cto))["nextStep"]["action"] == "PROPOSE"
    await journey.done(cto, "proposeTerms", **terms())
    countered = await journey.done(client, "proposeTerms", **terms(rate=14000, weeks=8))
    assert countered["terms"][0]["changed"] == ["rate", "weeks"]
    assert [each["status"] for each in countered["terms"]] == ["OPEN", "COUNTERED"]
    assert (await journey.done(cto, "acceptTerms"))["status"] == "TRIAL"
    sheet = await journey.done(cto, "submitTimeSheet", week=this_week().isoformat(), minutes=90)
    assert sheet["timeSheets"][0]["amount"] == 21000
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    await journey.done(client, "startEngagement")
    planned = await journey.done(client, "planMilestone", title="Split the orders out", amount=500_000)
    work = planned["milestones"][0]["id"]
    assert [each["kind"] for each in planned["milestones"]] == ["WORK", "HANDOVER"]
    early = await journey.act(cto, "submitMilestone", milestoneId=journey.handover, report="All in the wiki.")
    assert early["code"] == "step_not_possible"
    await journey.done(cto, "submitMilestone", milestoneId=work, report="Orders run by themselves.")
    assert (await journey.act(client, "closeEngagement"))["code"] == "step_not_possible"
    await journey.done(client, "approveMilestone", milestoneId=work)
    await journey.done(cto, "submitMilestone", milestoneId=journey.handover, report="All in the wiki.")
    await journey.done(client, "approveMilestone", milestoneId=journey.handover)
    closed = await journey.done(client, "closeEngagement")
    assert (closed["status"], closed["nextStep"]["action"]) == ("CLOSED", "REVIEW")
    assert [each["version"] for each in closed["history"]] == list(range(closed["version"], 0, -1))


@pytest.mark.parametrize("status", STEPS)
async def test_every_state_can_be_reached(sides: Sides, status: str):
    await sides.at(status)


async def test_a_removed_cto_can_be_put_back(sides: Sides):
    journey = await sides.at("shortlist")
    removed = await journey.done(journey.client, "removeFromShortlist")
    assert (removed["status"], removed["nextStep"]["action"]) == ("CANCELLED", "RESTORE")
    assert (await journey.done(journey.client, "restoreToShortlist"))["status"] == "SHORTLIST"


async def test_who_is_on_the_shortlist_again_is_not_put_back_as_well(sides: Sides):
    journey = await sides.at("shortlist")
    await journey.done(journey.client, "removeFromShortlist")
    again = {"projectId": journey.project_id, "ctoId": str(journey.cto.id)}
    assert (await journey.client.mutate("shortlistCto", ENGAGEMENT, again))["__typename"] == "Engagement"
    assert (await journey.act(journey.client, "restoreToShortlist"))["code"] == "already_shortlisted"
    assert (await journey.client.mutate("shortlistCto", ENGAGEMENT, again))["code"] == "already_shortlisted"


async def test_what_was_cancelled_is_not_restored(sides: Sides):
    journey = await sides.at("cancelled")
    assert (await journey.act(journey.client, "restoreToShortlist"))["code"] == "step_not_possible"


async def test_an_introduction_can_be_withdrawn_until_terms_are_proposed(sides: Sides):
    journey = await sides.at("introduction")
    assert (await journey.done(journey.client, "withdrawIntroduction"))["status"] == "SHORTLIST"
    assert await journey.shown_to(journey.cto.person) is None
    await journey.advance("proposal")
    await journey.done(journey.cto.person, "withdrawTerms")
    assert (await journey.act(journey.client, "withdrawIntroduction"))["code"] == "step_not_possible"


async def test_terms_are_answered_by_the_other_side_only(sides: Sides):
    journey = await sides.at("proposal")
    client, cto = journey.client, journey.cto.person
    for mutation, value in (("acceptTerms", {}), ("declineTerms", {"reason": "No."}), ("proposeTerms", terms())):
        assert (await journey.act(cto, mutation, **value))["code"] == "forbidden"
    assert (await journey.act(client, "withdrawTerms"))["code"] == "forbidden"
    declined = await journey.done(client, "declineTerms", reason="Too many hours for us.")
    assert (declined["status"], declined["terms"][0]["answer"]) == ("INTRODUCTION", "Too many hours for us.")
    again = await journey.done(client, "proposeTerms", **terms(hoursPerWeek=4))
    assert (again["status"], again["terms"][0]["number"]) == ("PROPOSAL", 2)
    assert (await journey.done(client, "withdrawTerms"))["status"] == "INTRODUCTION"


@pytest.mark.parametrize("status", ["introduction", "proposal", "trial", "active"])
@pytest.mark.parametrize("who", ["client", "cto", "admin"])
async def test_it_can_be_cancelled_with_a_reason(sides: Sides, status: str, who: str):
    journey = await sides.at(status)
    person = {"client": sides.client, "cto": sides.cto.person, "admin": sides.admin}[who]
    empty = await journey.act(person, "cancelEngagement", reason=" ")
    assert empty["fields"] == [{"field": "reason", "message": "Fill this in."}]
    cancelled = await journey.done(person, "cancelEngagement", reason="We found somebody inside.")
    assert (cancelled["status"], cancelled["cancelReason"]) == ("CANCELLED", "We found somebody inside.")
    assert all(each["status"] != "OPEN" for each in cancelled["terms"])


async def test_a_milestone_goes_back_and_forth(sides: Sides):
    journey = await sides.at("active")
    client, cto = journey.client, journey.cto.person
    milestone = (await journey.done(cto, "planMilestone", title="Plan"))["milestones"][0]["id"]
    await journey.done(cto, "submitMilestone", milestoneId=milestone, report="Done.")
    assert (await journey.act(client, "removeMilestone", milestoneId=milestone))["code"] == "step_not_possible"
    await journey.done(cto, "takeBackMilestone", milestoneId=milestone)
    await journey.done(cto, "submitMilestone", milestoneId=milestone, report="Done now.")
    back = await journey.done(client, "returnMilestone", milestoneId=milestone, reason="The rollback is missing.")
    assert back["milestones"][0]["answer"] == "The rollback is missing."
    await journey.done(client, "removeMilestone", milestoneId=milestone)
    assert (await journey.act(client, "removeMilestone", milestoneId=journey.handover))["code"] == "step_not_possible"


async def test_a_time_sheet_is_disputed_corrected_and_approved(sides: Sides):
    journey = await sides.at("active")
    client, cto, week = journey.client, journey.cto.person, this_week().isoformat()
    sheet = (await journey.done(cto, "submitTimeSheet", week=week, minutes=600))["timeSheets"][0]["id"]
    disputed = await journey.done(client, "disputeTimeSheet", timeSheetId=sheet, reason="Monday was a holiday.")
    assert disputed["timeSheets"][0]["answer"] == "Monday was a holiday."
    corrected = await journey.done(cto, "submitTimeSheet", week=week, minutes=480)
    assert [(each["id"], each["minutes"], each["status"]) for each in corrected["timeSheets"]] == [
        (sheet, 480, "SUBMITTED")
    ]
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet)
    assert (await journey.act(cto, "submitTimeSheet", week=week, minutes=1))["code"] == "step_not_possible"
    assert (await journey.act(cto, "takeBackTimeSheet", timeSheetId=sheet))["code"] == "step_not_possible"


async def test_an_engagement_closes_when_nothing_is_open(sides: Sides):
    journey = await sides.at("active")
    client, cto = journey.client, journey.cto.person
    await journey.take("hand over")
    assert (await journey.act(client, "planMilestone", title="One more"))["code"] == "step_not_possible"
    await journey.take("approve")
    sheet = await journey.done(cto, "submitTimeSheet", week=this_week().isoformat(), minutes=60)
    assert (await journey.act(client, "closeEngagement"))["code"] == "step_not_possible"
    await journey.done(cto, "takeBackTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    assert (await journey.done(cto, "closeEngagement"))["status"] == "CLOSED"


async def test_the_title_stays_when_the_project_is_closed(sides: Sides):
    journey = await sides.at("active")
    await sides.client.mutate("closeProject", "... on Project { id }" + PROBLEMS, {"projectId": journey.project_id})
    assert (await journey.shown_to(sides.cto.person))["title"]
    closed = {"projectId": journey.project_id, "ctoId": str(sides.other_cto.id)}
    assert (await sides.client.mutate("shortlistCto", ENGAGEMENT, closed))["code"] == "project_has_ended"


async def test_lists_say_what_needs_whom(sides: Sides):
    client = await sides.market.join("client")
    journey = await begin(sides.market, client, sides.cto)
    await journey.advance("introduction")
    listed = "query($me: Boolean) { engagements(filter: { awaitingMe: $me }) { totalCount edges { node { id } } } }"

    async def ids(person, me: bool) -> list[str]:
        return [edge["node"]["id"] for edge in (await person.query(listed, me=me))["engagements"]["edges"]]

    assert (await ids(client, True), await ids(client, False)) == ([], [journey.id])
    assert journey.id in await ids(sides.cto.person, True)
    assert journey.id not in await ids(sides.admin, True)
    assert journey.id in await ids(sides.admin, False)
    by_project = "query($id: ID) { engagements(filter: { projectId: $id }) { totalCount } }"
    assert (await client.query(by_project, id=journey.project_id))["engagements"]["totalCount"] == 1
    assert (await client.query(by_project, id=await new_project(client)))["engagements"]["totalCount"] == 0
