"""The wizard saves by itself, tells apart who was faster, and loses nothing on the way back."""

import httpx
import pytest
from tests.factories import Marketplace, Person, form_token, sign_in, submit

ABOUT = {"title": "Move to Kubernetes", "description": "Lead us.", "goals": "It runs.", "deliverables": ["A plan", ""]}


@pytest.fixture
async def owner(market: Marketplace, client: httpx.AsyncClient) -> Person:
    owner = await market.join("client")
    await sign_in(client, owner)
    return owner


@pytest.fixture
async def begun(client: httpx.AsyncClient, owner: Person) -> str:
    """The wizard's address of a project whose first step is done."""
    answer = await submit(client, "/projects/new", "/projects", ABOUT)
    return answer.headers["location"].partition("?")[0]


async def autosave(client: httpx.AsyncClient, page: str, fields: dict) -> httpx.Response:
    token = form_token((await client.get(page)).text)
    action = "/projects" if page == "/projects/new" else page
    return await client.post(action, data={"_csrf": token, "go": "autosave", **fields})


async def test_the_first_words_already_become_a_draft(market: Marketplace, client, owner):
    answer = await autosave(client, "/projects/new", {"title": "", "description": "Our monolith hurts."})
    assert answer.status_code in {200, 201}
    told = answer.json()
    (row,) = await market.fetch("select id, title, description, status from projects")
    assert tuple(row)[1:] == ("Untitled project", "Our monolith hurts.", "draft")
    assert told == {"version": 1, "place": f"/projects/{row['id']}/edit?step=about", "title": "Untitled project"}
    again = await autosave(client, told["place"], {"title": "Split it", "description": "", "version": "1"})
    assert again.json()["version"] == 2
    (row,) = await market.fetch("select title, description from projects")
    assert tuple(row) == ("Split it", "")


async def test_what_is_not_described_is_not_published(market: Marketplace, client, owner):
    told = (await autosave(client, "/projects/new", {"title": "Split it", "description": ""})).json()
    edit = told["place"].partition("?")[0]
    review = (await client.get(f"{edit}?step=review")).text
    assert "Describe it first" in review
    await submit(client, f"{edit}?step=terms", edit.replace("/edit", "/publish"), {})
    (row,) = await market.fetch("select status from projects")
    assert row["status"] == "draft"
    stays = await submit(client, told["place"], told["place"], {"title": "Split it", "description": "", "go": "next"})
    assert stays.status_code == 422


@pytest.mark.parametrize(
    ("step", "fields", "column", "value"),
    [
        ("skills", {"skills": ["Rust"], "niceSkills": ["Kubernetes"], "stage": "seed"}, "stage", "seed"),
        ("terms", {"hoursPerWeek": "8", "lengthWeeks": "26", "maxHourlyRate": "150.50"}, "length_weeks", 26),
        ("access", {"visibility": "invited", "ndaRequired": "yes"}, "visibility", "invited"),
    ],
)
async def test_each_step_saves_by_itself_and_shows_it_when_one_comes_back(
    market: Marketplace, client, begun, step, fields, column, value
):
    page = f"{begun}?step={step}"
    answer = await autosave(client, page, {**fields, "version": "1"})
    assert (answer.status_code, answer.json()["version"]) == (200, 2) or answer.status_code == 201
    (row,) = await market.fetch(f"select {column} as value from projects")
    assert row["value"] == value
    shown = (await client.get(page)).text
    assert 'name="version" value="2"' in shown
    for each in fields.values():
        for typed in each if isinstance(each, list) else [each]:
            assert f'value="{typed}"' in shown


async def test_back_saves_and_leads_to_the_step_before(market: Marketplace, client, begun):
    page = f"{begun}?step=access"
    answer = await submit(client, page, page, {"visibility": "invited", "version": "1", "go": "back"})
    assert answer.headers["location"] == f"{begun}?step=terms"
    (row,) = await market.fetch("select visibility from projects")
    assert row["visibility"] == "invited"


async def test_of_two_windows_the_slower_sees_both_and_decides(market: Marketplace, client, begun):
    page = f"{begun}?step=about"
    await autosave(client, page, {**ABOUT, "description": "From one window.", "version": "1"})
    slower = {**ABOUT, "description": "From the other window.", "version": "1"}
    answer = await autosave(client, page, slower)
    assert (answer.status_code, "meanwhile" in answer.json()["message"]) == (409, True)
    shown = await submit(client, page, page, {**slower, "go": "next"})
    assert shown.status_code == 409
    for text in ("From one window.", "From the other window.", "What is saved now", 'name="version" value="2"'):
        assert text in shown.text
    (row,) = await market.fetch("select description from projects")
    assert row["description"] == "From one window."
    decided = await submit(client, page, page, {**slower, "version": "2", "go": "next"})
    assert decided.status_code == 303
    (row,) = await market.fetch("select description from projects")
    assert row["description"] == "From the other window."


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("terms", {"hoursPerWeek": "-8"}),
        ("terms", {"lengthWeeks": "0"}),
        ("terms", {"budget": "a lot"}),
        ("skills", {"skills": ["Nothing we know"]}),
        ("access", {"visibility": "everybody"}),
    ],
)
async def test_what_cannot_be_saved_is_said_and_nothing_is_half_written(
    market: Marketplace, client, begun, step, fields
):
    before = await market.fetch("select * from projects")
    answer = await autosave(client, f"{begun}?step={step}", {**fields, "version": "1"})
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert await market.fetch("select * from projects") == before


async def test_the_buttons_of_a_project_pause_resume_and_copy_it(market: Marketplace, client, begun):
    place = begun.removesuffix("/edit")
    for action, status in (("publish", "published"), ("pause", "paused"), ("resume", "published")):
        await submit(client, f"{begun}?step=about", f"{place}/{action}", {})
        (row,) = await market.fetch("select status from projects")
        assert row["status"] == status
    copied = await submit(client, f"{begun}?step=about", f"{place}/duplicate", {})
    assert copied.headers["location"] != f"{begun}?step=about"
    assert "Move to Kubernetes (copy)" in (await client.get(copied.headers["location"])).text
