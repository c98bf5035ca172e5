"""Enforced single sign-on: what it takes, how it is turned, and the way back that it always leaves."""

from uuid import uuid4

from tests.domains.accounts.factor_steps import enrol, sign_in_program
from tests.domains.scim.directories import connect, told
from tests.domains.sso.office import Office, give_emergency_access, prove
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import CONNECTION, scene_of, try_out
from tests.factories import PROBLEMS, sign_in

from ctorendang.domains.sso.enforcement.stages import TRANSITIONS, Stage, Turn

# What it takes


async def test_everything_in_place_is_ready(office: Office):
    state = await office.state()
    assert (state["stage"], [each["met"] for each in state["requirements"]]) == ("READY", [True, True, True])


async def test_without_an_administrator_who_came_through_it_nothing_is_enforced(office: Office):
    await office.market.fetch("update sso_connections set tested_by = null")
    refused = await office.enforce()
    assert refused["code"] == "not_ready_to_enforce"
    assert (await office.state())["stage"] == "OFF"


async def test_whoever_changed_the_version_the_proof_is_of_the_old_one(office: Office):
    await office.market.fetch("update sso_connections set version = version + 1")
    assert (await office.enforce())["code"] == "not_ready_to_enforce"


async def test_a_sign_in_through_an_earlier_version_does_not_count(office: Office):
    changed = {"connectionId": office.connection_id, "forceAuthn": True}
    assert (await office.admin.mutate("setSamlOptions", CONNECTION, changed))["tested"] is False
    assert (await office.enforce())["code"] == "not_ready_to_enforce"
    await prove(office.market, office.admin, office.signer, office.connection_id)
    assert (await office.enforce())["stage"] == "EVERYONE"


async def test_a_test_sign_in_as_somebody_else_does_not_count(office: Office):
    """Trying it out shows that the provider answers; only coming in shows that one gets in."""
    changed = {"connectionId": office.connection_id, "forceAuthn": True}
    await office.admin.mutate("setSamlOptions", CONNECTION, changed)
    async with visitor(office.market) as browser:
        await sign_in(browser, office.admin)
        await try_out(office.market, browser, office.signer, office.connection_id, subject="nobody here")
    assert (await office.enforce())["code"] == "not_ready_to_enforce"


async def test_somebody_must_get_in_without_the_provider(office: Office):
    assert (await give_emergency_access(office.rescuer, office.rescuer, on=False))["__typename"] == "Done"
    assert (await office.enforce())["code"] == "not_ready_to_enforce"


async def test_emergency_access_wants_a_second_factor_and_an_administrator(office: Office):
    assert (await give_emergency_access(office.rescuer, office.admin))["code"] == "not_fit_for_emergencies"
    client = await office.market.join("client")
    assert (await give_emergency_access(office.rescuer, client))["code"] == "not_found"


async def test_domains_must_be_proven_to_be_bound(office: Office):
    assert (await office.enforce("DOMAINS"))["code"] == "not_ready_to_enforce"
    await office.own("people.example")
    assert (await office.enforce("DOMAINS"))["domains"] == ["people.example"]


async def test_a_sign_in_of_long_ago_does_not_do(office: Office):
    await office.market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    assert (await office.enforce())["code"] == "step_up_required"
    assert (await office.rescuer.mutate("stopEnforcingSso", "... on Refusal { code }"))["code"] == "step_up_required"
    assert (await give_emergency_access(office.rescuer, office.rescuer, on=False))["code"] == "step_up_required"


# The way back


async def test_an_emergency_administrator_gets_in_with_two_factors(office: Office):
    app, _ = await enrol(office.rescuer)
    await office.enforce()
    assert (await office.rescuer.graphql("{ me { id } }"))["data"]["me"]["id"] == str(office.rescuer.id)
    alone = await sign_in_program(office.market, office.rescuer.email)
    assert alone["__typename"] == "Refusal"
    both = await sign_in_program(office.market, office.rescuer.email, app.code())
    assert both["__typename"] == "Tokens"


async def test_an_administrator_without_emergency_access_is_bound_too(office: Office):
    await office.enforce()
    assert (await sign_in_program(office.market, office.admin.email))["code"] == "single_sign_on_required"


async def test_the_last_emergency_administrator_stays_one(office: Office):
    await office.enforce()
    assert (await give_emergency_access(office.rescuer, office.rescuer, on=False))["code"] == "no_way_back"
    member = "... on Member { id }" + PROBLEMS
    suspended = await office.rescuer.mutate("suspendMember", member, {"memberId": str(office.rescuer.id)})
    assert suspended["code"] == "last_emergency_administrator"
    demoted = {"memberId": str(office.rescuer.id), "roles": ["CLIENT"]}
    assert (await office.rescuer.mutate("setMemberRoles", member, demoted))["code"] == "last_emergency_administrator"


async def test_a_directory_neither_shuts_out_nor_demotes_the_last_emergency_administrator(office: Office):
    directory = await connect(office.market)
    await directory.map(("IT", "admin"))
    made = await directory.add()
    it = await directory.group("IT", made)
    account = await directory.account(made)
    await office.market.fetch("update users set break_glass = (id = $1)", account["id"])
    await office.market.fetch("update passkeys set user_id = $1", account["id"])
    assert (await office.enforce(by=office.admin))["stage"] == "EVERYONE"
    needed = "Only they get in when single sign-on fails. Give somebody else emergency access first."
    for answer in (
        await directory.patch(made, {"op": "replace", "value": {"active": False}}),
        await directory.send("DELETE", f"/Users/{made['id']}"),
        await directory.patch(it, {"op": "remove", "path": "members"}),
    ):
        assert (told(answer)[0], told(answer)[2]) == (409, needed)
    grace = await directory.add()
    await directory.group("Experts", grace)
    await directory.map(("Experts", "cto"))
    assert "cto" in (await directory.account(grace))["roles"], "the others follow the mapping all the same"
    after = await directory.account(made)
    assert (after["status"], "admin" in after["roles"], after["break_glass"]) == ("active", True, True)


