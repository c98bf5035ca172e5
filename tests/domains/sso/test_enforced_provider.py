"""Enforced single sign-on names one provider: another one that is connected too is no way around it."""

from uuid import UUID, uuid4

import httpx
import pytest
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.office import Office
from tests.domains.sso.oidc_visit import connect, provider
from tests.domains.sso.saml_scene import Scene, failed_check, visitor
from tests.domains.sso.setting_up import ready_to_test, scene_of
from tests.factories import Person, sign_in


async def connect_another(office: Office) -> str:
    """A second active connection, to the same provider."""
    connection_id = await ready_to_test(office.rescuer, office.signer, "Contractors")
    await office.market.fetch("update sso_connections set status = 'active' where id = $1", connection_id)
    return connection_id


async def known_at(office: Office, connection_id: str, browser: httpx.AsyncClient) -> tuple[Person, Scene]:
    """Somebody whom a connection signs on, at their browser."""
    person = await office.market.join("client")
    await office.market.fetch(
        "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'somebody')",
        office.market.id,
        connection_id,
        person.id,
    )
    return person, await scene_of(office.market, browser, office.signer, connection_id)


async def own(office: Office, connection_id: str, domain: str) -> None:
    """Prove an e-mail domain for a connection."""
    value = {"connectionId": connection_id, "domain": domain}
    answered_by(office.market, Names())
    claimed = await office.rescuer.mutate("claimEmailDomain", "... on EmailDomain { id recordValue }", value)
    answered_by(office.market, Names(everything=[claimed["recordValue"]]))
    verified = "... on EmailDomain { verifiedAt }"
    assert (await office.rescuer.mutate("verifyEmailDomain", verified, {"id": claimed["id"]}))["verifiedAt"]


@pytest.mark.parametrize("scope", ["EVERYONE", "DOMAINS"])
async def test_another_provider_lets_bound_people_in_before_and_not_after(office: Office, scope: str):
    await office.own("people.example")
    other = await connect_another(office)
    async with visitor(office.market) as browser:
        _, scene = await known_at(office, other, browser)
        assert (await scene.sign_on(subject="somebody")).status_code == 303
        assert await scene.signed_in()
        assert (await office.enforce(scope))["stage"] == scope
        # What was opened by it has ended, and it opens nothing new.
        assert not await scene.signed_in()
        refused = await scene.sign_on(subject="somebody")
        assert refused.status_code == 403, refused.text
        assert not await scene.signed_in()


async def test_the_enforced_provider_lets_them_in_before_and_after(office: Office):
    async with visitor(office.market) as browser:
        _, scene = await known_at(office, office.connection_id, browser)
        assert (await scene.sign_on(subject="somebody")).status_code == 303
        await office.enforce()
        assert await scene.signed_in()
        assert (await scene.sign_on(subject="somebody")).status_code == 303
        assert await scene.signed_in()


async def test_a_provider_that_speaks_for_their_domain_lets_them_in(office: Office):
    other = await connect_another(office)
    await own(office, other, "people.example")
    async with visitor(office.market) as browser:
        _, scene = await known_at(office, other, browser)
        assert (await scene.sign_on(subject="somebody")).status_code == 303
        await office.enforce()
        assert await scene.signed_in()
        assert (await scene.sign_on(subject="somebody")).status_code == 303


async def test_people_who_are_not_bound_come_by_any_provider(office: Office):
    await office.own("people.example")
    other = await connect_another(office)
    async with visitor(office.market) as browser:
        person, scene = await known_at(office, other, browser)
        guest = f"{uuid4().hex}@guests.example"
        await office.market.fetch("update users set email = $2 where id = $1", person.id, guest)
        assert (await scene.sign_on(subject="somebody")).status_code == 303
        await office.enforce("DOMAINS")
        assert await scene.signed_in()
        assert (await scene.sign_on(subject="somebody")).status_code == 303


