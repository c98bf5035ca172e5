"""Engagements through the browser's front door, without a script."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import Journey, new_project, terms, this_week
from tests.factories import form_token, sign_in, submit


@pytest.fixture(scope="module")
async def client(sides: Sides) -> AsyncIterator[httpx.AsyncClient]:
    async with sides.market.browser() as browser:
        await sign_in(browser, sides.client)
        yield browser


@pytest.fixture(scope="module")
async def cto(sides: Sides) -> AsyncIterator[httpx.AsyncClient]:
    async with sides.market.browser() as browser:
        await sign_in(browser, sides.cto.person)
        yield browser


async def press(browser: httpx.AsyncClient, journey: Journey, step: str, **fields: str) -> httpx.Response:
    """Send a form of the engagement's page, as the page shows it now."""
    page = f"/engagements/{journey.id}"
    shown = await browser.get(page)
    assert shown.status_code == 200, shown.text
    assert f'action="{page}/{step}"' in shown.text, f"the page has no form for {step}"
    version = shown.text.split('name="version" value="')[1].split('"')[0]
    return await browser.post(f"{page}/{step}", data={"_csrf": form_token(shown.text), "version": version, **fields})


async def filled(browser: httpx.AsyncClient, journey: Journey) -> int:
    """How many filled buttons the page's own part has."""
    main = (await browser.get(f"/engagements/{journey.id}")).text.split('class="workspace"')[1]
    return main.split("<footer")[0].count("button primary")


def whole_course(
    client: httpx.AsyncClient, cto: httpx.AsyncClient
) -> list[tuple[httpx.AsyncClient, str, dict[str, str]]]:
    """Who presses what, from the shortlist to both reviews."""
    said = {key: str(value) for key, value in terms(rate=None).items()} | {"rate": "150"}
    week = {"week": "", "hours": "7.5"}  # this week
    return [
        (client, "remove", {}),
        (client, "restore", {}),
        (client, "introduce", {"message": "We would like to talk to you."}),
        (cto, "propose", said),
        (client, "propose", {**said, "rate": "140.50"}),
        (cto, "accept-terms", {}),
        (cto, "submit-time-sheet", week),
        (client, "approve-time-sheet", {}),
        (client, "start", {}),
        (client, "plan-milestone", {"title": "A plan", "amount": "4000"}),
        (cto, "submit-milestone", {"report": "In the wiki."}),
        (client, "return-milestone", {"reason": "The rollback is missing."}),
        (cto, "submit-milestone", {"report": "In the wiki, with a rollback."}),
        (client, "approve-milestone", {}),
        (cto, "submit-milestone", {"report": "Everything is in the wiki."}),
        (client, "approve-milestone", {}),
        (client, "close", {}),
        (client, "review", {"rating": "5", "body": "Calm and clear."}),
        (cto, "review", {"rating": "4", "body": "Clear goals."}),
    ]


