"""What keys for programs may do about engagements and calendars, and what they may not."""

from typing import Any

import pytest
from tests.domains.accounts.holding_keys import code, key_of
from tests.domains.calendar.offering import BOOKING, CALENDAR, free_starts, offering, week
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, begin, new_project, terms
from tests.factories import PROBLEMS, ListedCto

READS = {
    "READ_ENGAGEMENTS": "{ engagements { edges { node { id client { name } } } } engagementLimits { trialDays } }",
    "READ_CALENDAR": "{ myBookings { edges { node { id cto { name } } } } }",
}
WRITES = {"READ_ENGAGEMENTS": "MANAGE_ENGAGEMENTS", "READ_CALENDAR": "MANAGE_CALENDAR"}


@pytest.fixture(scope="module")
async def cto(sides: Sides) -> ListedCto:
    return await offering(sides.market)


@pytest.mark.parametrize("scope", READS)
@pytest.mark.parametrize("side", ["client", "cto"])
async def test_reading_takes_the_scope_for_it(sides: Sides, cto: ListedCto, scope: str, side: str):
    person = sides.client if side == "client" else cto.person
    others = [each for each in READS if each != scope]
    for able in (scope, WRITES[scope]):
        assert "errors" not in await sides.market.graphql(READS[scope], await key_of(person, able))
    without = await key_of(person, "READ_PROJECTS", "READ_DIRECTORY", *others, *(WRITES[each] for each in others))
    assert code(await sides.market.graphql(READS[scope], without)) == "forbidden"


async def test_acting_takes_the_scope_for_it(sides: Sides, cto: ListedCto):
    client, market = sides.client, sides.market
    journey = await (await begin(market, client, cto)).advance("introduction")
    for scopes, wanted in (
        (["READ_ENGAGEMENTS", "MANAGE_PROJECTS", "MANAGE_CALENDAR"], "Refusal"),
        (["MANAGE_ENGAGEMENTS"], "Engagement"),
    ):
        key = await key_of(client, *scopes)
        proposed = await market.mutate("proposeTerms", ENGAGEMENT, {**journey.seen, **terms()}, key)
        assert proposed["__typename"] == wanted, proposed
    shortlist = {"projectId": await new_project(client), "ctoId": str(cto.id)}
    for scope, wanted in (("MANAGE_PROJECTS", "Refusal"), ("MANAGE_ENGAGEMENTS", "Engagement")):
        answer = await market.mutate("shortlistCto", ENGAGEMENT, shortlist, await key_of(client, scope))
        assert answer["__typename"] == wanted


async def test_calendars_are_kept_with_the_scope_for_it(sides: Sides, cto: ListedCto):
    market = sides.market
    for scopes, wanted in ((["READ_CALENDAR", "MANAGE_PROFILE"], "Refusal"), (["MANAGE_CALENDAR"], "MyCalendar")):
        saved = await market.mutate("saveCalendar", CALENDAR, week(), await key_of(cto.person, *scopes))
        assert saved["__typename"] == wanted
    value: dict[str, Any] = {"ctoId": str(cto.id), "startsAt": (await free_starts(sides.client, cto))[2]}
    talking = await (await begin(market, sides.client, cto)).advance("introduction")
    about = {**value, "projectId": talking.project_id}
    booked = {"cancelled": None}
    for scopes, wish, wanted in (
        (["READ_CALENDAR", "MANAGE_ENGAGEMENTS"], value, "Refusal"),
        (["MANAGE_CALENDAR", "READ_ENGAGEMENTS"], about, "Refusal"),
        (["MANAGE_CALENDAR", "MANAGE_ENGAGEMENTS"], about, "Booking"),
    ):
        booked = await market.mutate("bookIntroduction", BOOKING, wish, await key_of(sides.client, *scopes))
        assert booked["__typename"] == wanted, booked
    cancel = {"bookingId": booked["id"], "reason": "Ill"}
    for scope, wanted in (("READ_CALENDAR", "Refusal"), ("MANAGE_CALENDAR", "Booking")):
        answer = await market.mutate("cancelBooking", BOOKING, cancel, await key_of(sides.client, scope))
        assert answer["__typename"] == wanted


async def test_no_key_reaches_secret_addresses_or_the_tenants_limits(sides: Sides):
    scopes = ["MANAGE_CALENDAR", "MANAGE_ENGAGEMENTS"]
    key = await key_of(sides.client, *scopes)
    rotated = await sides.market.mutate(
        "rotateCalendarFeed", "... on CreatedCalendarFeed { path }" + PROBLEMS, None, key
    )
    assert rotated["code"] == "forbidden"
    limits = {"trialDays": 1, "trialHours": 1, "termsDays": 1}
    admin_key = await key_of(sides.admin, "MANAGE_ENGAGEMENTS")
    selection = "... on EngagementLimits { trialDays }" + PROBLEMS
    assert (await sides.market.mutate("updateEngagementLimits", selection, limits, admin_key))["code"] == "forbidden"
    assert code(await sides.market.graphql("{ myCalendarFeed { createdAt } }", key)) == "forbidden"
