"""Sending invitations, sending them again, revoking them."""

import pytest
from tests.domains.accounts.inviting import GRACE, MADE, accept, invite, link
from tests.factories import PROBLEMS, REFUSALS, Marketplace, Person, sign_in, submit
from tests.inbox import Inbox

from ctorendang.domains.accounts.invitations.pages import addresses_in

INVITATION = "... on Invitation { id email }" + REFUSALS
DONE = "... on Done { message }" + PROBLEMS


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def test_the_secret_is_in_the_mail_alone(market, admin, inbox: Inbox):
    token = await link(admin, inbox)
    for table in ("invitations", "outbox", "audit_events"):
        rows = await market.fetch(f"select t::text as row from {table} t")
        assert not any(token in row["row"] for row in rows)


async def test_sending_again_makes_the_link_before_worthless(market, client, admin, inbox: Inbox):
    first = await link(admin, inbox)
    (row,) = await market.fetch("select id from invitations")
    early = await admin.mutate("resendInvitation", INVITATION, {"invitationId": str(row["id"])})
    assert early["code"] == "invitation_just_sent"
    await market.fetch("update invitations set sent_at = now() - interval '2 minutes', expires_at = now()")
    assert (await admin.mutate("resendInvitation", INVITATION, {"invitationId": str(row["id"])}))["email"] == GRACE
    await market.work_off()
    second = inbox.secret(GRACE, "/invitation")
    assert second != first
    assert (await client.get(f"/invitation?token={first}")).status_code == 401
    assert (await accept(client, second)).status_code == 303


async def test_revoking_works_at_once_and_before_the_mail_is_out(market, admin, inbox: Inbox):
    email = "never@people.example"
    made = await admin.mutate("invite", MADE, {"emails": [email], "roles": ["CLIENT"]})
    value = {"invitationId": made["invitations"][0]["id"]}
    assert (await admin.mutate("revokeInvitation", DONE, value))["__typename"] == "Done"
    await market.work_off()
    assert inbox.of(email) == []
    assert (await admin.mutate("revokeInvitation", DONE, value))["code"] == "not_found"
    assert (await admin.query("{ invitations { totalCount } }"))["invitations"]["totalCount"] == 0


async def test_all_or_nobody_is_invited_and_each_line_says_what_is_wrong(market, admin):
    member, suspended = await market.join("client"), await market.join("client")
    await market.fetch("update users set status = 'suspended' where id = $1", suspended.id)
    await invite(admin, "waiting@people.example")
    emails = ["good@people.example", "not an address", member.email, suspended.email, "waiting@people.example"]
    refused = await invite(admin, *emails, "GOOD@people.example")
    problems = {problem["field"]: problem["message"] for problem in refused["fields"]}
    assert set(problems) == {"emails.1", "emails.2", "emails.3", "emails.4", "emails.5"}
    assert problems["emails.5"] == "This address is in the list twice."
    (count,) = await market.fetch("select count(*) as count from invitations")
    assert count["count"] == 1


async def test_one_that_is_too_old_makes_room_for_another(market, admin):
    await invite(admin, GRACE)
    await market.fetch("update invitations set expires_at = now()")
    assert (await invite(admin, GRACE))["__typename"] == "MadeInvitations"


async def test_a_member_can_be_invited_to_more_roles(market, admin):
    member = await market.join("client")
    assert (await invite(admin, member.email, roles=("CLIENT", "CTO")))["__typename"] == "MadeInvitations"


async def test_a_member_among_the_invited_is_named_and_what_will_happen_told(market, client, admin, inbox: Inbox):
    member = await market.join("client")
    await market.fetch("update users set name = 'Grace Hopper' where id = $1", member.id)
    await sign_in(client, admin)
    typed = {"emails": f"new@people.example\n{member.email}", "roles": ["CLIENT", "CTO"]}
    await submit(client, "/admin/invitations", "/admin/invitations", typed)
    page = (await client.get("/admin/invitations")).text
    assert "2 people are invited. Grace Hopper is a member already: they keep their account" in page
    assert "and gets the roles besides their own" in page
    found = (await admin.query("{ invitations { edges { node { email memberName } } } }"))["invitations"]["edges"]
    told = {edge["node"]["email"]: edge["node"]["memberName"] for edge in found}
    assert told == {"new@people.example": None, member.email: "Grace Hopper"}