async def test_a_session_ends_when_its_person_becomes_bound(office: Office):
    """Not when it is enforced alone: an address may change later, and a sign-in may cross with it."""
    await office.own("people.example")
    person = await office.market.join("client", email=f"{uuid4().hex}@guests.example")
    async with visitor(office.market) as browser:
        await sign_in(browser, person)
        await office.enforce("DOMAINS")
        assert (await browser.get("/account")).status_code == 200
        assert (await person.graphql("{ me { id } }"))["data"]["me"] is not None
        moved = f"{uuid4().hex}@people.example"
        await office.market.fetch("update users set email = $2 where id = $1", person.id, moved)
        assert (await browser.get("/account")).status_code != 200
        assert (await person.graphql("{ me { id } }"))["data"]["me"] is None


async def test_no_account_is_opened_for_whom_is_refused(office: Office):
    """What is refused has not happened; the administrator reads why."""
    await office.enforce()
    people = "select tenant_id from users union all select tenant_id from sso_identities"
    before = len(await office.market.fetch(people))
    with provider() as op:
        connected = await connect(office.market, op)
        async with visitor(office.market) as browser:
            refused = await connected.sign_on(browser)
        assert refused.status_code == 403, refused.text
    assert len(await office.market.fetch(people)) == before
    kept = "select reference from sso_traces where connection_id = $1 and outcome = 'refused'"
    (row,) = await office.market.fetch(kept, connected.id)
    failed = await failed_check(office.market, row["reference"])
    assert failed is not None
    assert failed.name == "Connection may bring the person in"


async def test_no_role_is_given_to_whom_is_refused(office: Office):
    other = await connect_another(office)
    await office.market.fetch("""update sso_connections set roles_by_group = '{"leads": ["cto"]}'""")
    async with visitor(office.market) as browser:
        person, scene = await known_at(office, other, browser)
        await office.enforce()
        refused = await scene.sign_on(subject="somebody", attributes=(("groups", "leads"),))
        assert refused.status_code == 403, refused.text
    (row,) = await office.market.fetch("select roles from users where id = $1", person.id)
    assert row["roles"] == ["client"]


@pytest.mark.parametrize("enforced", [False, True])
async def test_whom_it_binds_confirms_where_they_would_be_let_in(office: Office, enforced: bool):
    """Somebody at their open session, who can also sign on at another provider as them, is not taken for them."""
    other = await connect_another(office)
    async with visitor(office.market) as browser:
        person, elsewhere = await known_at(office, other, browser)
        link = "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'somebody')"
        await office.market.fetch(link, office.market.id, UUID(office.connection_id), person.id)
        usual = await scene_of(office.market, browser, office.signer, office.connection_id)
        assert (await usual.sign_on(subject="somebody")).status_code == 303
        if enforced:
            assert (await office.enforce())["stage"] == "EVERYONE"
        await office.market.fetch("update sessions set authenticated_at = now() - interval '1 day'")
        fresh = "select 1 from sessions where authenticated_at > now() - interval '1 hour'"
        for scene, confirms in ((elsewhere, not enforced), (usual, True)):
            await scene.depart(purpose="step_up")
            arrived = await scene.send(scene.signed(subject="somebody"))
            assert arrived.status_code == 303, arrived.text
            finished = await browser.get(arrived.headers["location"])
            assert finished.status_code == (303 if confirms else 403), finished.text
            assert (await office.market.fetch(fresh) != []) is confirms


async def test_an_emergency_administrators_sign_in_by_one_factor_ends(office: Office):
    """One was enough before it was enforced; to pass by the provider it takes two."""
    await office.market.fetch("insert into access_policies (tenant_id, mfa) values ($1, 'off')", office.market.id)
    async with visitor(office.market) as browser:
        await sign_in(browser, office.rescuer)
        assert (await browser.get("/account")).status_code == 200
        await office.market.fetch("update users set break_glass = true where id = $1", office.admin.id)
        assert (await office.enforce(by=office.admin))["stage"] == "EVERYONE"
        assert (await browser.get("/account")).status_code != 200
