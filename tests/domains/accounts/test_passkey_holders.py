"""Passkeys of people: on which host, for whom, as what, and who may change them."""

from uuid import UUID

import asyncpg
import httpx
import pytest
from tests.domains.accounts.factor_steps import (
    DONE,
    is_signed_in,
    let_time_pass,
    set_policy,
    show_code,
    show_password,
    shown_codes,
    sign_in_program,
)
from tests.domains.accounts.holders import holder_in
from tests.domains.accounts.soft_authenticator import (
    JSON,
    OWN,
    SIGN_IN,
    SoftAuthenticator,
    add_passkey,
    ask,
    b64,
    send,
    token_of,
    unb64,
)
from tests.factories import PROBLEMS, Marketplace, sign_in

from ctorendang.domains.accounts.errors import PasskeyNotAccepted
from ctorendang.domains.accounts.factors.ceremonies import ANSWERS_PER_ADDRESS, Ceremonies, Place
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import TooManyAttempts

PASSKEY = "... on Passkey { id name }" + PROBLEMS


async def test_a_passkey_alone_signs_in_without_a_name(market, holder, client):
    assert len(holder.codes) == 10
    options = await ask(client, SIGN_IN)
    assert "allowCredentials" not in options or options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = await send(client, SIGN_IN, holder.device.get(options), next="/ctos")
    assert answer.headers["location"] == "/ctos"
    assert await is_signed_in(client)
    sessions = await market.fetch("select strong from sessions where method = 'passkey'")
    assert [each["strong"] for each in sessions] == [True]


async def test_making_one_asks_for_a_discoverable_verified_credential_of_this_host(market, holder):
    options = await ask(holder.browser, OWN)
    assert options["rp"]["id"] == market.host
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(holder.device.credentials[0].id)]
    (row,) = await market.fetch("select name, rp_id, transports, backed_up from passkeys")
    assert dict(row) == {"name": "Laptop", "rp_id": market.host, "transports": ["internal"], "backed_up": True}


async def second_host(market: Marketplace) -> str:
    """Another domain of the tenant, as its declaration would add it."""
    host = f"also-{market.slug}.example"
    owner = await asyncpg.connect(market.marketplaces.settings.database.platform_url)
    await owner.execute(
        "insert into tenant_domains (host, tenant_id, verified_at) values ($1, $2, now())", host, market.id
    )
    await owner.close()
    market.marketplaces.site.product.directory.forget()
    return host


async def test_a_passkey_of_another_domain_of_the_tenant_is_neither_offered_nor_taken(market, holder):
    host = await second_host(market)
    async with market.browser() as browser:
        browser.base_url = httpx.URL(f"http://{host}")
        browser.headers["origin"] = f"http://{host}"
        shown = await show_password(browser, holder.person.email)
        assert shown.headers["location"] == "/login/second-factor"
        page = await browser.get("/login/second-factor")
        assert market.host in page.text
        assert "data-passkey" not in page.text
        asked = await ask(browser, "/login/second-factor/passkey")
        assert asked.get("allowCredentials", []) == []
        assert asked["rpId"] == host
        device = SoftAuthenticator(f"http://{host}", holder.device.credentials)
        # The signature is even made for this host: a browser would never do that.
        sent = device.get(asked, device.credentials[0], rp_id=host)
        assert (await send(browser, "/login/second-factor/passkey", sent)).status_code == 401
        # A recovery code leads in, and a passkey of this host can be added beside the other.
        assert (await show_code(browser, holder.codes[0])).status_code == 303
        options = await ask(browser, OWN)
        assert options["rp"]["id"] == host
        assert options.get("excludeCredentials", []) == []
    assert len(await market.fetch("select from passkeys where user_id = $1", holder.person.id)) == 1


async def test_after_a_password_a_passkey_of_ones_own_is_the_second_factor(market, holder, client):
    await show_password(client, holder.person.email, next="/ctos")
    asked = await ask(client, "/login/second-factor/passkey")
    assert [each["id"] for each in asked["allowCredentials"]] == [b64(holder.device.credentials[0].id)]
    answer = await send(client, "/login/second-factor/passkey", holder.device.get(asked, user_handle=None))
    assert answer.headers["location"] == "/ctos"
    assert await is_signed_in(client)


async def test_somebody_elses_passkey_is_no_second_factor(market, holder, client):
    async with market.browser() as browser:
        other = await holder_in(market, browser)
    await show_password(client, holder.person.email)
    asked = await ask(client, "/login/second-factor/passkey")
    for lies in ({}, {"user_handle": holder.person.id.bytes}, {"user_handle": None}):
        answer = await send(client, "/login/second-factor/passkey", other.device.get(asked, **lies))
        assert answer.status_code == 401
        asked = await ask(client, "/login/second-factor/passkey")
    assert not await is_signed_in(client)


