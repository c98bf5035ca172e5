"""Nobody sells more hours of a week than a CTO offers, however many clients there are."""

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.calendar.offering import CALENDAR, offering, week
from tests.domains.engagements.journeys import ENGAGEMENT, Journey, begin, terms
from tests.factories import ListedCto, Marketplace, Person, form_token, sign_in

from ctorendang.domains.calendar.capacity import most_sold
from ctorendang.domains.calendar.models import Commitment
from ctorendang.kit.clock import now

WEEK = 16
"""Hours that the CTO of these tests offers."""


@pytest.fixture
async def cto(market: Marketplace) -> ListedCto:
    return await offering(market, weeklyHours=WEEK)


async def proposed(market: Marketplace, cto: ListedCto, by: str, **said: object) -> Journey:
    """Terms of one side to a new client, whom the CTO talks to."""
    client = await market.join("client")
    journey = await (await begin(market, client, cto)).advance("introduction")
    await journey.done(cto.person if by == "cto" else client, "proposeTerms", **terms(**said))
    return journey


async def sold_already(market: Marketplace, cto: ListedCto, **said: object) -> Journey:
    """An engagement on a trial."""
    journey = await proposed(market, cto, "cto", **said)
    await journey.done(journey.client, "acceptTerms")
    return journey


async def availability(market: Marketplace, cto: ListedCto) -> int:
    return (await market.fetch("select availability from ctos where id = $1", cto.id))[0]["availability"]


@pytest.mark.parametrize("by", ["client", "cto"])
async def test_of_clients_at_once_one_gets_the_hours(market: Marketplace, cto: ListedCto, by: str):
    journeys = [await proposed(market, cto, by, hoursPerWeek=10) for _ in range(4)]

    def accepting(journey: Journey) -> Person:
        return journey.client if by == "cto" else cto.person

    answers = await asyncio.gather(
        *(accepting(journey).mutate("acceptTerms", ENGAGEMENT, journey.seen) for journey in journeys)
    )
    assert sorted(each["__typename"] for each in answers) == ["Engagement", *["Refusal"] * 3], answers
    refused, lost = next(pair for pair in zip(answers, journeys, strict=True) if pair[0]["__typename"] == "Refusal")
    assert refused["code"] == "hours_not_left"
    assert "the CTO has 6 h a week left" in refused["message"]
    shown = await lost.shown_to(lost.client)
    assert shown is not None
    assert (shown["status"], shown["terms"][0]["status"]) == ("PROPOSAL", "OPEN"), "nothing is half-written"
    await lost.done(accepting(lost), "proposeTerms", **terms(hoursPerWeek=6))
    await lost.done(lost.client if by == "client" else cto.person, "acceptTerms")
    sold = await market.fetch("select sum(hours_per_week) as hours from calendar_commitments")
    assert sold[0]["hours"] == WEEK


async def test_a_cto_who_offers_more_hours_can_accept(market: Marketplace, cto: ListedCto):
    journey = await proposed(market, cto, "client", hoursPerWeek=WEEK + 4)
    assert (await journey.act(cto.person, "acceptTerms"))["code"] == "hours_not_left"
    saved = await cto.person.mutate("saveCalendar", CALENDAR, week(weeklyHours=WEEK + 4))
    assert saved["__typename"] == "MyCalendar", saved
    await journey.done(cto.person, "acceptTerms")


async def test_the_page_says_how_many_hours_are_left(market: Marketplace, cto: ListedCto):
    journey = await proposed(market, cto, "client", hoursPerWeek=WEEK + 4)
    page = f"/engagements/{journey.id}"
    async with market.browser() as browser:
        await sign_in(browser, cto.person)
        sent = {"_csrf": form_token((await browser.get(page)).text), "version": str(journey.last["version"])}
        refused = await browser.post(f"{page}/accept-terms", data=sent)
        assert refused.status_code == 409
        assert "the CTO has 16 h a week left at that time" in refused.text
        said = {**sent, **terms(hoursPerWeek=WEEK + 1), "rate": "150"}
        refused = await browser.post(f"{page}/propose", data={name: str(value) for name, value in said.items()})
        assert refused.status_code == 422
        assert 'id="hoursPerWeek-error"' in refused.text
        assert "You have 16 h a week left" in refused.text


async def test_hours_that_were_just_typed_into_the_profile_count(market: Marketplace, cto: ListedCto):
    await sold_already(market, cto, hoursPerWeek=10, startsOn=now().date().isoformat())
    assert await availability(market, cto) == 6
    journey = await proposed(market, cto, "client", hoursPerWeek=8)
    await market.fetch("update ctos set availability = 8 where id = $1", cto.id)
    await journey.done(cto.person, "acceptTerms")
    assert await availability(market, cto) == 8, "the second begins in a week"


async def test_a_cto_proposes_no_more_than_is_left_and_a_client_may_ask(market: Marketplace, cto: ListedCto):
    await sold_already(market, cto, hoursPerWeek=10)
    journey = await proposed(market, cto, "client", hoursPerWeek=7)
    refused = await journey.act(cto.person, "proposeTerms", **terms(hoursPerWeek=7))
    assert refused["fields"] == [
        {
            "field": "hoursPerWeek",
            "message": "You have 6 h a week left at that time. Propose no more, or offer more in your calendar first.",
        }
    ]
    await journey.done(cto.person, "proposeTerms", **terms(hoursPerWeek=6))


async def test_hours_are_free_again_when_others_end(market: Marketplace, cto: ListedCto):
    first = await sold_already(market, cto, hoursPerWeek=WEEK, weeks=4)
    ends = now().date() + timedelta(days=7, weeks=4)
    overlapping = await proposed(market, cto, "client", hoursPerWeek=1, startsOn=(ends - timedelta(1)).isoformat())
    assert (await overlapping.act(cto.person, "acceptTerms"))["code"] == "hours_not_left"
    after = await proposed(market, cto, "client", hoursPerWeek=WEEK, startsOn=ends.isoformat())
    await after.done(cto.person, "acceptTerms")
    await first.done(first.client, "cancelEngagement", reason="Our plans have changed.")
    await overlapping.done(cto.person, "proposeTerms", **terms(hoursPerWeek=WEEK, weeks=4))


DAYS = st.integers(0, 20).map(lambda day: date(2026, 6, 1) + timedelta(day))
PERIODS = st.tuples(DAYS, DAYS).map(sorted)
SOLD = st.lists(
    st.builds(
        lambda period, hours, open_end: Commitment(
            starts_on=period[0], ends_on=None if open_end else period[1], hours_per_week=hours
        ),
        PERIODS,
        st.integers(1, 60),
        st.booleans(),
    ),
    max_size=8,
)


@given(SOLD, PERIODS)
def test_the_fullest_day_is_the_fullest_of_all_days(sold: list[Commitment], period: list[date]):
    first, last = period
    by_day = [
        sum(each.hours_per_week for each in sold if each.starts_on <= day and (not each.ends_on or day <= each.ends_on))
        for day in (first + timedelta(after) for after in range((last - first).days + 1))
    ]
    assert most_sold(sold, first, last) == max(by_day)
