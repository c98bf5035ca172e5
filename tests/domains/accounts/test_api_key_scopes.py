"""What a key for a program carries: its scopes, its owner's roles, and nothing of accounts and security."""

import pytest
from tests.domains.accounts.holding_keys import CREATED, code, key_of
from tests.factories import PROBLEMS, REFUSALS, TOKENS, project

from ctorendang.domains.accounts.keys.scopes import Scope

DONE = "... on Done { message }" + PROBLEMS


async def test_it_carries_no_more_than_its_scopes(market):
    person = await market.join("client")
    key = await key_of(person, "READ_DIRECTORY")
    assert "errors" not in await market.graphql("{ ctos { totalCount } skills { id } tenant { name } }", key)
    assert code(await market.graphql("{ projects { edges { node { id } } } }", key)) == "forbidden"
    refused = await market.mutate("createProject", "... on Project { id }" + PROBLEMS, project(), key)
    assert refused["code"] == "forbidden"


async def test_it_carries_no_more_than_its_owners_roles(market):
    person = await market.join("client", "admin")
    key = await key_of(person, "READ_MEMBERS", "READ_PROJECTS")
    assert "errors" not in await market.graphql("{ members { totalCount } }", key)
    await market._set_roles(person.id, ("client",))
    assert code(await market.graphql("{ members { totalCount } }", key)) == "forbidden"
    assert "errors" not in await market.graphql("{ projects { edges { node { id } } } }", key)


USES = {
    "READ_DIRECTORY": (("client",), "{ ctos { edges { node { id skills { name } } } } ctoFacets { total } }"),
    "READ_PROJECTS": (("client",), "{ projects { edges { node { id title } } } }"),
    "READ_MEMBERS": (("admin",), "{ members { edges { node { email roles } } } }"),
    "READ_AUDIT": (("admin",), "{ auditEvents { edges { node { action } } } }"),
}


@pytest.mark.parametrize("scope", USES)
async def test_a_scope_is_enough_for_what_it_says(market, scope):
    roles, query = USES[scope]
    key = await key_of(await market.join(*roles), scope)
    assert "errors" not in await market.graphql(query, key)


async def test_a_key_can_run_a_project_from_first_to_last(market):
    key = await key_of(await market.join("client"), "MANAGE_PROJECTS", "READ_MATCHES")
    selection = "... on Project { id title status }" + PROBLEMS
    made = await market.mutate("createProject", selection, project(skills=["Kubernetes"]), key)
    assert made["__typename"] == "Project", made
    for field in ("publishProject", "closeProject"):
        changed = await market.mutate(field, selection, {"projectId": made["id"]}, key)
        assert changed["__typename"] == "Project", changed
    document = "query($id: ID!) { matches(projectId: $id) { score cto { name } } }"
    assert "errors" not in await market.graphql(document, key, id=made["id"])


async def test_a_key_can_keep_a_profile_and_decide_on_one(market):
    cto = await market.listed_cto()
    key = await key_of(cto.person, "MANAGE_PROFILE")
    selection = "... on Cto { status }" + PROBLEMS
    assert (await market.mutate("pauseCtoProfile", selection, None, key))["status"] == "PAUSED"
    assert (await market.mutate("submitCtoProfile", selection, None, key))["__typename"] == "Cto"
    admin_key = await key_of(await market.join("admin"), "APPROVE_CTOS")
    await market.fetch("update ctos set status = 'in_review'")
    assert (await market.mutate("approveCto", selection, {"ctoId": str(cto.id)}, admin_key))["status"] == "LISTED"
    client_key = await key_of(await market.join("client"), "WRITE_REVIEWS")
    review = {"ctoId": str(cto.id), "rating": 5, "body": "Calm and clear."}
    written = await market.mutate("writeReview", "... on Review { id }" + PROBLEMS, review, client_key)
    assert written["__typename"] == "Review", written


FORBIDDEN = {
    "signOut": None,
    "changePassword": {"currentPassword": "correct horse battery staple", "newPassword": "another good password"},
    "changeEmail": {"email": "new@people.example"},
    "endOtherSessions": None,
    "sendVerification": None,
}


@pytest.mark.parametrize("field", FORBIDDEN)
async def test_accounts_are_out_of_every_keys_reach(market, field):
    key = await key_of(await market.join("client", "cto", "admin"), *(scope.name for scope in Scope))
    refused = await market.mutate(field, DONE, FORBIDDEN[field], key)
    assert refused["code"] == "forbidden"


async def test_keys_security_and_members_are_out_of_every_keys_reach(market):
    person = await market.join("client", "cto", "admin")
    key = await key_of(person, *(scope.name for scope in Scope))
    another = {"name": "More", "scopes": ["READ_DIRECTORY"], "expiresInDays": 1}
    assert (await market.mutate("createApiKey", CREATED, another, key))["code"] == "forbidden"
    policy = {"mfa": "OFF", "idleMinutes": 60, "absoluteHours": 24}
    selection = "... on AccessPolicy { mfa }" + PROBLEMS
    assert (await market.mutate("updateAccessPolicy", selection, policy, key))["code"] == "forbidden"
    roles = {"memberId": str(person.id), "roles": ["ADMIN"]}
    assert (await market.mutate("setMemberRoles", "... on Member { id }" + PROBLEMS, roles, key))["code"] == "forbidden"
    invited = {"emails": ["new@people.example"], "roles": ["ADMIN"]}
    selection = "... on MadeInvitations { invitations { id } }" + PROBLEMS
    assert (await market.mutate("invite", selection, invited, key))["code"] == "forbidden"
    for query in ("apiKeys { id }", "memberApiKeys { totalCount }", "sessions { id }", "accessPolicy { mfa }"):
        assert code(await market.graphql(f"{{ {query} }}", key)) == "forbidden", query


async def test_a_key_signs_nobody_in(market):
    person = await market.join("client")
    key = await key_of(person)
    credentials = {"email": person.email, "password": "correct horse battery staple"}
    assert (await market.mutate("signIn", TOKENS + REFUSALS, credentials, key))["code"] == "forbidden"
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": key}, key)
    assert refused["code"] == "forbidden"


async def test_a_key_opens_no_page_and_is_no_cookie(market):
    person = await market.join("client")
    key = await key_of(person, "MANAGE_PROJECTS")
    async with market.browser(authorization=f"Bearer {key}") as browser:
        assert (await browser.get("/projects")).status_code == 401
        assert (await browser.get("/account")).status_code == 401
        assert "session" not in browser.cookies
    async with market.browser(cookie=f"session={key}") as browser:
        assert (await browser.get("/account")).status_code == 401


async def test_people_are_offered_what_they_could_use(market):
    async def offered(*roles: str) -> set[str]:
        found = await (await market.join(*roles)).query("{ offeredScopes { scope } }")
        return {each["scope"] for each in found["offeredScopes"]}

    assert "MANAGE_PROFILE" in await offered("cto")
    assert "MANAGE_PROFILE" not in await offered("client")
    assert {"READ_MEMBERS", "READ_AUDIT", "APPROVE_CTOS"} <= await offered("admin")
    assert not {"READ_MEMBERS", "READ_AUDIT", "APPROVE_CTOS"} & await offered("client", "cto")
