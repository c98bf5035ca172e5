"""Two people acting at once: one winner, and one who is told what has changed."""

import asyncio

import pytest
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, new_project, terms

PAIRS = [
    ("proposal", "acceptTerms", {}, "cancelEngagement", {"reason": "Too slow."}),
    ("proposal", "proposeTerms", terms(rate=9000), "withdrawTerms", {}),
    ("introduction", "proposeTerms", terms(rate=9000), "proposeTerms", terms(rate=19000)),
    ("trial", "startEngagement", {}, "cancelEngagement", {"reason": "Too slow."}),
    ("active", "planMilestone", {"title": "Plan"}, "planMilestone", {"title": "Another plan"}),
    ("closed", "reviewEngagement", {"rating": 5, "body": "Good."}, "reviewEngagement", {"rating": 4, "body": "Fine."}),
]


@pytest.mark.parametrize(("status", "one", "its", "other", "others"), PAIRS)
async def test_of_two_at_once_one_wins(sides: Sides, status: str, one: str, its: dict, other: str, others: dict):
    journey = await sides.at(status)
    version = journey.last["version"]
    answers = await asyncio.gather(
        sides.client.mutate(one, ENGAGEMENT, {**journey.seen, **its}),
        sides.cto.person.mutate(other, ENGAGEMENT, {**journey.seen, **others}),
    )
    won = [each for each in answers if each["__typename"] == "Engagement"]
    lost = [each for each in answers if each["__typename"] == "Refusal"]
    assert (len(won), len(lost)) == (1, 1), answers
    assert won[0]["version"] == version + 1
    assert lost[0]["code"] == "engagement_changed_meanwhile"
    told = won[0]["history"][0]["text"]
    assert told in lost[0]["message"]
    assert "Test person" in lost[0]["message"] or "Ada Person" in lost[0]["message"]
    assert (await journey.shown_to(sides.client))["version"] == version + 1


async def test_of_many_at_once_one_wins(sides: Sides):
    journey = await sides.at("active")
    plans = [{**journey.seen, "title": f"Plan {number}"} for number in range(12)]
    people = [sides.client, sides.cto.person] * 6
    answers = await asyncio.gather(
        *(person.mutate("planMilestone", ENGAGEMENT, plan) for person, plan in zip(people, plans, strict=True))
    )
    assert [each["__typename"] for each in answers].count("Engagement") == 1
    assert {each.get("code") for each in answers} == {None, "engagement_changed_meanwhile"}
    assert len((await journey.shown_to(sides.client))["milestones"]) == 2


async def test_a_cto_is_put_on_a_shortlist_once(sides: Sides):
    value = {"projectId": await new_project(sides.client), "ctoId": str(sides.cto.id)}
    answers = await asyncio.gather(*(sides.client.mutate("shortlistCto", ENGAGEMENT, value) for _ in range(6)))
    assert [each["__typename"] for each in answers].count("Engagement") == 1
    assert {each.get("code") for each in answers} == {None, "already_shortlisted"}


async def test_an_old_version_is_refused_whatever_happened(sides: Sides):
    journey = await sides.at("active")
    old = {"engagementId": journey.id, "version": 2}
    refused = await sides.client.mutate("planMilestone", ENGAGEMENT, {**old, "title": "Plan"})
    assert "decided to go on after the trial" in refused["message"]
    future = {"engagementId": journey.id, "version": 99}
    refused = await sides.client.mutate("planMilestone", ENGAGEMENT, {**future, "title": "Plan"})
    assert refused["code"] == "engagement_changed_meanwhile"
