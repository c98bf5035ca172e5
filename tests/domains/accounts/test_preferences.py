"""How people want pages."""

import re
from typing import Any

import httpx
import pytest
from tests.factories import PROBLEMS, Marketplace, Person, sign_in, submit

from ctorendang.domains.accounts.people.preferences import LOCALES

VIEWER = "... on Viewer { timeZone locale appearance startPage }" + PROBLEMS


@pytest.fixture
async def person(market: Marketplace) -> Person:
    return await market.join("client")


@pytest.fixture
async def browser(client: httpx.AsyncClient, person: Person) -> httpx.AsyncClient:
    await sign_in(client, person)
    return client


async def prefer(person: Person, **wanted: Any) -> dict[str, Any]:
    return await person.mutate("updatePreferences", VIEWER, wanted)


async def save(browser: httpx.AsyncClient, **wanted: str) -> httpx.Response:
    return await submit(browser, "/account/preferences", "/account/preferences", wanted)


async def test_the_form_saves_everything(browser, person):
    wanted = {"timeZone": "Asia/Tokyo", "locale": "de-CH", "appearance": "dark", "startPage": "directory"}
    assert (await save(browser, **wanted)).status_code == 303
    found = (await person.query("{ me { timeZone locale appearance startPage } }"))["me"]
    assert found == {"timeZone": "Asia/Tokyo", "locale": "de-CH", "appearance": "DARK", "startPage": "DIRECTORY"}
    page = (await browser.get("/account/preferences")).text
    assert 'value="Asia/Tokyo"' in page
    assert re.search(r'value="dark" checked', page)
    assert re.search(r'value="de-CH" selected', page)
    assert re.search(r'value="directory" selected', page)


async def test_an_empty_choice_returns_to_the_marketplaces_own(person):
    await prefer(person, timeZone="Asia/Tokyo", locale="de-CH")
    answer = await prefer(person, timeZone="", locale="")
    assert (answer["timeZone"], answer["locale"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("timeZone", "Berlin"), ("timeZone", "../etc/passwd"), ("locale", "tlh"), ("locale", "de_DE"), ("locale", "x\0")],
)
async def test_what_does_not_exist_is_refused(person, browser, field, value):
    answer = await prefer(person, **{field: value})
    assert [problem["field"] for problem in answer["fields"]] == [field]
    assert (await save(browser, **{field: value})).status_code == 422


@pytest.mark.parametrize(("field", "value"), [("appearance", "neon"), ("startPage", "https://evil.example")])
async def test_a_form_offers_only_what_there_is(browser, field, value):
    answer = await save(browser, **{field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_every_way_of_writing_that_the_page_offers_is_one(browser):
    page = (await browser.get("/account/preferences")).text
    offered = re.search(r'<select id="locale".*?</select>', page, re.DOTALL)
    assert offered is not None
    assert tuple(re.findall(r'value="([^"]+)"', offered[0])) == LOCALES


@pytest.mark.parametrize(("appearance", "attribute", "scheme"), [
    ("SYSTEM", None, "light dark"), ("LIGHT", "light", "light"), ("DARK", "dark", "dark"),
])  # fmt: skip
async def test_the_page_comes_in_the_mode_that_was_chosen(browser, person, appearance, attribute, scheme):
    """It stands in the markup, so that nothing flickers and no script is needed."""
    await prefer(person, appearance=appearance)
    page = (await browser.get("/ctos")).text
    found = re.search(r'<html[^>]*data-appearance="(\w+)"', page)
    assert (found[1] if found else None) == attribute
    assert f'<meta name="color-scheme" content="{scheme}">' in page


async def test_a_visitor_sees_what_their_device_says(client):
    assert "data-appearance" not in (await client.get("/ctos")).text


async def test_times_are_the_readers(browser, person, market):
    await prefer(person, timeZone="Pacific/Kiritimati")
    await market.fetch(
        "insert into audit_events (tenant_id, actor_id, action, subject_type, details, request_id, created_at)"
        " values ($1, $2, 'accounts.password.changed', 'user', '{}', '', '2026-03-01T11:30:00Z')",
        market.id,
        person.id,
    )
    page = (await browser.get("/account/activity")).text
    assert "March 2, 2026" in page
    assert ">01:30<" in page
    assert "Pacific/Kiritimati" in page


async def test_numbers_are_written_the_readers_way(browser, person, market):
    cto = await market.listed_cto(hourlyRate=999900)
    assert "€9,999" in (await browser.get(f"/ctos/{cto.id}")).text
    await prefer(person, locale="de-DE")
    assert "9.999" in (await browser.get(f"/ctos/{cto.id}")).text


@pytest.mark.parametrize(("roles", "start", "place"), [
    (("client",), "AUTOMATIC", "/dashboard"),
    (("client",), "DIRECTORY", "/ctos"),
    (("client",), "MEMBERS", "/dashboard"),  # no longer, or never, an administrator
    (("client", "admin"), "MEMBERS", "/admin/members"),
    (("cto", "client"), "PROFILE", "/account/profile"),
    (("admin",), "PROJECTS", "/projects"),
    (("admin", "cto"), "DASHBOARD", "/dashboard"),
    (("admin",), "DASHBOARD", "/admin/members"),  # who has no work of their own here
])  # fmt: skip
async def test_one_starts_where_one_wants_to(market, client, roles, start, place):
    person = await market.join(*roles)
    await prefer(person, startPage=start)
    page = await client.get("/login")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)[1]
    form = {"_csrf": token, "email": person.email, "password": "correct horse battery staple"}
    answer = await client.post("/login", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_where_one_wanted_to_go_comes_first(market, client, person):
    await prefer(person, startPage="DIRECTORY")
    page = await client.get("/login?next=/account")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)[1]
    form = {"_csrf": token, "email": person.email, "password": "correct horse battery staple", "next": "/account"}
    assert (await client.post("/login", data=form)).headers["location"] == "/account"
