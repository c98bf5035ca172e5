"""Accepting an invitation: as somebody new, with an account, through single sign-on; and who cannot."""

from uuid import UUID

import pytest
from tests.domains.accounts.inviting import GRACE, accept, join, link, user
from tests.factories import PASSWORD, REFUSALS, TOKENS, Marketplace, Person, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

POLICY = "insert into access_policies (tenant_id, sso_scope, sso_domains) values ($1, $2, $3)"


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def test_somebody_new_is_invited_and_comes_in(market, client, admin, inbox: Inbox):
    token = await link(admin, inbox, GRACE, "CLIENT", "CTO")
    mail = inbox.of(GRACE)[-1]
    assert "Ada Person has invited you" in text_of(mail)
    assert "for 7 days" in text_of(mail)
    page = await client.get(f"/invitation?token={token}")
    assert f"{GRACE} is invited as client and CTO" in " ".join(page.text.split())
    assert (await accept(client, token)).status_code == 303
    assert (await client.get("/account")).status_code == 200
    grace = await user(market, GRACE)
    assert (grace["name"], set(grace["roles"])) == ("Grace Hopper", {"client", "cto"})
    assert grace["email_verified_at"] is not None


async def test_it_works_once(market, client, admin, inbox: Inbox):
    token = await link(admin, inbox)
    await accept(client, token)
    async with market.browser() as again:
        page = await again.get(f"/invitation?token={token}")
        assert page.status_code == 401
        assert "no longer works" in page.text
        answer = await submit(again, "/login", "/invitation", {"token": token, "name": "Eve", "password": PASSWORD})
        assert answer.status_code == 401
    assert (await user(market, GRACE))["name"] == "Grace Hopper"


@pytest.mark.parametrize(
    "spoilt",
    [
        "update invitations set expires_at = now()",
        "update invitations set revoked_at = now()",
        "update users set status = 'suspended' where 'admin' = any(roles)",
        "update users set roles = '{client}' where 'admin' = any(roles)",
    ],
    ids=["too old", "revoked", "inviter suspended", "inviter no administrator any more"],
)
async def test_one_that_is_no_longer_good_opens_nothing(market, client, admin, inbox: Inbox, spoilt):
    token = await link(admin, inbox)
    await market.fetch(spoilt)
    assert (await client.get(f"/invitation?token={token}")).status_code == 401
    answer = await submit(client, "/login", "/invitation", {"token": token, "name": "Eve", "password": PASSWORD})
    assert answer.status_code == 401
    assert await user(market, GRACE) is None


async def test_it_is_worthless_on_another_tenants_host(other_market, admin, inbox: Inbox):
    token = await link(admin, inbox)
    async with other_market.browser() as abroad:
        assert (await abroad.get(f"/invitation?token={token}")).status_code == 401
        answer = await submit(abroad, "/login", "/invitation", {"token": token, "name": "Eve", "password": PASSWORD})
        assert answer.status_code == 401
    assert await user(other_market, GRACE) is None


async def test_whom_single_sign_on_binds_is_led_there_and_nowhere_else(market, client, admin, inbox: Inbox):
    token = await link(admin, inbox)
    connection = UUID(int=7)
    await market.fetch(POLICY, market.id, "domains", ["people.example"])
    await market.fetch("update access_policies set sso_connection_id = $1", connection)
    page = await client.get(f"/invitation?token={token}")
    assert f'href="/sso/{connection}/login?next=%2Finvitation%3Ftoken%3D{token}"' in page.text
    assert 'name="password"' not in page.text
    answer = await submit(client, "/login", "/invitation", {"token": token, "name": "Eve", "password": PASSWORD})
    assert answer.status_code == 403
    assert await user(market, GRACE) is None
    assert (await client.get(f"/invitation?token={token}")).status_code == 200


async def test_a_required_second_factor_is_set_up_before_there_is_a_session(market, client, admin, inbox: Inbox):
    token = await link(admin, inbox)
    await market.fetch("insert into access_policies (tenant_id, mfa) values ($1, 'required')", market.id)
    answer = await accept(client, token)
    assert answer.headers["location"] == "/login/enrol"
    assert "session" not in client.cookies
    assert (await client.get("/account")).status_code == 401


async def test_somebody_with_an_account_signs_in_and_gains_the_roles(market, client, admin, inbox: Inbox):
    person = await market.join("client")
    token = await link(admin, inbox, person.email, "CTO")
    page = await client.get(f"/invitation?token={token}")
    assert f'href="/login?next=%2Finvitation%3Ftoken%3D{token}"' in page.text
    assert 'name="password"' not in page.text
    refused = await submit(client, "/login", "/invitation", {"token": token, "name": "Eve", "password": "x" * 12})
    assert refused.status_code == 409
    await sign_in(client, person)
    assert (await join(client, token)).status_code == 303
    assert (await user(market, person.email))["roles"] == ["client", "cto"]
    assert (await client.get(f"/invitation?token={token}")).status_code == 401


async def test_signing_in_leads_back_to_the_invitation(market, client, admin, inbox: Inbox):
    person = await market.join("client")
    token = await link(admin, inbox, person.email, "CTO")
    fields = {"email": person.email, "password": PASSWORD, "next": f"/invitation?token={token}"}
    answer = await submit(client, "/login", "/login", fields)
    assert answer.headers["location"] == f"/invitation?token={token}"


async def test_somebody_else_cannot_take_it(market, client, admin, inbox: Inbox):
    stranger = await market.join("client")
    token = await link(admin, inbox, GRACE, "CTO")
    await sign_in(client, stranger)
    page = await client.get(f"/invitation?token={token}")
    assert f"You are signed in as {stranger.email}" in page.text
    answer = await client.post("/invitation/join", data={"_csrf": form_token(page.text), "token": token})
    assert answer.status_code == 409
    assert (await user(market, stranger.email))["roles"] == ["client"]
    async with market.browser() as grace:
        assert (await accept(grace, token)).status_code == 303


async def test_a_visitor_cannot_join(market, client, admin, inbox: Inbox):
    token = await link(admin, inbox)
    assert (await join(client, token)).status_code == 401


async def test_who_becomes_an_administrator_shows_what_administrators_must(market, client, admin, inbox: Inbox):
    person = await market.join("client")
    token = await link(admin, inbox, person.email, "ADMIN")
    await sign_in(client, person)
    await market.fetch("insert into access_policies (tenant_id, mfa) values ($1, 'required_for_admins')", market.id)
    assert (await join(client, token)).status_code == 303
    assert (await client.get("/account")).status_code == 401
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None


async def test_what_is_typed_wrong_is_shown_again(client, admin, inbox: Inbox):
    token = await link(admin, inbox)
    answer = await accept(client, token, password="short")
    assert answer.status_code == 422
    assert "Use at least 12 characters." in answer.text
    assert 'value="Grace Hopper"' in answer.text
    assert (await accept(client, token)).status_code == 303


async def test_the_invited_sign_in_as_anybody_does(market, client, admin, inbox: Inbox):
    await accept(client, await link(admin, inbox))
    answer = await market.mutate("signIn", TOKENS + REFUSALS, {"email": GRACE, "password": PASSWORD})
    assert answer["__typename"] == "Tokens"


async def test_every_step_is_audited(market, client, admin, inbox: Inbox):
    await accept(client, await link(admin, inbox))
    events = await market.fetch("select action from audit_events where action like 'accounts.invitation.%' order by id")
    assert [event["action"] for event in events] == ["accounts.invitation.sent", "accounts.invitation.accepted"]