async def test_who_has_the_roles_already_is_not_invited_and_the_page_says_why(market, client, admin):
    member = await market.join("client")
    await sign_in(client, admin)
    typed = {"emails": member.email, "roles": ["CLIENT"]}
    answer = await submit(client, "/admin/invitations", "/admin/invitations", typed)
    assert answer.status_code == 422
    assert "This is a member with these roles already: there is nothing to accept." in answer.text


async def test_inviting_administrators_takes_a_recent_sign_in(market, admin):
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    assert (await invite(admin, GRACE, roles=("ADMIN",)))["code"] == "step_up_required"
    assert (await invite(admin, GRACE))["__typename"] == "MadeInvitations"
    await market.fetch("update invitations set roles = '{admin}', sent_at = null")
    (row,) = await market.fetch("select id from invitations")
    again = await admin.mutate("resendInvitation", INVITATION, {"invitationId": str(row["id"])})
    assert again["code"] == "step_up_required"


@pytest.mark.parametrize("roles", [(), ("PLATFORM_ADMIN",)])
async def test_only_roles_of_a_tenant_are_given(admin, roles):
    refused = await invite(admin, GRACE, roles=roles)
    assert [problem["field"] for problem in refused["fields"]] == ["roles"]


async def test_not_more_than_a_hundred_at_once_and_five_hundred_a_day(market, admin):
    many = [f"p{number}@people.example" for number in range(101)]
    refused = await admin.mutate("invite", MADE, {"emails": many, "roles": ["CLIENT"]})
    assert [problem["field"] for problem in refused["fields"]] == ["emails"]
    none = await admin.mutate("invite", MADE, {"emails": [], "roles": ["CLIENT"]})
    assert [problem["field"] for problem in none["fields"]] == ["emails"]
    await market.fetch(
        "insert into invitations (tenant_id, email, roles, invited_by, expires_at)"
        " select $1, 'q' || n || '@people.example', '{client}', $2, now() from generate_series(1, 500) n",
        market.id,
        admin.id,
    )
    assert (await admin.mutate("invite", MADE, {"emails": [GRACE], "roles": ["CLIENT"]}))["code"] == (
        "too_many_invitations"
    )


async def test_a_list_is_pasted_into_the_page(market, client, admin, inbox: Inbox):
    await sign_in(client, admin)
    pasted = "one@people.example\r\n\r\ntwo@people.example, three@people.example\r\n"
    answer = await submit(client, "/admin/invitations", "/admin/invitations", {"emails": pasted, "roles": ["CLIENT"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/invitations")
    await market.work_off()
    page = (await client.get("/admin/invitations")).text
    for email in ("one", "two", "three"):
        assert f"{email}@people.example" in page
        assert inbox.secret(f"{email}@people.example", "/invitation")


async def test_the_page_says_which_line_is_wrong(client, admin):
    await sign_in(client, admin)
    pasted = "\r\none@people.example\r\nfine@people.example; two at people"
    answer = await submit(client, "/admin/invitations", "/admin/invitations", {"emails": pasted, "roles": ["CLIENT"]})
    assert answer.status_code == 422
    assert "Line 3, two at people: Use an address like name@company.com." in answer.text
    assert "Line 2" not in answer.text
    assert "fine@people.example; two at people</textarea>" in answer.text


async def test_the_buttons_send_again_and_revoke(market, client, admin):
    await invite(admin, GRACE)
    await market.fetch("update invitations set sent_at = now() - interval '2 minutes'")
    (row,) = await market.fetch("select id from invitations")
    await sign_in(client, admin)
    for button in ("resend", "revoke"):
        answer = await submit(client, "/admin/invitations", f"/admin/invitations/{row['id']}/{button}", {})
        assert answer.headers["location"] == "/admin/invitations"
    (after,) = await market.fetch("select revoked_at from invitations")
    assert after["revoked_at"] is not None


def test_addresses_are_found_with_their_lines():
    assert addresses_in(" a@x.example \n\nb@x.example;c@x.example ,\n") == [
        (1, "a@x.example"),
        (3, "b@x.example"),
        (3, "c@x.example"),
    ]
