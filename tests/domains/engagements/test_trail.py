"""Each step that is taken leaves one audit event and one event of the outbox, and is taken back where that is sane."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from tests.domains.calendar.offering import free_starts, offering
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import Journey, begin, terms, this_week
from tests.domains.engagements.test_time_and_sight import let_pass
from tests.factories import PROBLEMS

from ctorendang.domains.engagements.transitions import BY_ACTION, TRANSITIONS, Action

WEEK = {"week": this_week().isoformat(), "minutes": 60}
TEXTS: dict[str, dict[str, Any]] = {
    "introduceCto": {"message": "Hello."},
    "proposeTerms": terms(),
    "planMilestone": {"title": "A plan"},
    "submitTimeSheet": WEEK,
    "disputeTimeSheet": {"reason": "Why?"},
    "declineTerms": {"reason": "No."},
    "returnMilestone": {"reason": "More."},
    "submitMilestone": {"report": "Done."},
    "reviewEngagement": {"rating": 5, "body": "Good."},
    "cancelEngagement": {"reason": "Over."},
}


async def step(journey: Journey, who: str, mutation: str) -> None:
    """Take it, with the first part that it can be about."""
    person = journey.client if who == "client" else journey.cto.person
    parts = {"Milestone": ("milestones", "milestoneId"), "TimeSheet": ("timeSheets", "timeSheetId")}
    about = {
        key: journey.last[listed][0]["id"]
        for name, (listed, key) in parts.items()
        if mutation.endswith(name) and mutation not in ("planMilestone", "submitTimeSheet")
    }
    await journey.done(person, mutation, **TEXTS.get(mutation, {}), **about)


async def walk(journey: Journey, steps: str) -> None:
    """Take steps written as ``client:startEngagement``."""
    for each in steps.split():
        await step(journey, *each.split(":"))


COURSE = """client:removeFromShortlist client:restoreToShortlist client:introduceCto client:withdrawIntroduction
    client:introduceCto cto:proposeTerms cto:withdrawTerms cto:proposeTerms client:declineTerms cto:proposeTerms
    client:proposeTerms cto:acceptTerms"""
WORK = """client:startEngagement cto:submitTimeSheet cto:takeBackTimeSheet cto:submitTimeSheet client:disputeTimeSheet
    client:approveTimeSheet client:planMilestone client:removeMilestone client:planMilestone cto:submitMilestone
    cto:takeBackMilestone cto:submitMilestone client:returnMilestone cto:submitMilestone client:approveMilestone"""


async def test_every_step_leaves_one_audit_event_and_one_event(sides: Sides):
    market, client = sides.market, await sides.market.join("client")
    cto = await offering(market)
    journey = await begin(market, client, cto)
    await walk(journey, COURSE)
    overdue = "update engagements set trial_ends_at = now() - interval '1 second' where status = 'trial'"
    await let_pass(market, "engagement.trial_due", overdue)
    await journey.shown_to(client)
    await walk(journey, WORK)
    await journey.take("hand over", "approve", "close")
    await walk(journey, "client:reviewEngagement cto:reviewEngagement")
    await market.work_off()
    other = await (await begin(market, client, cto)).advance("proposal")
    late = "update engagement_terms set expires_at = now() - interval '1 second' where status = 'open'"
    await let_pass(market, "engagement.terms_due", late)
    booking = {"ctoId": str(cto.id), "startsAt": (await free_starts(client, cto))[0], "projectId": other.project_id}
    await client.mutate("bookIntroduction", "... on Booking { id }" + PROBLEMS, booking)
    await other.shown_to(client)
    await walk(other, "client:cancelEngagement")

    ids = [UUID(journey.id), UUID(other.id)]
    rows = await market.fetch_as(
        "worker", "select action, version from engagement_steps where engagement_id = any($1)", ids
    )
    taken = Counter(row["action"] for row in rows)
    assert set(taken) == set(Action), "the course takes every step that there is"
    audited = await market.fetch_as(
        "admin",
        "select action, details from audit_events where subject_type = 'engagement' and subject_id = any($1)",
        ids,
    )
    told = await market.fetch(
        "select handler from outbox where payload->>'engagement_id' = any($1) and payload ? 'action'"
        " and handler like 'engagements.tell_%'",
        [str(each) for each in ids],
    )
    past = {each.action: each.past for each in TRANSITIONS}
    steps = Counter({past[Action(action)]: count for action, count in taken.items()})
    assert Counter(row["action"].removeprefix("engagements.engagement.") for row in audited) == steps
    assert Counter(row["handler"].removeprefix("engagements.tell_") for row in told) == steps


# What undoes a step, by the mutation that takes it: where from, who does both, and with which mutation.
UNDONE = {
    Action.REMOVE: ("shortlist", "client:removeFromShortlist", "client:restoreToShortlist"),
    Action.RESTORE: ("shortlist", "client:removeFromShortlist client:restoreToShortlist", "client:removeFromShortlist"),
    Action.INTRODUCE: ("shortlist", "client:introduceCto", "client:withdrawIntroduction"),
    Action.WITHDRAW_INTRODUCTION: ("introduction", "client:withdrawIntroduction", "client:introduceCto"),
    Action.PROPOSE: ("introduction", "client:proposeTerms", "client:withdrawTerms"),
    Action.COUNTER: ("proposal", "client:proposeTerms", "client:withdrawTerms"),
    Action.PLAN_MILESTONE: ("active", "cto:planMilestone", "cto:removeMilestone"),
    Action.SUBMIT_MILESTONE: ("active", "cto:planMilestone cto:submitMilestone", "cto:takeBackMilestone"),
    Action.TAKE_BACK_MILESTONE: (
        "active", "cto:planMilestone cto:submitMilestone cto:takeBackMilestone", "cto:submitMilestone"
    ),
    Action.SUBMIT_TIME_SHEET: ("active", "cto:submitTimeSheet", "cto:takeBackTimeSheet"),
    Action.TAKE_BACK_TIME_SHEET: ("active", "cto:submitTimeSheet cto:takeBackTimeSheet", "cto:submitTimeSheet"),
    Action.DISPUTE_TIME_SHEET: ("active", "cto:submitTimeSheet client:disputeTimeSheet", "client:approveTimeSheet"),
}  # fmt: skip


def test_every_step_that_can_be_taken_back_is_tried():
    assert {each.action for each in TRANSITIONS if each.undo} == {*UNDONE, Action.SHORTLIST}


@pytest.mark.parametrize("action", [*UNDONE, Action.SHORTLIST])
async def test_what_can_be_taken_back_is(sides: Sides, action: Action):
    where, steps, back = UNDONE.get(action, ("shortlist", "", "client:removeFromShortlist"))
    journey = await sides.at(where)
    await walk(journey, steps)
    assert journey.last["history"][0]["action"] == action.name
    await walk(journey, back)
    assert journey.last["history"][0]["action"] == BY_ACTION[action].undo.name
    expected = {Action.COUNTER: "INTRODUCTION", Action.SHORTLIST: "CANCELLED", Action.RESTORE: "CANCELLED"}
    wanted = expected.get(action, where.upper())
    assert journey.last["status"] == wanted