async def test_a_credential_that_is_known_is_not_added_to_somebody_else(market, holder, client):
    other = await market.join("client")
    await sign_in(client, other)
    device = SoftAuthenticator(market.origin)
    assert (await add_passkey(client, device)).status_code == 200
    made = device.create(await ask(holder.browser, OWN))
    theirs = device.credentials[-1].id
    await market.fetch("update passkeys set credential_id = $1 where user_id = $2", theirs, other.id)
    assert (await send(holder.browser, OWN, made)).status_code == 409
    assert len(await market.fetch("select from passkeys where credential_id = $1", theirs)) == 1


async def test_suspended_and_bound_people_do_not_come_in_by_passkey(market, holder, client):
    admin = await market.join("admin")
    member = {"memberId": str(holder.person.id)}
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, member)
    assert (await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN)))).status_code == 401
    await admin.mutate("restoreMember", "... on Member { id }" + PROBLEMS, member)
    await set_policy(market, sso_scope="everyone")
    answer = await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN)))
    assert answer.status_code == 403
    assert not await is_signed_in(client)
    await market.fetch("update users set break_glass = true where id = $1", holder.person.id)
    assert (await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN)))).status_code == 303


async def test_the_end_of_access_voids_challenges(market, holder, client):
    await show_password(client, holder.person.email)
    await ask(client, "/login/second-factor/passkey")
    admin = await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(holder.person.id)})
    left = await market.fetch("select from passkey_challenges where user_id = $1", holder.person.id)
    assert left == []


async def test_a_passkey_counts_as_a_factor_and_may_have_to_stay(market, holder):
    assert (await sign_in_program(market, holder.person.email))["code"] == "second_factor_required"
    assert (await sign_in_program(market, holder.person.email, holder.codes[0]))["__typename"] == "Tokens"
    (row,) = await market.fetch("select id from passkeys")
    await set_policy(market, mfa="required")
    remove = {"passkeyId": str(row["id"])}
    assert (await holder.person.mutate("removePasskey", DONE, remove))["code"] == "second_factor_needed"
    await set_policy(market, mfa="optional")
    assert (await holder.person.mutate("removePasskey", DONE, remove))["__typename"] == "Done"
    assert (await sign_in_program(market, holder.person.email))["__typename"] == "Tokens"


async def test_passkeys_are_named_and_removed_by_their_owner_only(market, holder):
    (row,) = await market.fetch("select id from passkeys")
    passkey = {"passkeyId": str(row["id"])}
    other = await market.join("client", "admin")
    assert (await other.mutate("renamePasskey", PASSKEY, {**passkey, "name": "Mine"}))["code"] == "not_found"
    assert (await other.mutate("removePasskey", DONE, passkey))["code"] == "not_found"
    renamed = await holder.person.mutate("renamePasskey", PASSKEY, {**passkey, "name": "Old laptop"})
    assert renamed["name"] == "Old laptop"
    await let_time_pass(market)
    assert (await holder.person.mutate("removePasskey", DONE, passkey))["code"] == "step_up_required"


async def test_making_one_asks_for_a_recent_sign_in(market, holder):
    options = await ask(holder.browser, OWN)
    await let_time_pass(market)
    token = await token_of(holder.browser)
    refused = await holder.browser.post(f"{OWN}/options", data={"_csrf": token}, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    answer = await send(holder.browser, OWN, holder.device.create(options))
    assert answer.headers["location"].startswith("/step-up?next=")
    assert len(await market.fetch("select from passkeys")) == 1


async def test_a_visitor_makes_no_passkey(client):
    answer = await client.post(f"{OWN}/options", data={"_csrf": await token_of(client)}, headers=JSON)
    assert answer.status_code == 401


async def test_people_without_a_factor_may_begin_with_a_passkey_on_the_way_in(market, client):
    person = await market.join("client")
    await set_policy(market, mfa="required")
    await show_password(client, person.email, next="/ctos")
    device = SoftAuthenticator(market.origin)
    page = await client.get("/login/enrol")
    token = page.text.split('name="_csrf" value="')[1].split('"')[0]
    options = (await client.post("/login/enrol/passkey/options", data={"_csrf": token}, headers=JSON)).json()
    assert UUID(bytes=unb64(options["user"]["id"])) == person.id
    done = await client.post("/login/enrol/passkey", data={"_csrf": token, "credential": device.create(options)})
    assert len(shown_codes(done.text)) == 10
    assert 'href="/ctos"' in done.text
    assert await is_signed_in(client)


async def test_guessing_answers_is_limited_for_an_address(market, product):
    place = Place.of(market.origin, "a browser")
    visitor = Ceremonies(product, Actor(market.id, address="203.0.113.99"), place)
    for _ in range(ANSWERS_PER_ADDRESS.attempts):
        with pytest.raises(PasskeyNotAccepted):
            await visitor.sign_in("{}")
    with pytest.raises(TooManyAttempts):
        await visitor.sign_in("{}")
