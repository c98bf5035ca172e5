"""Keys for programs: what they carry, and everything that ends them."""

import pytest
from tests.domains.accounts.holding_keys import create, key_of, owner
from tests.factories import PROBLEMS, REFUSALS, form_token, sign_in, submit

from ctorendang.domains.accounts.keys.service import BAD_KEYS
from ctorendang.infra.auth.bearer import KEY_MARK, kind_of

KEY = "... on ApiKey { id }" + REFUSALS
DONE = "... on Done { message }" + PROBLEMS
POLICY = "insert into access_policies (tenant_id, sso_scope, sso_domains) values ($1, $2, $3)"


async def test_a_key_stands_for_its_owner(market):
    person = await market.join("client")
    key = await key_of(person)
    assert await owner(market, key) == str(person.id)


async def test_it_is_shown_once_and_kept_as_a_hash(market):
    person = await market.join("client")
    made = await create(person)
    secret = made["secret"]
    assert secret.startswith(KEY_MARK)
    assert secret.startswith(made["key"]["prefix"])
    assert len(made["key"]["prefix"]) == 10
    (row,) = await market.fetch("select api_keys::text as row from api_keys")
    assert secret not in row["row"]
    assert secret[10:] not in str(await person.graphql("{ apiKeys { id name prefix scopes } }"))
    events = await market.fetch("select details::text as details from audit_events")
    assert not any(secret[10:] in event["details"] for event in events)


async def test_a_cookie_or_token_is_no_key(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    cookie = client.cookies["session"]
    for secret in (cookie, KEY_MARK + cookie, KEY_MARK + person.access_token):
        assert await owner(market, secret) is None


async def test_it_is_nobody_on_another_tenants_host(market, other_market):
    key = await key_of(await market.join("client"))
    assert await owner(other_market, key) is None


async def test_revoking_ends_it_at_once(market):
    person = await market.join("client")
    made = await create(person)
    assert (await person.mutate("revokeApiKey", KEY, {"keyId": made["key"]["id"]}))["__typename"] == "ApiKey"
    assert await owner(market, made["secret"]) is None
    assert (await person.query("{ apiKeys { id } }"))["apiKeys"] == []
    again = await person.mutate("revokeApiKey", KEY, {"keyId": made["key"]["id"]})
    assert again["code"] == "not_found"


async def test_nobody_revokes_anothers_but_administrators(market, other_market):
    person, stranger, admin = await market.join("client"), await market.join("client"), await market.join("admin")
    made = await create(person)
    value = {"keyId": made["key"]["id"]}
    for nobody in (stranger, await other_market.join("admin")):
        assert (await nobody.mutate("revokeApiKey", KEY, value))["code"] == "not_found"
    assert await owner(market, made["secret"]) == str(person.id)
    assert (await admin.mutate("revokeApiKey", KEY, value))["__typename"] == "ApiKey"
    assert await owner(market, made["secret"]) is None


async def test_a_suspended_persons_key_is_worthless_and_stays_so(market):
    person, admin = await market.join("client"), await market.join("admin")
    key = await key_of(person)
    await market.fetch("update users set status = 'suspended' where id = $1", person.id)
    assert await owner(market, key) is None
    await market.fetch("update users set status = 'active' where id = $1", person.id)
    assert await owner(market, key) == str(person.id)
    member = "... on Member { id }" + PROBLEMS
    await admin.mutate("suspendMember", member, {"memberId": str(person.id)})
    await admin.mutate("restoreMember", member, {"memberId": str(person.id)})
    assert await owner(market, key) is None


@pytest.mark.parametrize(("scope", "domains"), [("everyone", []), ("domains", ["people.example"])])
async def test_enforced_single_sign_on_ends_it_at_once(market, scope, domains):
    person = await market.join("client")
    key = await key_of(person)
    await market.fetch(POLICY, market.id, scope, domains)
    assert await owner(market, key) is None
    await market.fetch("update users set break_glass = true where id = $1", person.id)
    assert await owner(market, key) == str(person.id)


async def test_whom_single_sign_on_binds_makes_none(market):
    person = await market.join("client")
    await market.fetch(POLICY, market.id, "everyone", [])
    # Whoever is bound is still signed in only if they came by their provider.
    await market.fetch("update sessions set method = 'sso' where user_id = $1", person.id)
    assert (await create(person))["code"] == "keys_not_accepted"


async def test_a_key_that_is_too_old_is_worthless(market):
    person = await market.join("client")
    key = await key_of(person)
    await market.fetch("update api_keys set expires_at = now()")
    assert await owner(market, key) is None
    assert (await person.query("{ apiKeys { expired } }"))["apiKeys"] == [{"expired": True}]


async def test_use_is_noted_to_the_minute(market):
    key = await key_of(await market.join("client"))
    await owner(market, key)
    (first,) = await market.fetch("select last_used_at from api_keys")
    await owner(market, key)
    (second,) = await market.fetch("select last_used_at from api_keys")
    assert first["last_used_at"] is not None
    assert second == first
    await market.fetch("update api_keys set last_used_at = now() - interval '2 minutes'")
    await owner(market, key)
    (third,) = await market.fetch("select now() - last_used_at as since from api_keys")
    assert third["since"].total_seconds() < 60


async def test_making_one_takes_a_recent_sign_in(market):
    person = await market.join("client")
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    assert (await create(person))["code"] == "step_up_required"
    assert await market.fetch("select id from api_keys") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["READ_MEMBERS"]}, "scopes"),
        ({"scopes": ["MANAGE_PROFILE"]}, "scopes"),
        ({"expiresInDays": 0}, "expiresInDays"),
        ({"expiresInDays": 366}, "expiresInDays"),
    ],
)
async def test_what_is_not_good_is_refused_by_its_name(market, changes, field):
    answer = await create(await market.join("client"), **changes)
    assert [problem["field"] for problem in answer["fields"]] == [field]


