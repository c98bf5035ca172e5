"""Buttons: what they were refused is said on the page that they lead to."""

import pytest

from tests.factories import PROBLEMS, Marketplace, Person, form_token, project, sign_in

SOMETHING = "019a2034-0000-7000-8000-000000000000"


@pytest.fixture
async def owner(market: Marketplace, client) -> Person:
    owner = await market.join("client")
    await sign_in(client, owner)
    return owner


async def press(client, action: str):
    token = form_token((await client.get("/projects/new")).text)
    return await client.post(action, data={"_csrf": token})


async def test_a_button_that_is_pressed_twice_says_so_on_the_page(owner: Person, client):
    created = await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project())
    page = f"/projects/{created['id']}"
    for action, told in (
        ("publish", "Your project is published."),
        ("publish", "This project is published already."),
        ("close", "Your project is closed."),
        ("close", "This project is closed. Start a new one instead."),
        ("publish", "This project is closed. Start a new one instead."),
    ):
        answer = await press(client, f"{page}/{action}")
        assert (answer.status_code, answer.headers["location"]) == (303, page)
        assert told in (await client.get(page)).text


@pytest.mark.parametrize("which", [SOMETHING, "nonsense"])
@pytest.mark.parametrize("action", ["publish", "close"])
async def test_a_button_for_nothing_leads_nowhere(owner: Person, client, action: str, which: str):
    assert (await press(client, f"/projects/{which}/{action}")).status_code == 404


async def test_a_button_for_others_is_refused_outright(owner: Person, client):
    assert (await press(client, f"/admin/members/{owner.id}/suspend")).status_code == 403
