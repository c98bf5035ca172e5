"""The page that people start on, from the front."""

import re

import pytest
from tests.domains.calendar.offering import booked, offering
from tests.domains.engagements.journeys import begin, new_project, this_week
from tests.factories import Marketplace, sign_in

EARNINGS = (
    "{ earnings { currency total minutes hoursAmount milestones milestonesAmount openAmount weeks { minutes } } }"
)
RUNNING = """{ runningEngagements {
    agreedHours approvedMinutes weekMinutes overdue nextMilestone { title dueOn } engagement { id side status }
} }"""


async def dashboard(market: Marketplace, person) -> str:
    async with market.browser() as browser:
        await sign_in(browser, person)
        answer = await browser.get("/dashboard")
        assert answer.status_code == 200, answer.text
        return answer.text


async def test_somebody_new_is_led_to_their_first_step(market: Marketplace):
    shown = await dashboard(market, await market.join("client"))
    assert 'class="button primary" href="/projects/new"' in shown
    shown = await dashboard(market, await market.join("cto"))
    assert re.search(r'class="button small primary" href="/apply"', shown)


async def test_a_client_sees_what_waits_what_runs_and_what_is_ahead(market: Marketplace):
    cto, client = await offering(market), await market.join("client")
    journey = await (await begin(market, client, cto)).advance("active")
    await journey.done(client, "planMilestone", title="Split the orders out")
    week = this_week().isoformat()
    await journey.done(cto.person, "submitTimeSheet", week=week, minutes=90)
    await new_project(client, title="A draft of mine")
    await booked(client, cto)
    shown = await dashboard(market, client)
    assert "Look at the hours that were handed in." in shown
    assert len(re.findall(r'class="button small primary"', shown.split("<main")[1])) == 1
    assert "1.5 h" in shown
    assert "Split the orders out" in shown
    assert "A draft of mine" in shown
    assert "Berlin" in shown.split("Introductions ahead")[1]
    assert "UTC" in shown.split("Introductions ahead")[1]


async def test_a_cto_sees_earnings_capacity_and_the_next_best_step(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    journey = await (await begin(market, client, cto)).advance("active")
    week = this_week().isoformat()
    sheet = await journey.done(cto.person, "submitTimeSheet", week=week, minutes=120)
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    shown = await dashboard(market, cto.person)
    assert "€300" in shown
    assert "Nothing is paid here yet" in shown
    assert "% complete" in shown
    assert "Your week" in shown


async def test_whoever_is_both_sees_both_on_one_page(market: Marketplace):
    shown = await dashboard(market, await market.join("client", "cto"))
    assert 'href="/projects/new"' in shown
    assert "You have no profile yet" in shown


async def test_whoever_approves_profiles_too_is_told_how_many_wait(market: Marketplace):
    admin, cto = await market.join("client", "admin"), await market.listed_cto()
    await market.fetch("update ctos set status = 'in_review' where id = $1", cto.id)
    assert "1 profile waits for approval" in await dashboard(market, admin)


async def test_administrators_alone_and_visitors_are_led_elsewhere(market: Marketplace):
    async with market.browser() as browser:
        assert (await browser.get("/dashboard")).status_code == 401
        await sign_in(browser, await market.join("admin"))
        assert (await browser.get("/dashboard")).headers["location"] == "/admin/members"


async def test_running_work_counts_hours_of_this_week_and_names_what_is_due_first(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    journey = await (await begin(market, client, cto)).advance("active")
    await journey.done(client, "planMilestone", title="Later")
    await journey.done(client, "planMilestone", title="Sooner", dueOn=this_week().replace(year=2027).isoformat())
    week = this_week().isoformat()
    sheet = await journey.done(cto.person, "submitTimeSheet", week=week, minutes=60)
    for person, side in ((client, "CLIENT"), (cto.person, "CTO")):
        (running,) = (await person.query(RUNNING))["runningEngagements"]
        assert (running["weekMinutes"], running["approvedMinutes"], running["agreedHours"]) == (60, 0, 8)
        assert running["nextMilestone"]["title"] == "Sooner"
        assert running["engagement"]["side"] == side
        assert not running["overdue"]
    late = "update engagement_milestones set due_on = '2020-01-01' where title = 'Sooner'"
    await market.fetch_as("worker", late)
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    (running,) = (await client.query(RUNNING))["runningEngagements"]
    assert (running["approvedMinutes"], running["overdue"]) == (60, True)


@pytest.mark.parametrize("outsider", [("client",), ("cto",), ("client", "cto", "admin")])
async def test_nobody_elses_work_or_money_is_on_it(market: Marketplace, outsider):
    cto, client = await market.listed_cto(), await market.join("client")
    journey = await (await begin(market, client, cto)).advance("active")
    sheet = await journey.done(cto.person, "submitTimeSheet", week=this_week().isoformat(), minutes=60)
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    planned = await journey.done(client, "planMilestone", title="Split the orders out", amount=700)
    milestone = next(each["id"] for each in planned["milestones"] if each["amount"])
    await journey.done(cto.person, "submitMilestone", milestoneId=milestone, report="Done.")
    person = await market.join(*outsider)
    assert (await person.query(RUNNING))["runningEngagements"] == []
    if "cto" in outsider:
        assert (await person.query(EARNINGS))["earnings"] == []


async def test_what_one_owes_as_a_client_is_no_earning_of_one_s_own(market: Marketplace):
    cto, both = await market.listed_cto(), await market.join("client", "cto")
    journey = await (await begin(market, both, cto)).advance("active")
    await journey.done(cto.person, "submitTimeSheet", week=this_week().isoformat(), minutes=60)
    assert (await both.query(EARNINGS))["earnings"] == []
    assert (await cto.person.query(EARNINGS))["earnings"][0]["openAmount"] == 15_000


async def test_earnings_are_what_is_approved_by_currency(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    journey = await (await begin(market, client, cto)).advance("active")
    assert (await cto.person.query(EARNINGS))["earnings"] == []
    for title, amount in (("Large", 2_000_000_000), ("Larger", 2_000_000_000), ("Not yet", 700)):
        planned = await journey.done(client, "planMilestone", title=title, amount=amount)
        milestone = next(each["id"] for each in planned["milestones"] if each["title"] == title)
        await journey.done(cto.person, "submitMilestone", milestoneId=milestone, report="Done.")
        if title != "Not yet":
            await journey.done(client, "approveMilestone", milestoneId=milestone)
    sheet = await journey.done(cto.person, "submitTimeSheet", week=this_week().isoformat(), minutes=90)
    (earned,) = (await cto.person.query(EARNINGS))["earnings"]
    assert (earned["currency"], earned["openAmount"]) == ("EUR", 700 + 22_500)
    assert (earned["total"], earned["milestones"], earned["minutes"]) == (4_000_000_000, 2, 0)
    await journey.done(client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    (earned,) = (await cto.person.query(EARNINGS))["earnings"]
    assert (earned["hoursAmount"], earned["total"], earned["openAmount"]) == (22_500, 4_000_022_500, 700)
    assert [week["minutes"] for week in earned["weeks"]] == [0] * 7 + [90]
    assert "€40,000,225" in await dashboard(market, cto.person)
