"""The wizard, page by page, as an IT administrator walks through it without scripts."""

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.office import Office
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import (
    create,
    enabled,
    hosting,
    link_as,
    metadata_of,
    ready_to_test,
    scene_of,
    try_out,
)
from tests.domains.sso.wizard import begin, fill, press
from tests.factories import form_token, sign_in

WAITING = "Until one of its e-mail domains is verified"


async def test_from_nothing_to_on_by_metadata_address(market, admin, browser, provider: Signer):
    home = await begin(browser)
    connection_id = home.rsplit("/", 1)[1]
    with hosting() as host:
        host.content = metadata_of(provider)
        told = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", how="url", metadataUrl=host.url)
    assert (told.status_code, told.headers["location"]) == (303, f"{home}?step=mapping"), told.text
    people = {"jit": "yes", "defaultRole": "CLIENT", "group": "leads", "role": "CTO", "go": "next"}
    mapped = await fill(browser, f"{home}?step=mapping", f"{home}/mapping", **people)
    assert mapped.headers["location"] == f"{home}?step=test"
    assert "Waiting for your first test sign-in" in (await browser.get(f"{home}?step=test")).text
    assert f'action="{home}/enable"' not in (await browser.get(f"{home}?step=enable")).text
    attributes = (("email", admin.email), ("groups", "leads"))
    shown = await try_out(market, browser, provider, connection_id, attributes=attributes)
    trace = await browser.get(shown.headers["location"])
    assert (trace.status_code, "It works" in trace.text) == (200, True)
    assert "is on. People can sign in through it" in await press(browser, f"{home}?step=enable", f"{home}/enable")
    async with visitor(market) as somebody:
        assert "Sign in with Acme account" in (await somebody.get("/login")).text
    for page in ("", "/domains", "/enforcement", f"/{connection_id}/attempts"):
        assert (await browser.get(f"/admin/sso{page}")).status_code == 200, page


async def test_a_metadata_file_is_uploaded(browser, provider: Signer):
    home = await begin(browser)
    page = await browser.get(f"{home}?step=metadata")
    file = {"file": ("metadata.xml", metadata_of(provider).encode(), "text/xml")}
    token = {"_csrf": form_token(page.text)}
    told = await browser.post(f"{home}/metadata/file", data=token, files=file)
    assert (told.status_code, told.headers.get("location")) == (303, f"{home}?step=mapping"), told.text
    empty = await browser.post(f"{home}/metadata/file", data=token, files={"file": ("", b"", "text/xml")})
    assert (empty.status_code, "Choose the metadata file." in empty.text) == (422, True)


async def test_what_is_wrong_stands_by_its_field_and_what_was_typed_stays(browser):
    home = await begin(browser)
    typed = {"how": "hand", "entityId": "https://idp.example", "ssoUrl": "http://plain.example", "certificates": "x"}
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", **typed)
    assert refused.status_code == 422
    assert 'id="ssoUrl-error"' in refused.text
    assert 'id="certificates-error"' in refused.text
    assert 'value="https://idp.example"' in refused.text


@pytest.mark.parametrize(("how", "said"), [("url", "Paste the metadata address"), ("text", "Paste the metadata")])
async def test_an_empty_form_says_what_is_missing(browser, how, said):
    home = await begin(browser)
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", how=how)
    assert (refused.status_code, said in refused.text) == (422, True)


async def test_a_client_secret_is_never_sent_back(admin, browser):
    home = f"/admin/sso/{await create(admin, protocol='OIDC', provider='KEYCLOAK')}"
    typed = {"issuer": "nonsense", "clientId": "abc", "clientSecret": "hunter2-hunter2"}
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/client", **typed)
    assert refused.status_code == 422
    assert 'value="abc"' in refused.text
    assert "hunter2" not in refused.text


