"""What one did, and what was done to one's account, in words."""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, Person, form_token, sign_in

from ctorendang.domains.accounts.people.activity import ActivityService
from ctorendang.domains.accounts.people.activity_words import in_words
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.errors import Forbidden

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
NODE = "text by address device alarming action createdAt"


async def activity(person: Person, **variables: Any) -> list[dict[str, Any]]:
    root = "myActivity(first: $first, after: $after)"
    query = f"query($first: Int, $after: String) {{ {root} {{ edges {{ node {{ {NODE} }} }} }} }}"
    found = await person.query(query, **variables)
    return [edge["node"] for edge in found["myActivity"]["edges"]]


async def texts(person: Person) -> list[str]:
    return [each["text"] for each in await activity(person)]


async def test_own_sign_ins_and_changes_come_newest_first(market):
    person = await market.join("client")
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": "New"})
    await person.mutate("updatePreferences", "... on Viewer { id }" + PROBLEMS, {"appearance": "DARK"})
    assert await texts(person) == [
        "You changed your preferences",
        "You changed your profile",
        "A program of yours signed in with your password",
        "You opened your account",
    ]


async def test_a_browsers_sign_in_tells_the_device_and_the_address(market):
    person = await market.join("client")
    async with market.browser(**{"user-agent": FIREFOX}) as browser:
        await sign_in(browser, person)
        page = (await browser.get("/account/activity")).text
        await browser.post("/account/preferences", data={"_csrf": form_token(page), "appearance": "light"})
    changed, signed_in, *_ = await activity(person)
    for each in (changed, signed_in):
        assert (each["by"], each["address"]) == (None, "198.51.100.7")
        assert "Firefox" in each["device"]
    assert signed_in["text"] == "You signed in with your password"
    assert "Firefox" in page
    assert "198.51.100.7" in page


async def test_what_an_administrator_changed_is_told_with_their_name_and_without_their_address(market):
    person, admin = await market.join("client"), await market.join("admin")
    await admin.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"name": "Bea Boss"})
    tokens = await market.mutate("signIn", TOKENS + REFUSALS, {"email": admin.email, "password": PASSWORD})
    value = {"memberId": str(person.id), "roles": ["CLIENT", "CTO"]}
    await market.mutate("setMemberRoles", "... on Member { id }" + PROBLEMS, value, tokens["accessToken"])
    latest = (await activity(person))[0]
    assert latest["text"] == "Your roles were changed to Client, CTO"
    assert (latest["by"], latest["address"], latest["device"]) == ("Bea Boss", None, None)
    assert (await activity(admin))[0]["text"] == "You changed a member's roles"


async def test_nobody_sees_what_others_did(market, other_market):
    person, other, stranger = (
        await market.join("client"),
        await market.join("client"),
        await other_market.join("client"),
    )
    before = await activity(other)
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": "Secret"})
    cto = await market.listed_cto()
    await cto.person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": "Secret"})
    assert await activity(other) == before
    assert len(await activity(stranger)) == len(before)


async def test_not_even_a_subject_of_the_same_id_but_another_kind(market):
    person = await market.join("client")
    before = len(await activity(person))
    await market.fetch(
        "insert into audit_events (tenant_id, action, subject_type, subject_id, details, request_id)"
        " values ($1, 'projects.project.closed', 'project', $2, '{}', ''),"
        " ($1, 'accounts.session.ended', 'session', $3, '{}', '')",
        market.id,
        person.id,
        uuid4(),
    )
    assert len(await activity(person)) == before


async def test_an_administrator_has_no_more_of_it_than_anybody(market):
    admin, person = await market.join("admin"), await market.join("client")
    await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": "Mine"})
    assert "You changed your profile" not in await texts(admin)


async def test_a_token_that_is_used_twice_is_alarming(market):
    person = await market.join("client")
    await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    await market.fetch("update refresh_tokens set used_at = used_at - interval '1 hour' where used_at is not null")
    await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    async with market.browser() as browser:
        await sign_in(browser, person)
        page = (await browser.get("/account/activity")).text
    assert "A program was signed out: its token was used twice" in page
    assert "Look closer" in page
    assert "efreshed" not in page


async def test_the_list_is_paged(market):
    person = await market.join("client")
    for number in range(4):
        await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": f"No {number}"})
    page = "totalCount pageInfo { endCursor hasNextPage } edges { node { id } }"
    query = f"query($after: String) {{ myActivity(first: 2, after: $after) {{ {page} }} }}"
    seen, after = [], None
    while True:
        found = (await person.query(query, after=after))["myActivity"]
        seen += [edge["node"]["id"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == found["totalCount"] == 6


async def test_the_page_is_paged_too(market, client: httpx.AsyncClient):
    person = await market.join("client")
    for number in range(31):
        await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"company": f"No {number}"})
    await sign_in(client, person)
    first = (await client.get("/account/activity")).text
    assert first.count("You changed your profile") == 29
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = (await client.get(following[1].replace("&amp;", "&"))).text
    assert second.count("You changed your profile") == 2
    assert "You opened your account" in second


async def test_cursors_of_others_lead_nowhere_new(market):
    person, other = await market.join("client"), await market.join("client")
    query = "{ myActivity(first: 1) { pageInfo { endCursor } } }"
    cursor = (await other.query(query))["myActivity"]["pageInfo"]["endCursor"]
    assert {each["action"] for each in await activity(person, after=cursor, first=50)} <= {
        "accounts.session.opened",
        "accounts.account.opened",
    }
    assert "errors" in await person.graphql('{ myActivity(after: "nonsense") { totalCount } }')


async def test_a_key_without_that_scope_reads_nothing_of_it(market, product):
    person = await market.join("client")
    async with product.units.begin(replace(person.actor, scopes=frozenset({"ctos:cto:read"}))) as work:
        for reading in (ActivityService(work).page(PageRequest()), ActivityService(work).count()):
            with pytest.raises(Forbidden):
                await reading


async def test_the_index_serves_the_list(market: Marketplace):
    """A busy trail is not read from end to end to find one's own part of it."""
    person = await market.join("client")
    plan = await market.fetch(
        "explain select * from audit_events where tenant_id = $1 and (actor_id = $2 or subject_id = $2)"
        " order by id desc limit 31",
        market.id,
        person.id,
    )
    assert plan
    names = await market.fetch("select indexname from pg_indexes where tablename = 'audit_events'")
    assert {row["indexname"] for row in names} >= {
        "ix_audit_events_tenant_id_actor_id_id",
        "ix_audit_events_tenant_id_subject_id_id",
    }


def test_what_is_done_to_no_account_is_told_as_in_the_trail():
    assert in_words("sso.domain.claimed", {}, own=True).text == "You added an e-mail domain"
    assert in_words("sso.domain.claimed", {}, own=False).text == "Added an e-mail domain"
    assert in_words("some.thing.unheard_of", {}, own=True).text == "Thing unheard of"
    assert in_words("accounts.key.created", {}, own=False).text == "You made an API key"


@given(st.text(max_size=40), st.dictionaries(st.text(max_size=10), st.text(max_size=10) | st.integers()), st.booleans())
def test_whatever_the_trail_holds_becomes_words(action, details, own):
    assert isinstance(in_words(action, details, own=own).text, str)


@pytest.mark.parametrize("details", [{"after": "client"}, {"after": None}, {"after": [1]}, {"after": 3}, {}])
def test_details_of_an_unexpected_shape_are_left_out(details):
    assert in_words("accounts.member.roles_set", details, own=False).text.startswith("Your roles were changed")
