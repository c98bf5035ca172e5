"""The trail as administrators read it: in words, with names, and only the part that they ask for."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories import PROBLEMS, Marketplace, Person, sign_in

NODE = "id action text actorId actorName subject subjectKind subjectName address requestId details { name value }"
MEMBER = "... on Member { id }" + PROBLEMS
ACCOUNT = "... on Viewer { id }" + PROBLEMS


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def trail(admin: Person, **wanted: Any) -> list[dict[str, Any]]:
    found = await admin.query(
        "query($filter: AuditFilter) { auditEvents(filter: $filter, first: 100)"
        f" {{ totalCount edges {{ node {{ {NODE} }} }} }} }}",
        filter=wanted or None,
    )
    events = [edge["node"] for edge in found["auditEvents"]["edges"]]
    assert found["auditEvents"]["totalCount"] == len(events)
    return events


async def change_roles(admin: Person, member: Person) -> None:
    await admin.mutate("setMemberRoles", MEMBER, {"memberId": str(member.id), "roles": ["CLIENT", "CTO"]})


async def test_an_entry_is_a_sentence_with_the_names_of_both(market, admin):
    member = await market.join("client")
    await member.mutate("updateAccount", ACCOUNT, {"name": "Grace Hopper"})
    await change_roles(admin, member)
    (entry,) = [each for each in await trail(admin) if each["action"] == "accounts.member.roles_set"]
    assert entry["text"] == "Changed a member's roles"
    assert (entry["actorId"], entry["subjectKind"], entry["subjectName"]) == (str(admin.id), "Person", "Grace Hopper")
    assert {"name": "after", "value": "client, cto"} in entry["details"]


async def test_things_have_the_names_that_administrators_gave_them(market, admin):
    cto = await market.listed_cto()
    created = "... on CreatedApiKey { key { id } }" + PROBLEMS
    await admin.mutate("createApiKey", created, {"name": "Nightly", "scopes": ["READ_DIRECTORY"], "expiresInDays": 30})
    invited = "... on MadeInvitations { invitations { id } }" + PROBLEMS
    await admin.mutate("invite", invited, {"emails": ["ada@people.example"], "roles": ["CLIENT"]})
    called = {each["action"]: each["subjectName"] for each in await trail(admin)}
    assert called["accounts.invitation.sent"] == "ada@people.example"
    assert called["accounts.session.opened"] is not None
    assert called["accounts.key.created"] == "Nightly"
    (row,) = await market.fetch("select name from users where id = $1", cto.person.id)
    assert called["ctos.profile.submitted"] == row["name"]


async def test_what_is_gone_keeps_the_name_that_was_noted(market, admin):
    await market.fetch(
        "insert into audit_events (tenant_id, action, subject_type, subject_id, details, request_id)"
        " values ($1, 'sso.connection.deleted', 'sso_connection', $2, '{\"name\": \"Old Okta\"}', '')",
        market.id,
        admin.id,
    )
    assert (await trail(admin))[0]["subjectName"] == "Old Okta"


async def test_one_persons_part_is_what_they_did_and_what_was_done_to_them(market, admin):
    member, other = await market.join("client"), await market.join("client")
    await change_roles(admin, member)
    await change_roles(admin, other)
    theirs = await trail(admin, person=str(member.id))
    assert {each["action"] for each in theirs} >= {"accounts.member.roles_set", "accounts.session.opened"}
    assert sum(each["action"] == "accounts.member.roles_set" for each in theirs) == 1
    assert all(each["actorId"] == str(member.id) or str(member.id) in each["subject"] for each in theirs)
    refused = await admin.graphql('{ auditEvents(filter: {person: "nobody"}) { totalCount } }')
    assert refused["errors"][0]["extensions"]["code"] == "invalid_input"


async def test_a_kind_and_a_name_choose_too(market, admin):
    member = await market.join("client")
    await change_roles(admin, member)
    assert {each["action"] for each in await trail(admin, kind="MEMBERS")} == {"accounts.member.roles_set"}
    await market.fetch("update users set name = 'Bea 100%' where id = $1", admin.id)
    tokens = await market.join("admin")
    assert tokens
    await change_roles(admin, await market.join("client"))
    assert {each["actorName"] for each in await trail(admin, actor="0%")} == {"Bea 100%"}
    assert await trail(admin, actor="nobody of this name") == []


async def test_days_choose_from_and_until(market, admin):
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert await trail(admin, since=(now + hour).isoformat()) == []
    assert await trail(admin, until=(now - hour).isoformat()) == []
    assert await trail(admin, since=(now - hour).isoformat(), until=(now + hour).isoformat()) != []
    assert await trail(admin, since=(now - hour).replace(tzinfo=None).isoformat()) != []
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = await admin.graphql("query($m: DateTime) { auditEvents(filter: {since: $m}) { totalCount } }", m=far)
        assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


async def test_no_filter_reaches_into_another_tenant(market, other_market, admin):
    stranger = await other_market.join("client")
    assert await trail(admin, person=str(stranger.id)) == []
    assert len(await trail(await other_market.join("admin"), person=str(stranger.id))) > 0


async def test_a_filtered_list_is_paged_by_its_cursors(market, admin):
    for _ in range(3):
        await change_roles(admin, await market.join("client"))
    query = (
        "query($after: String) { auditEvents(filter: {kind: MEMBERS}, first: 2, after: $after)"
        " { edges { node { id } } pageInfo { hasNextPage endCursor } } }"
    )
    first = (await admin.query(query))["auditEvents"]
    second = (await admin.query(query, after=first["pageInfo"]["endCursor"]))["auditEvents"]
    assert [len(first["edges"]), len(second["edges"]), second["pageInfo"]["hasNextPage"]] == [2, 1, False]


async def test_the_page_speaks_and_chooses_by_its_address(market, client, admin):
    member = await market.join("client")
    await change_roles(admin, member)
    await sign_in(client, admin)
    page = (await client.get("/admin/audit")).text
    assert "Changed a member&#39;s roles" in page
    assert f'href="/admin/audit?person={admin.id}"' in page
    today = datetime.now(UTC).date()
    chosen = (await client.get(f"/admin/audit?kind=MEMBERS&since={today}&until={today}")).text
    assert re.search(r"<b>1</b> entry", chosen)
    assert "Signed in" not in chosen
    assert re.search(r'value="MEMBERS" selected', chosen)
    assert "Nothing fits" in (await client.get(f"/admin/audit?until={today - timedelta(days=1)}")).text
    for nonsense in ("kind=X", "person=x", "since=yesterday", "until=9999-12-31", "since=0001-01-01", "actor=%00"):
        assert (await client.get(f"/admin/audit?{nonsense}")).status_code == 200, nonsense


async def test_days_begin_where_the_reader_is(market, client, admin):
    await market.fetch("update users set time_zone = 'Pacific/Kiritimati' where id = $1", admin.id)
    await market.fetch(
        "insert into audit_events (tenant_id, action, subject_type, details, request_id, created_at)"
        " values ($1, 'accounts.policy.updated', 'access_policy', '{}', '', '2020-05-01 20:00Z')",
        market.id,
    )
    await sign_in(client, admin)
    for day, found in (("2020-05-01", False), ("2020-05-02", True)):
        page = (await client.get(f"/admin/audit?since={day}&until={day}")).text
        assert ("Changed the security policy" in page) is found


async def test_only_administrators_read_it(market):
    person = await market.join("client")
    answer = await person.graphql("{ auditEvents(filter: {kind: MEMBERS}) { totalCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "forbidden"