async def test_groups_are_previewed_from_the_last_sign_in(market, admin, browser, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    home = f"/admin/sso/{connection_id}"
    people = {"jit": "yes", "defaultRole": "CLIENT", "group": "leads", "role": "CTO", "go": "stay"}
    stayed = await fill(browser, f"{home}?step=mapping", f"{home}/mapping", **people)
    assert stayed.headers["location"] == f"{home}?step=mapping"
    await try_out(market, browser, provider, connection_id, attributes=(("email", admin.email), ("groups", "leads")))
    assert "try=leads" in (await browser.get(f"{home}?step=mapping")).text
    preview = (await browser.get(f"{home}?step=mapping&try=leads%2C+others")).text
    assert "Would be: <b>CTO</b>" in preview
    assert "gives nothing" in preview


async def test_the_test_step_shows_tests_alone_whoever_else_comes(market, admin, browser, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    home = f"/admin/sso/{connection_id}"
    async with visitor(market) as stranger:
        garbage = {"SAMLResponse": "garbage", "RelayState": "x"}
        assert (await stranger.post(f"/sso/{connection_id}/acs", data=garbage)).status_code == 404
        scene = await scene_of(market, browser, provider, connection_id)
        await try_out(market, browser, provider, connection_id)
        await press(browser, f"{home}?step=enable", f"{home}/enable")
        assert (await scene.send("garbage")).status_code == 400
    tried = (await browser.get(f"{home}?step=test")).text
    assert "It works as it is set up now" in tried
    assert "Refused" not in tried
    assert "Refused" in (await browser.get(f"{home}/attempts")).text
    await scene.depart(purpose="test")
    await scene.send("garbage")
    assert "Refused" in (await browser.get(f"{home}?step=test")).text


async def test_the_trail_names_who_tested_and_who_linked(market, admin, browser, provider: Signer):
    connection_id = await enabled(admin, provider)
    assert (await link_as(browser, market, provider, connection_id, "subject")).status_code == 303
    told = await market.fetch(
        "select action, actor_id, actor_name from audit_events"
        " where action in ('sso.connection.tested', 'sso.identity.linked') order by id"
    )
    assert [tuple(row) for row in told] == [
        (action, admin.id, "Ada Person") for action in ("sso.connection.tested", "sso.identity.linked")
    ]


async def test_the_wizard_says_that_newcomers_wait_for_a_proven_domain(market, admin, browser, provider: Signer):
    connection_id = await enabled(admin, provider)
    pages = [f"/admin/sso/{connection_id}", f"/admin/sso/{connection_id}?step=enable"]
    for page in pages:
        assert WAITING in (await browser.get(page)).text
    claim = {"connectionId": connection_id, "domain": "acme.example"}
    await admin.mutate("claimEmailDomain", "__typename", claim)
    await market.fetch("update email_domains set verified_at = now()")
    for page in pages:
        assert WAITING not in (await browser.get(page)).text


@pytest.mark.parametrize("page", ["/admin/sso/new", "/admin/sso/{}?step=metadata", "/admin/sso/{}?step=enable"])
async def test_a_page_that_changes_something_asks_first_who_it_is(market, admin, browser, page):
    path = page.format(await create(admin))
    await market.fetch("update sessions set authenticated_at = now() - interval '11 minutes'")
    answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/step-up?next=%2Fadmin%2Fsso")


async def test_the_reference_that_somebody_reads_out_leads_to_the_trace(market, admin, browser, provider: Signer):
    shown = await try_out(market, browser, provider, await ready_to_test(admin, provider))
    reference = shown.headers["location"].rsplit("/", 1)[1]
    found = await fill(browser, "/admin/sso", "/admin/sso/attempts", reference=f" {reference.lower()} ")
    assert found.headers["location"] == shown.headers["location"]
    assert "There is no attempt" in await press(browser, "/admin/sso", "/admin/sso/attempts", reference="BCDF-BCDF")


async def test_a_domain_is_added_proven_and_removed_on_its_page(market, admin, browser, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    page = "/admin/sso/domains"
    refused = await fill(browser, page, page, connectionId=connection_id, domain="gmail.com")
    assert (refused.status_code, 'id="domain-error"' in refused.text) == (422, True)
    added = await press(browser, page, page, connectionId=connection_id, domain="corp.example")
    assert "_sso-challenge.corp.example" in added
    (row,) = await market.fetch("select id, token from email_domains")
    names = answered_by(market, Names())
    assert "There is no TXT record" in await press(browser, page, f"{page}/{row['id']}/verify")
    names.away = True
    assert "The name servers do not answer." in await press(browser, page, f"{page}/{row['id']}/verify")
    answered_by(market, Names(everything=[f"sso-verification={row['token']}"]))
    assert "corp.example is verified." in await press(browser, page, f"{page}/{row['id']}/verify")
    assert "corp.example is removed." in await press(browser, page, f"{page}/{row['id']}/remove")


async def test_enforcement_is_turned_on_and_off_on_its_page(office: Office):
    page = "/admin/sso/enforcement"
    await office.market.fetch("delete from passkeys where user_id = $1", office.rescuer.id)
    async with visitor(office.market) as browser:
        await sign_in(browser, office.rescuer)
        refused = await fill(browser, page, f"{page}/emergency", userId=str(office.rescuer.id), on="no")
        assert refused.status_code == 303
        await office.market.fetch("update users set break_glass = true where id = $1", office.rescuer.id)
        await office.keep_a_passkey()
        ready = await browser.get(page)
        assert "Ready to be required" in ready.text
        fields = {"connectionId": office.connection_id, "scope": "everyone"}
        assert "Single sign-on is required from now on." in await press(browser, page, page, **fields)
        assert "Required for everybody" in (await browser.get(page)).text
        assert "Somebody must get in" in await press(
            browser, page, f"{page}/emergency", userId=str(office.rescuer.id), on="no"
        )
        assert "Single sign-on is optional again." in await press(browser, page, f"{page}/off")


@pytest.mark.parametrize("path", ["", "/new", "/domains", "/enforcement", "/018f0000-0000-7000-8000-000000000001"])
@pytest.mark.parametrize("who", ["visitor", "client", "cto"])
async def test_only_administrators_get_there(market, path, who):
    async with visitor(market) as browser:
        if who != "visitor":
            await sign_in(browser, await market.join(who))
        answer = await browser.get(f"/admin/sso{path}")
    assert answer.status_code in ((401, 303) if who == "visitor" else (403,))


async def test_a_connection_of_another_marketplace_is_none(market, other_market, browser, provider: Signer):
    stranger = await other_market.join("admin")
    theirs = await ready_to_test(stranger, provider)
    for page in (f"/admin/sso/{theirs}", f"/admin/sso/{theirs}/attempts"):
        assert (await browser.get(page)).status_code == 404
