"""Who may do what about engagements: the two sides their own, an administrator looks on and may end them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.domains.engagements.journeys import Journey, begin, new_project, terms, this_week
from tests.factories import PROBLEMS
from tests.isolation.matrix import (
    A_CTO,
    ADMIN,
    OTHER_CLIENT,
    OWNER,
    SIGNED_IN,
    Cast,
    Operation,
    a_listed_profile,
    fresh,
)

SIDES = OWNER | A_CTO
ENGAGEMENT = "... on Engagement { id status }" + PROBLEMS


async def journey_at(cast: Cast, status: str) -> Journey:
    await a_listed_profile(cast)
    # Whatever others have bought: a week has only so many hours.
    await cast.market.fetch_as("worker", "delete from calendar_commitments")
    cto = replace(cast.cto, person=await fresh(cast.cto.person))
    return await (await begin(cast.market, await fresh(cast.client), cto)).advance(status)


def at(status: str, **value: Any) -> Callable[[Cast], Awaitable[dict[str, Any]]]:
    """An engagement that stands there, as both sides see it, and what else the mutation takes."""

    async def prepare(cast: Cast) -> dict[str, Any]:
        return {**(await journey_at(cast, status)).seen, **value}

    return prepare


def with_milestone(*mutations: str, **value: Any) -> Callable[[Cast], Awaitable[dict[str, Any]]]:
    """A milestone of an active engagement after these mutations of the CTO's."""

    async def prepare(cast: Cast) -> dict[str, Any]:
        journey = await journey_at(cast, "active")
        planned = await journey.done(journey.client, "planMilestone", title="Split the orders out")
        milestone = planned["milestones"][0]["id"]
        for mutation in mutations:
            await journey.done(journey.cto.person, mutation, milestoneId=milestone, report="Done.")
        return {**journey.seen, "milestoneId": milestone, **value}

    return prepare


def with_time_sheet(**value: Any) -> Callable[[Cast], Awaitable[dict[str, Any]]]:
    """A time sheet that is handed in."""

    async def prepare(cast: Cast) -> dict[str, Any]:
        journey = await journey_at(cast, "active")
        week = this_week().isoformat()
        sheet = await journey.done(journey.cto.person, "submitTimeSheet", week=week, minutes=60)
        return {**journey.seen, "timeSheetId": sheet["timeSheets"][0]["id"], **value}

    return prepare


async def a_project_and_a_cto(cast: Cast) -> dict[str, Any]:
    await a_listed_profile(cast)
    return {"projectId": await new_project(await fresh(cast.client)), "ctoId": str(cast.cto.id)}


async def a_removed_cto(cast: Cast) -> dict[str, Any]:
    journey = await journey_at(cast, "shortlist")
    await journey.done(journey.client, "removeFromShortlist")
    return journey.seen


async def handed_over(cast: Cast) -> dict[str, Any]:
    journey = await journey_at(cast, "active")
    await journey.take("hand over", "approve")
    return journey.seen


async def the_engagement(cast: Cast) -> dict[str, Any]:
    return {"id": (await journey_at(cast, "active")).id}


async def an_engagement(cast: Cast) -> dict[str, Any]:
    await journey_at(cast, "introduction")
    return {}


async def other_limits(_: Cast) -> dict[str, Any]:
    return {"trialDays": 14, "trialHours": uuid4().int % 190 + 10, "termsDays": 14}


QUERIES = [
    Operation("engagement", "engagement(id: $id) { id status }", SIDES | ADMIN, OTHER_CLIENT, the_engagement),
    Operation(
        "engagements", "engagements { totalCount edges { node { id } } }", SIDES | ADMIN, OTHER_CLIENT, an_engagement
    ),
    Operation("engagementLimits", "engagementLimits { trialDays }", SIGNED_IN),
]
REASON = {"reason": "Our plans have changed."}
WEEK = {"week": this_week().isoformat(), "minutes": 60}
PREPARED = [
    ("shortlistCto", OWNER, a_project_and_a_cto),
    ("removeFromShortlist", OWNER, at("shortlist")),
    ("restoreToShortlist", OWNER, a_removed_cto),
    ("introduceCto", OWNER, at("shortlist", message="We would like to talk to you.")),
    ("withdrawIntroduction", OWNER, at("introduction")),
    ("proposeTerms", SIDES, at("introduction", **terms())),
    ("withdrawTerms", A_CTO, at("proposal")),
    ("declineTerms", OWNER, at("proposal", **REASON)),
    ("acceptTerms", OWNER, at("proposal")),
    ("startEngagement", OWNER, at("trial")),
    ("planMilestone", SIDES, at("active", title="Split the orders out")),
    ("removeMilestone", SIDES, with_milestone()),
    ("approveMilestone", OWNER, with_milestone("submitMilestone")),
    ("returnMilestone", OWNER, with_milestone("submitMilestone", **REASON)),
    ("approveTimeSheet", OWNER, with_time_sheet()),
    ("disputeTimeSheet", OWNER, with_time_sheet(**REASON)),
    ("closeEngagement", SIDES, handed_over),
    ("cancelEngagement", SIDES | ADMIN, at("active", **REASON)),
    ("reviewEngagement", SIDES, at("closed", rating=5, body="Calm and clear.")),
]
# Steps that only CTOs have: a client's role does not allow them whosever engagement it is.
DELIVERED = [
    ("submitMilestone", with_milestone(report="Done.")),
    ("takeBackMilestone", with_milestone("submitMilestone")),
    ("submitTimeSheet", at("active", **WEEK)),
    ("takeBackTimeSheet", with_time_sheet()),
]
MUTATIONS = [
    *(Operation(root, ENGAGEMENT, allowed, OTHER_CLIENT, prepare) for root, allowed, prepare in PREPARED),
    *(Operation(root, ENGAGEMENT, A_CTO, prepare=prepare) for root, prepare in DELIVERED),
    Operation(
        "updateEngagementLimits",
        "... on EngagementLimits { trialDays }" + PROBLEMS,
        ADMIN,
        prepare=other_limits,
    ),
]