async def test_a_whole_course_by_pages(sides: Sides, client: httpx.AsyncClient, cto: httpx.AsyncClient):
    project = await new_project(sides.client, title="Split the orders out")
    chosen = await client.get(f"/engagements/new?cto={sides.cto.id}")
    assert project in chosen.text
    data = {"_csrf": form_token(chosen.text), "projectId": project, "ctoId": str(sides.cto.id)}
    made = await client.post("/engagements", data=data)
    journey = Journey(sides.market, sides.client, sides.cto, project, {"id": made.headers["location"].split("/")[-1]})
    assert (await cto.get(f"/engagements/{journey.id}")).status_code == 404
    for browser, step, fields in whole_course(client, cto):
        assert await filled(browser, journey) == 1, step
        now = await journey.shown_to(sides.client)
        wanted = {"approve-time-sheet": "timeSheets"}.get(step, "milestones" if "milestone" in step else "")
        if wanted == "timeSheets":
            fields = {"timeSheetId": now["timeSheets"][0]["id"]}
        elif wanted and step != "plan-milestone":
            open_ones = [each for each in now["milestones"] if each["status"] != "APPROVED"]
            fields = {**fields, "milestoneId": open_ones[0]["id"]}
        answer = await press(browser, journey, step, **fields)
        assert answer.status_code == 303, (step, answer.text)
    shown = await journey.shown_to(sides.client)
    assert (shown["status"], shown["timeSheets"][0]["amount"]) == ("CLOSED", 14050 * 450 // 60)
    assert shown["timeSheets"][0]["week"] == this_week().isoformat()


async def test_what_was_typed_is_kept_when_it_is_refused(sides: Sides, cto: httpx.AsyncClient):
    journey = await sides.at("introduction")
    said = {"rate": "abc", "currency": "EUR", "hoursPerWeek": "-3", "startsOn": "", "weeks": "12", "noticeDays": "14"}
    answer = await press(cto, journey, "propose", **said)
    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert "Use an amount such as 180" in answer.text
    active = await sides.at("active")
    week = this_week().isoformat()
    answer = await press(cto, active, "submit-time-sheet", week=week, hours="-2")
    assert answer.status_code == 422
    assert 'id="hours-error"' in answer.text


async def test_whoever_comes_second_reads_what_has_changed(
    sides: Sides, client: httpx.AsyncClient, cto: httpx.AsyncClient
):
    journey = await sides.at("active")
    page = await client.get(f"/engagements/{journey.id}")
    old = page.text.split('name="version" value="')[1].split('"')[0]
    await press(cto, journey, "plan-milestone", title="Mine first")
    data = {"_csrf": form_token(page.text), "version": old, "title": "Mine second"}
    answer = await client.post(f"/engagements/{journey.id}/plan-milestone", data=data)
    assert answer.status_code == 409
    assert "planned a milestone" in answer.text
    assert 'value="Mine second"' in answer.text


async def test_an_undo_stands_on_the_page(sides: Sides, client: httpx.AsyncClient, cto: httpx.AsyncClient):
    journey = await sides.at("introduction")
    undo = f'action="/engagements/{journey.id}/withdraw-introduction"'
    assert undo in (await client.get(f"/engagements/{journey.id}")).text
    assert undo not in (await cto.get(f"/engagements/{journey.id}")).text


async def test_lists_and_empty_states(sides: Sides, client: httpx.AsyncClient, cto: httpx.AsyncClient):
    journey = await sides.at("introduction")
    assert f"/engagements/{journey.id}" in (await cto.get("/engagements")).text.split("Everything else")[0]
    person = await sides.market.join("client")
    async with sides.market.browser() as browser:
        await sign_in(browser, person)
        assert 'href="/projects"' in (await browser.get("/engagements")).text
        assert "A project first" in (await browser.get(f"/engagements/new?cto={sides.cto.id}")).text
        assert (await browser.get(f"/engagements/{journey.id}")).status_code == 404
    async with sides.market.browser() as visitor:
        assert (await visitor.get("/engagements")).status_code == 401


async def test_addresses_of_nothing(sides: Sides, client: httpx.AsyncClient):
    journey = await sides.at("shortlist")
    token = form_token((await client.get(f"/engagements/{journey.id}")).text)
    answer = await client.post(f"/engagements/{journey.id}/explode", data={"_csrf": token, "version": "1"})
    assert answer.status_code == 404
    answer = await client.post(f"/engagements/{uuid4()}/remove", data={"_csrf": token, "version": "1"})
    assert answer.status_code == 404
    answer = await client.post(f"/engagements/{journey.id}/remove", data={"_csrf": token})
    assert answer.status_code == 422
    for address in ("/engagements/new", "/engagements/new?cto=x", f"/engagements/new?cto={uuid4()}"):
        assert (await client.get(address)).status_code == 404


async def test_a_cto_is_shortlisted_from_a_profile_and_from_a_match(sides: Sides, client: httpx.AsyncClient):
    assert f"/engagements/new?cto={sides.cto.id}" in (await client.get(f"/ctos/{sides.cto.id}")).text


async def test_an_administrator_sets_the_limits(sides: Sides, client: httpx.AsyncClient):
    async with sides.market.browser() as browser:
        await sign_in(browser, sides.admin)
        usual = {"trialDays": "14", "trialHours": "20", "termsDays": "14"}
        refused = await submit(browser, "/admin/engagements", "/admin/engagements", {**usual, "trialDays": "0"})
        assert refused.status_code == 422
        assert "Use a number from 1 to 90." in refused.text
        saved = await submit(browser, "/admin/engagements", "/admin/engagements", {**usual, "termsDays": "7"})
        assert saved.status_code == 303
        assert 'value="7"' in (await browser.get("/admin/engagements")).text
        await submit(browser, "/admin/engagements", "/admin/engagements", usual)
    assert (await client.get("/admin/engagements")).status_code == 403
