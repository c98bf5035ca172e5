"""Connections: from draft to active and off again, and what each step refuses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.real_op import RealOp, serving
from tests.domains.sso.saml_scene import REFERENCE, visitor
from tests.domains.sso.setting_up import (
    CONNECTION,
    configure,
    create,
    enabled,
    hosting,
    metadata_of,
    ready_to_test,
    scene_of,
    try_out,
)
from tests.factories import Marketplace, Person, sign_in

from ctorendang.domains.sso.connections.lifecycle import TRANSITIONS, Move
from ctorendang.domains.sso.connections.providers import GUIDES, NAMES, PROTOCOLS
from ctorendang.domains.sso.saml.certificates import make_key_pair
from ctorendang.domains.sso.status import ConnectionStatus
from ctorendang.kit.clock import now

ALL = (
    "query($id: ID!) { ssoConnection(id: $id) { status version tested configured saml { certificates { daysLeft } } } }"
)


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def of(admin: Person, connection_id: str) -> dict:
    return (await admin.query(ALL, id=connection_id))["ssoConnection"]


async def test_a_draft_signs_nobody_in(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    async with visitor(market) as browser:
        assert (await browser.get(f"/sso/{connection_id}/login")).status_code == 404
        assert "Acme account" not in (await browser.get("/login")).text
        assert (await browser.get(f"/sso/{connection_id}/login?purpose=test")).status_code in (401, 403, 303)
        assert "SAMLRequest" not in (await browser.get(f"/sso/{connection_id}/login?purpose=test")).text


async def test_it_is_enabled_only_once_a_test_of_this_version_worked(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    which = {"connectionId": connection_id}
    assert (await admin.mutate("enableSsoConnection", CONNECTION, which))["code"] == "connection_not_tested"
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        await try_out(market, browser, provider, connection_id)
    assert (await of(admin, connection_id))["status"] == "TESTED"
    changed = await configure(admin, connection_id, metadata=metadata_of(provider, Signer()))
    assert (changed["status"], changed["tested"]) == ("DRAFT", False)
    assert (await admin.mutate("enableSsoConnection", CONNECTION, which))["code"] == "connection_not_tested"


async def test_saving_the_same_again_needs_no_new_test(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    before = (await of(admin, connection_id))["version"]
    await configure(admin, connection_id, metadata=metadata_of(provider))
    assert (await of(admin, connection_id))["version"] == before


async def test_an_active_one_stays_on_while_it_is_corrected(market, admin, provider: Signer):
    connection_id = await enabled(admin, provider)
    changed = await configure(admin, connection_id, metadata=metadata_of(provider, Signer()))
    assert (changed["status"], changed["tested"]) == ("ACTIVE", False)


async def test_a_disabled_one_refuses_everybody_at_once_and_comes_back_untested_when_changed(
    market, admin, provider: Signer
):
    connection_id = await enabled(admin, provider)
    which = {"connectionId": connection_id}
    async with visitor(market) as browser:
        scene = await scene_of(market, browser, provider, connection_id)
        await scene.depart()
        assert (await admin.mutate("disableSsoConnection", CONNECTION, which))["status"] == "DISABLED"
        assert (await scene.send(scene.signed())).status_code == 404
        assert (await browser.get(f"/sso/{connection_id}/login")).status_code == 404
    assert (await admin.mutate("enableSsoConnection", CONNECTION, which))["status"] == "ACTIVE"
    await admin.mutate("disableSsoConnection", CONNECTION, which)
    await configure(admin, connection_id, metadata=metadata_of(Signer()))
    assert (await of(admin, connection_id))["status"] == "DRAFT"
    assert (await admin.mutate("enableSsoConnection", CONNECTION, which))["code"] == "connection_not_tested"


async def test_what_is_on_is_turned_off_before_it_is_deleted(market, admin, provider: Signer):
    connection_id = await enabled(admin, provider)
    which, done = {"connectionId": connection_id}, "... on Done { message } ... on Refusal { code }"
    assert (await admin.mutate("deleteSsoConnection", done, which))["code"] == "move_not_possible"
    await admin.mutate("disableSsoConnection", CONNECTION, which)
    assert (await admin.mutate("deleteSsoConnection", done, which))["__typename"] == "Done"
    assert await market.fetch("select 1 from sso_keys") == []


async def test_two_connections_cannot_have_one_name(admin):
    await create(admin, "Staff")
    value = {"name": "Staff", "protocol": "SAML", "provider": "ENTRA"}
    assert (await admin.mutate("createSsoConnection", CONNECTION, value))["code"] == "connection_name_taken"


async def test_a_provider_speaks_only_its_protocols(admin):
    value = {"name": "Staff", "protocol": "SAML", "provider": "GITHUB"}
    refused = await admin.mutate("createSsoConnection", CONNECTION, value)
    assert refused["fields"] == [{"field": "protocol", "message": "This provider does not offer that protocol."}]


DANGEROUS = {
    "createSsoConnection": {"name": "Staff", "protocol": "SAML"},
    "renameSsoConnection": {"name": "Mine"},
    "configureSaml": {"metadata": "x"},
    "setSamlOptions": {},
    "configureOidc": {"clientId": "abc"},
    "mapSsoPeople": {},
    "rotateSsoKeys": {},
    "enableSsoConnection": {},
    "disableSsoConnection": {},
    "deleteSsoConnection": {},
    "claimEmailDomain": {"domain": "corp.example"},
    "removeEmailDomain": {},
}


async def test_whatever_matters_asks_for_a_recent_sign_in(market, admin, provider: Signer):
    connection_id = await create(admin)
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    for mutation, value in DANGEROUS.items():
        which = {} if mutation == "createSsoConnection" else {"connectionId": connection_id}
        which = {"id": str(uuid4())} if mutation == "removeEmailDomain" else which
        refused = await admin.mutate(mutation, "... on Refusal { code }", {**which, **value})
        assert refused.get("code") == "step_up_required", mutation


async def test_the_metadata_address_is_asked_once_told_and_its_faults_belong_to_its_field(market, admin, provider):
    connection_id = await create(admin)
    with hosting() as host:
        host.content = "<html>no metadata</html>"
        refused = await configure(admin, connection_id, metadataUrl=host.url)
        assert [each["field"] for each in refused["fields"]] == ["metadataUrl"]
        host.status = 404
        refused = await configure(admin, connection_id, metadataUrl=host.url)
        assert "404" in refused["fields"][0]["message"]
    refused = await configure(admin, connection_id, metadataUrl="https://10.0.0.1/metadata")
    assert "public internet" in refused["fields"][0]["message"]
    assert not (await of(admin, connection_id))["configured"]


async def test_a_metadata_file_without_certificate_is_refused(admin):
    refused = await configure(admin, await create(admin), metadata=metadata_of())
    assert "no certificate" in refused["fields"][0]["message"]


async def test_a_key_without_a_use_signs(admin, provider: Signer):
    configured = await configure(admin, await create(admin), metadata=metadata_of(provider, use=""))
    assert configured["configured"] is True


async def test_by_hand_with_several_certificates(admin, provider: Signer):
    connection_id = await create(admin)
    both = provider.certificate + Signer().certificate
    fields = {"entityId": "https://idp.example", "ssoUrl": "https://idp.example/sso", "certificates": both}
    assert (await configure(admin, connection_id, **fields))["configured"] is True
    assert len((await of(admin, connection_id))["saml"]["certificates"]) == 2
    refused = await configure(
        admin, connection_id, **{**fields, "ssoUrl": "http://idp.example/sso", "certificates": "x"}
    )
    assert {each["field"] for each in refused["fields"]} == {"ssoUrl", "certificates"}


@pytest.mark.parametrize(("days", "urgent"), [(59, False), (6, True), (-3, True)])
async def test_a_certificate_that_runs_out_is_warned_of(market, admin, days, urgent):
    connection_id = await create(admin)
    begins = now() + timedelta(days=days, hours=12) - timedelta(days=5 * 365)
    fields = {"entityId": "https://idp.example", "ssoUrl": "https://idp.example/sso"}
    await configure(admin, connection_id, **fields, certificates=make_key_pair("idp", begins).certificate)
    found = await admin.query(
        "query($id: ID!) { ssoConnection(id: $id) { warnings { urgent message } } }", id=connection_id
    )
    (warning,) = found["ssoConnection"]["warnings"]
    assert warning["urgent"] is urgent
    assert ("has expired" if days < 0 else f"expires in {days} days") in warning["message"]


async def test_an_oidc_provider_is_asked_about_itself(market, admin):
    connection_id = await create(admin, protocol="OIDC", provider="KEYCLOAK")
    op = RealOp()
    with serving(op):
        value = {
            "connectionId": connection_id,
            "issuer": op.issuer,
            "clientId": "marketplace",
            "clientSecret": "s3cret!",
        }
        configured = await admin.mutate("configureOidc", CONNECTION, value)
        assert configured["configured"] is True, configured
        kept = await admin.mutate("configureOidc", CONNECTION, {**value, "clientSecret": None})
        assert kept["version"] == configured["version"]
    facts = "query($id: ID!) { ssoConnection(id: $id) { client { issuer clientId hasSecret } } }"
    client = (await admin.query(facts, id=connection_id))["ssoConnection"]["client"]
    assert client == {"issuer": op.issuer, "clientId": "marketplace", "hasSecret": True}
    (row,) = await market.fetch("select sso_connections::text as row from sso_connections")
    assert "s3cret!" not in row["row"]
    trail = await market.fetch("select details::text as details from audit_events")
    assert not any("s3cret!" in each["details"] for each in trail)


async def test_a_secret_must_be_there_the_first_time(admin):
    connection_id = await create(admin, protocol="OAUTH", provider="GITHUB")
    refused = await admin.mutate("configureOidc", CONNECTION, {"connectionId": connection_id, "clientId": "abc"})
    assert [each["field"] for each in refused["fields"]] == ["clientSecret"]


async def test_groups_are_previewed_as_they_would_count(admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    mapping = [
        {"group": "leads", "role": "CTO"},
        {"group": "leads", "role": "CLIENT"},
        {"group": "it", "role": "ADMIN"},
    ]
    await admin.mutate("mapSsoPeople", CONNECTION, {"connectionId": connection_id, "mapping": mapping})
    asked = "query($id: ID!, $g: [String!]!)"
    asked += "{ ssoRolePreview(connectionId: $id, groups: $g) { roles matched { group roles } } }"
    found = (await admin.query(asked, id=connection_id, g=["leads", "sales"]))["ssoRolePreview"]
    assert set(found["roles"]) == {"CTO", "CLIENT"}
    assert {each["group"]: set(each["roles"]) for each in found["matched"]} == {
        "leads": {"CTO", "CLIENT"},
        "sales": set(),
    }
    none = (await admin.query(asked, id=connection_id, g=["sales"]))["ssoRolePreview"]
    assert none["roles"] == ["CLIENT"]


async def test_a_refused_attempt_tells_the_administrator_why(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        scene = await scene_of(market, browser, provider, connection_id)
        await scene.depart(purpose="test")
        refused = await scene.send(scene.signed(audiences=(("https://elsewhere.example",),)))
        reference = REFERENCE.search(refused.text)[1]
        page = await browser.get(f"/admin/sso/{connection_id}/attempts/{reference}")
    assert page.status_code == 200
    assert "https://elsewhere.example" in page.text
    assert "It was refused" in page.text
    typed = f" {reference.lower()} "
    asked = "query($r: String!) { ssoAttempt(reference: $r) { attempt { succeeded } checks { passed hint } } }"
    found = (await admin.query(asked, r=typed))["ssoAttempt"]
    assert found["attempt"]["succeeded"] is False
    assert found["checks"][-1]["hint"]
    listed = 'query($id: ID!) { ssoAttempts(connectionId: $id, outcome: "refused") { totalCount } }'
    assert (await admin.query(listed, id=connection_id))["ssoAttempts"]["totalCount"] == 1


async def test_an_attempt_of_long_ago_is_not_shown(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        shown = await try_out(market, browser, provider, connection_id)
        await market.fetch("update sso_traces set expires_at = now()")
        assert (await browser.get(shown.headers["location"])).status_code == 404


async def test_our_next_key_signs_after_it_was_rotated(market, admin, provider: Signer):
    connection_id = await enabled(admin, provider)
    asked = "query($id: ID!) { ssoConnection(id: $id) { saml { ownCertificates { fingerprint } } } }"
    before = (await admin.query(asked, id=connection_id))["ssoConnection"]["saml"]["ownCertificates"]
    await admin.mutate("rotateSsoKeys", CONNECTION, {"connectionId": connection_id})
    after = (await admin.query(asked, id=connection_id))["ssoConnection"]["saml"]["ownCertificates"]
    assert after[0] == before[1]
    assert after[1] not in before


def test_every_provider_has_a_name_and_instructions():
    assert set(NAMES) == set(PROTOCOLS)
    assert {provider for provider, _ in GUIDES} == set(NAMES)
    for guide in GUIDES.values():
        assert guide.steps
        assert guide.bring


def test_only_enabling_what_was_tested_makes_a_connection_active():
    ways = {(stage, move) for (stage, move), after in TRANSITIONS.items() if after is ConnectionStatus.ACTIVE}
    assert {stage for stage, _ in ways if stage is not ConnectionStatus.ACTIVE} == {
        ConnectionStatus.TESTED,
        ConnectionStatus.DISABLED,
    }
    assert all(move is Move.ENABLE for stage, move in ways if stage is not ConnectionStatus.ACTIVE)
