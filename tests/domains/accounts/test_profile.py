"""What people say about themselves."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import PROBLEMS, Marketplace, Person, sign_in, submit

from ctorendang.domains.accounts.people.service import PersonalDetails
from ctorendang.infra.errors import InvalidInput

EVERYTHING = {
    "name": "Ada Lovelace",
    "jobTitle": "Chief of Engines",
    "company": "Analytical Ltd",
    "phone": "+44 20 7946 0958",
    "pronouns": "she/her",
    "about": "I write programs for machines\nthat do not exist yet.",
}
FIELDS = " ".join(EVERYTHING)


@pytest.fixture
async def person(market: Marketplace) -> Person:
    return await market.join("client")


@pytest.fixture
async def browser(client: httpx.AsyncClient, person: Person) -> httpx.AsyncClient:
    await sign_in(client, person)
    return client


async def details(person: Person) -> dict[str, Any]:
    return (await person.query(f"{{ me {{ {FIELDS} }} }}"))["me"]


async def test_the_form_saves_everything_and_shows_it_again(browser, person):
    answer = await submit(browser, "/account", "/account", EVERYTHING)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await details(person) == EVERYTHING
    page = (await browser.get("/account")).text
    for value in EVERYTHING.values():
        assert value in page


async def test_what_is_left_out_stays_and_what_is_empty_goes(person):
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, EVERYTHING)
    answer = await person.mutate(
        "updateAccount", f"... on Viewer {{ {FIELDS} }}" + PROBLEMS, {"pronouns": "", "company": "  New \u00a0"}
    )
    assert {key: answer[key] for key in EVERYTHING} == {**EVERYTHING, "pronouns": "", "company": "New"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "www.example.com"),
        ("name", "x" * 121),
        ("jobTitle", "x" * 121),
        ("jobTitle", "two\nlines"),
        ("company", "x" * 121),
        ("company", "turned \u202e around"),
        ("pronouns", "x" * 41),
        ("about", "x" * 601),
        ("about", "nul \0"),
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "+49 <script>"),
        ("phone", "1" * 31),
        ("phone", "+"),
    ],
)
async def test_what_is_not_good_is_refused_by_field(person, browser, field, value):
    before = await details(person)
    answer = await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {field: value})
    assert [problem["field"] for problem in answer["fields"]] == [field]
    shown = await submit(browser, "/account", "/account", {**EVERYTHING, field: value})
    assert shown.status_code == 422
    assert f'id="{field}-error"' in shown.text
    assert await details(person) == before


@given(st.fixed_dictionaries({}, optional={name: st.text(max_size=700) for name in PersonalDetails.__slots__}))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_said_is_kept_within_bounds_or_refused(said):
    try:
        values = PersonalDetails(**said).checked()
    except InvalidInput:
        return
    assert set(values) == set(said)
    assert all(len(value) <= 600 and "\0" not in value for value in values.values())


async def test_markup_is_shown_as_text(browser):
    await submit(browser, "/account", "/account", {**EVERYTHING, "about": "</textarea><script>alert(1)</script>"})
    page = (await browser.get("/account")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_the_trail_names_what_changed_and_not_to_what(person, market):
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, EVERYTHING)
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, EVERYTHING)
    rows = await market.fetch("select details from audit_events where action = 'accounts.account.changed'")
    assert [json.loads(row["details"]) for row in rows] == [
        {"fields": ["about", "company", "job_title", "name", "phone", "pronouns"]}
    ]


async def test_a_phone_number_is_shown_to_nobody_else(person, market):
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, EVERYTHING)
    admin = await market.join("admin")
    found = await admin.query("{ members { edges { node { id jobTitle company pronouns about } } } }")
    assert EVERYTHING["jobTitle"] in str(found)
    assert "errors" in await admin.graphql("{ members { edges { node { phone } } } }")
    async with market.browser() as browser:
        await sign_in(browser, admin)
        assert EVERYTHING["phone"] not in (await browser.get("/admin/members")).text


async def test_a_profile_takes_over_the_new_name(market):
    cto = await market.listed_cto()
    await cto.person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"name": "Grace Hopper"})
    await market.work_off()
    assert (await market.graphql(f'{{ cto(id: "{cto.id}") {{ name }} }}'))["data"]["cto"]["name"] == "Grace Hopper"


async def test_a_name_that_a_directory_keeps_does_not_change_here(person, browser, market):
    await market.fetch("update users set managed = true where id = $1", person.id)
    answer = await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"name": "Somebody Else"})
    assert answer["fields"][0]["field"] == "name"
    page = (await browser.get("/account")).text
    assert "Kept by your organisation." in page
    assert 'name="name"' not in page
    rest = {name: value for name, value in EVERYTHING.items() if name != "name"}
    assert (await submit(browser, "/account", "/account", rest)).status_code == 303
    assert await details(person) == {**EVERYTHING, "name": "Ada Person"}


async def test_another_site_changes_nothing(browser, person):
    before = await details(person)
    page = await browser.get("/account")
    assert page.status_code == 200
    for headers, token in (({"origin": "https://elsewhere.example"}, ""), ({}, "wrong")):
        answer = await browser.post("/account", data={**EVERYTHING, "_csrf": token}, headers=headers)
        assert answer.status_code == 403
    assert await details(person) == before


async def test_visitors_are_asked_to_sign_in(client):
    for path in ("/account", "/account/preferences", "/account/notifications", "/account/activity"):
        answer = await client.get(path)
        assert answer.status_code in {401, 303}, path
        assert "Save" not in answer.text