async def test_emergency_access_goes_with_the_admin_role(office: Office):
    colleague = await office.market.join("admin")
    await office.market.fetch("update users set break_glass = true where id = $1", colleague.id)
    member = "... on Member { id }" + PROBLEMS
    demoted = {"memberId": str(colleague.id), "roles": ["CLIENT"]}
    assert (await office.rescuer.mutate("setMemberRoles", member, demoted))["__typename"] == "Member"
    (row,) = await office.market.fetch("select break_glass from users where id = $1", colleague.id)
    assert row["break_glass"] is False


async def test_emergency_access_is_taken_from_whoever_has_it(office: Office):
    client = await office.market.join("client")
    await office.market.fetch("update users set break_glass = true where id = $1", client.id)
    await office.enforce()
    assert (await give_emergency_access(office.rescuer, client, on=False))["__typename"] == "Done"
    (row,) = await office.market.fetch("select break_glass from users where id = $1", client.id)
    assert row["break_glass"] is False


async def test_the_last_factor_of_an_emergency_administrator_stays(office: Office):
    await office.market.fetch("delete from passkeys where user_id = $1", office.rescuer.id)
    await enrol(office.rescuer)
    await office.enforce()
    removed = await office.rescuer.mutate("removeAuthenticatorApp", "... on Refusal { code }")
    assert removed["code"] == "second_factor_needed"


async def test_the_provider_cannot_demote_an_emergency_administrator(office: Office):
    mapping = {"connectionId": office.connection_id, "mapping": [{"group": "it", "role": "ADMIN"}]}
    await office.rescuer.mutate("mapSsoPeople", CONNECTION, mapping)
    await office.market.fetch(
        "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'rescuer')",
        office.market.id,
        office.connection_id,
        office.rescuer.id,
    )
    async with visitor(office.market) as browser:
        scene = await scene_of(office.market, browser, office.signer, office.connection_id)
        assert (await scene.sign_on(subject="rescuer")).status_code == 303
    (row,) = await office.market.fetch("select roles from users where id = $1", office.rescuer.id)
    assert row["roles"] == ["admin"]


# Changes meanwhile


async def test_an_enforced_connection_is_neither_turned_off_nor_deleted(office: Office):
    await office.enforce()
    for mutation in ("disableSsoConnection", "deleteSsoConnection"):
        refused = await office.rescuer.mutate(
            mutation, "... on Refusal { code }", {"connectionId": office.connection_id}
        )
        assert refused["code"] == "connection_is_enforced"


async def test_changing_it_keeps_it_enforced_and_says_so(office: Office):
    await office.enforce()
    await office.rescuer.mutate(
        "setSamlOptions", CONNECTION, {"connectionId": office.connection_id, "forceAuthn": True}
    )
    assert (await office.state())["stage"] == "EVERYONE"
    page = "query($id: ID!) { ssoConnection(id: $id) { tested enforced warnings { message } } }"
    found = (await office.rescuer.query(page, id=office.connection_id))["ssoConnection"]
    assert (found["tested"], found["enforced"]) == (False, True)
    assert "changed since it was last tested" in found["warnings"][0]["message"]


async def test_a_domain_that_lost_its_proof_stays_bound(office: Office):
    """Whoever can remove a DNS record must not switch enforcement off with it."""
    domain_id = await office.own("people.example")
    await office.enforce("DOMAINS")
    await office.market.fetch("update email_domains set verified_at = null where id = $1", domain_id)
    person = await office.market.join("client", email=f"{uuid4().hex}@guests.example")
    await office.market.fetch("update users set email = 'lost@people.example' where id = $1", person.id)
    assert (await sign_in_program(office.market, "lost@people.example"))["code"] == "single_sign_on_required"
    removed = await office.rescuer.mutate("removeEmailDomain", "... on Refusal { code }", {"id": domain_id})
    assert removed["code"] == "domain_is_enforced"


async def test_turning_it_off_opens_the_ways_again(office: Office):
    person = await office.market.join("client")
    await office.enforce()
    assert (await office.rescuer.mutate("stopEnforcingSso", "... on Done { message }"))["__typename"] == "Done"
    assert (await sign_in_program(office.market, person.email))["__typename"] == "Tokens"
    again = await office.rescuer.mutate("stopEnforcingSso", "... on Refusal { code }")
    assert again["code"] == "enforcement_unchanged"


async def test_each_turn_is_in_the_trail(office: Office):
    await office.own("people.example")
    await office.enforce("DOMAINS")
    await office.enforce("EVERYONE")
    assert (await office.enforce("EVERYONE"))["code"] == "enforcement_unchanged"
    await office.rescuer.mutate("stopEnforcingSso", "... on Done { message }")
    rows = await office.market.fetch(
        "select action from audit_events where action like 'sso.enforcement.%' order by id"
    )
    assert [row["action"].rsplit(".", 1)[1] for row in rows] == ["enforced", "enforced", "turned_off"]


def test_no_turn_leads_out_of_enforcement_but_turning_it_off():
    enforced = {Stage.DOMAINS, Stage.EVERYONE}
    out = {turn for (stage, turn), after in TRANSITIONS.items() if stage in enforced and after not in enforced}
    assert out == {Turn.TURN_OFF}