async def test_nobody_has_more_than_twenty(market):
    person = await market.join("client")
    for _ in range(20):
        await key_of(person)
    assert (await create(person))["code"] == "too_many_keys"


async def test_bad_keys_are_limited_and_good_ones_go_on(market):
    key = await key_of(await market.join("client"))
    bad = KEY_MARK + "x" * 43
    answers = [await market.post_graphql("{ tenant { name } }", token=bad) for _ in range(BAD_KEYS.attempts + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert await owner(market, key) is not None


async def test_the_page_makes_shows_and_revokes(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    fields = {"name": "Nightly report", "scopes": ["READ_PROJECTS", "READ_MATCHES"], "expiresInDays": "90"}
    made = await submit(client, "/account/api-keys", "/account/api-keys", fields)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "private, no-store"
    key = made.text.split("<code>key_")[1].split("<")[0]
    assert await owner(market, f"key_{key}") == str(person.id)
    page = (await client.get("/account/api-keys")).text
    assert key not in page
    assert "Nightly report" in page
    (row,) = await market.fetch("select id from api_keys")
    revoked = await client.post(f"/account/api-keys/{row['id']}/revoke", data={"_csrf": form_token(page)})
    assert revoked.status_code == 303
    assert await owner(market, f"key_{key}") is None


async def test_the_page_shows_again_what_was_typed(market, client):
    await sign_in(client, await market.join("client"))
    answer = await submit(client, "/account/api-keys", "/account/api-keys", {"name": "Mine", "expiresInDays": "30"})
    assert answer.status_code == 422
    assert 'value="Mine"' in answer.text
    assert "Choose at least one thing" in answer.text


async def test_administrators_see_everybodys_and_revoke_them_on_the_page(market, client):
    person, admin = await market.join("client"), await market.join("admin")
    key = await key_of(person)
    await sign_in(client, admin)
    page = (await client.get("/admin/security")).text
    assert key[:10] in page
    (row,) = await market.fetch("select id from api_keys")
    revoked = await client.post(f"/admin/security/keys/{row['id']}/revoke", data={"_csrf": form_token(page)})
    assert revoked.headers["location"] == "/admin/security"
    assert await owner(market, key) is None


async def test_making_and_revoking_are_audited(market):
    person = await market.join("client")
    made = await create(person)
    await person.mutate("revokeApiKey", KEY, {"keyId": made["key"]["id"]})
    events = await market.fetch("select action from audit_events where subject_type = 'key' order by id")
    assert [event["action"] for event in events] == ["accounts.key.created", "accounts.key.revoked"]


@pytest.mark.parametrize(
    ("bearer", "kind"), [("key_" + "x" * 43, "key"), ("key_" + "x" * 39, "program"), ("x" * 43, "program")]
)
def test_a_key_is_told_from_an_access_token(bearer, kind):
    assert kind_of(bearer) == kind
