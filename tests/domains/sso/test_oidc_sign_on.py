"""Signing on and out with a real OpenID provider, as a browser does it."""

import asyncio
from datetime import timedelta

import pytest
from tests.domains.sso.oidc_visit import connect, is_signed_in, opens_account, provider, query_of, somebody
from tests.domains.sso.real_op import RealOp

from ctorendang.domains.sso.models import EmailDomain
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc import relying_party as oidc
from ctorendang.domains.sso.oidc.relying_party import Asked
from ctorendang.kit.clock import now


@pytest.fixture
def op():
    with provider() as op:
        yield op


def hours_ago(hours: int) -> str:
    return (now() - timedelta(hours=hours)).isoformat()


async def test_somebody_signs_on_for_the_first_time_and_has_an_account(market, op, client):
    connected = await connect(market, op)
    arrived = await connected.sign_on(client)
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/dashboard")
    assert await opens_account(client)
    (user,) = await market.fetch("select * from users where email = $1", op.person["email"])
    assert (user["name"], user["roles"]) == ("Ada Lovelace", ["client"])
    (session,) = await market.fetch("select method, strong from sessions")
    assert (session["method"], session["strong"]) == ("sso", True)


async def test_the_second_time_it_is_the_same_account_whatever_the_address_is_by_then(market, op):
    connected = await connect(market, op)
    for address in ("before@people.example", "after@people.example"):
        op.person["email"] = address
        async with market.browser() as browser:
            await connected.sign_on(browser)
            assert await opens_account(browser)
    users = await market.fetch("select email from users")
    assert [row["email"] for row in users] == ["before@people.example"]


async def test_what_a_browser_leaves_with(market, op, client):
    connected = await connect(market, op)
    asked = query_of(await connected.leave(client))
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == f"http://{market.host}:8000/sso/{connected.id}/callback"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert "prompt" not in asked
    again = query_of(await connected.leave(client))
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())


async def test_the_callback_needs_no_cookie_and_the_last_step_the_one_of_the_browser_that_left(market, op, client):
    connected = await connect(market, op)
    called = await connected.call_back(client)
    assert "set-cookie" not in called.headers
    async with market.browser() as other:
        refused = await other.get(called.headers["location"])
        assert refused.status_code == 400
        assert not is_signed_in(other)
    assert (await client.get(called.headers["location"])).status_code == 303
    assert await opens_account(client)


async def test_groups_and_attributes_are_read_from_where_the_provider_keeps_them(market, op, client):
    places = {"name": "display_name", "groups": "realm_access.roles"}
    connected = await connect(market, op, attributes=places, roles_by_group={"engineers": "cto"})
    op.person |= {"display_name": "Grace Hopper", "realm_access": {"roles": ["engineers", "others"]}}
    await connected.sign_on(client)
    (user,) = await market.fetch("select name, roles from users")
    assert (user["name"], user["roles"]) == ("Grace Hopper", ["cto"])


async def test_a_provider_may_want_the_secret_in_the_form_and_any_characters_in_it(market, client):
    class Particular(RealOp):
        def token(self, form, authorization):
            assert not authorization
            return super().token(form, authorization)

    secret = "ä:%&= +/secret"
    with provider(Particular()) as op:
        op.methods, op.clients = ["client_secret_post"], {"marketplace": secret}
        connected = await connect(market, op)
        await connected.sign_on(client)
        assert await opens_account(client)


async def test_a_secret_of_any_characters_is_sent_as_the_standard_says(market, op, client):
    op.clients = {"marketplace": "ä:%&= +/secret"}
    connected = await connect(market, op)
    await connected.sign_on(client)
    assert await opens_account(client)


async def test_a_rotated_key_is_fetched_when_a_token_names_it(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    assert op.calls["/jwks"] == 1
    await connected.change(jwks_tried_at=None)
    op.rotate("second")
    await connected.sign_on(client)
    assert op.calls["/jwks"] == 2
    settings = await connected.settings()
    assert [key["kid"] for key in settings["jwks"]["keys"]] == ["second"]
    op.person = somebody()
    await connected.sign_on(client)
    assert op.calls["/jwks"] == 2


async def test_people_who_come_together_after_a_rotation_wait_for_one_fetch(market, op):
    connected = await connect(market, op)
    async with market.browser() as first, market.browser() as second, market.browser() as third:
        await connected.sign_on(first)
        await connected.change(jwks_tried_at=None)
        op.rotate("second")
        arrived = await asyncio.gather(*(connected.sign_on(browser) for browser in (first, second, third)))
        assert [each.status_code for each in arrived] == [303, 303, 303]
    assert op.calls["/jwks"] == 2


async def test_a_key_that_changes_under_its_old_name_is_fetched_too(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    await connected.change(jwks_tried_at=None)
    op.rotate(str(op.keys[0].kid))
    await connected.sign_on(client)
    assert await opens_account(client)


async def test_keys_are_fetched_again_after_an_hour_and_kept_for_a_day_while_the_provider_has_none(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    await connected.change(jwks_fetched_at=hours_ago(2), jwks_tried_at=None)
    await connected.sign_on(client)
    assert op.calls["/jwks"] == 2
    op.jwks = lambda: b"<html>out of order"
    await connected.change(jwks_fetched_at=hours_ago(2), jwks_tried_at=None)
    await connected.sign_on(client)
    assert op.calls["/jwks"] == 3
    await connected.change(jwks_fetched_at=hours_ago(25), jwks_tried_at=None)
    called = await connected.call_back(client)
    assert called.status_code == 400
    assert (await connected.trace(called)).checks[-1].name == "Signing key"


async def test_a_withdrawn_key_is_forgotten(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    withdrawn, op.keys = op.keys[0], []
    op.rotate("second")
    published = op.jwks()
    op.jwks = lambda: published
    op.keys = [withdrawn]
    await connected.change(jwks_fetched_at=hours_ago(2), jwks_tried_at=None)
    called = await connected.call_back(client)
    assert called.status_code == 400
    assert (await connected.trace(called)).checks[-1].name == "Signing key"


async def test_a_provider_that_is_away_is_told_of_in_the_trace(market, client):
    with provider() as op:
        connected = await connect(market, op)
        address = await connected.come_back(client)
    called = await connected.answer(address)
    assert called.status_code == 400
    assert "Single sign-on did not work" in called.text
    (*_, failed) = (await connected.trace(called)).checks
    assert (failed.name, failed.passed) == ("Token endpoint answers", False)
    assert "cannot be reached" in failed.got


async def test_a_refusal_names_a_reference_and_its_trace_holds_no_secret(market, op, client):
    connected = await connect(market, op, secret="another secret")
    address = await connected.come_back(client)
    called = await connected.answer(address)
    assert called.status_code == 400
    trace = await connected.trace(called)
    assert (
        trace.checks[-1].hint
        == "The client ID or secret is not right, or has expired. Make a new secret at the provider."
    )
    assert "another secret" not in str(trace)
    assert query_of(address)["code"] not in str(trace)


async def test_an_address_that_entra_says_nothing_about_opens_an_account_in_a_proven_domain_alone(market, op):
    connected = await connect(market, op)
    await connected.change(require_verified_email=False)
    op.person = somebody(email_verified=None)
    async with market.browser() as browser:
        called = await connected.call_back(browser)
        refused = await browser.get(called.headers["location"])
        assert (await connected.trace(refused)).checks[-1].name == "Address is proven"
        async with connected.work() as work:
            domain = {"domain": "people.example", "token": "t", "verified_at": now()}
            work.session.add(EmailDomain(tenant_id=market.id, connection_id=connected.id, **domain))
        await connected.sign_on(browser)
        assert await opens_account(browser)


@pytest.mark.parametrize(("word", "status"), [(True, 303), ("1", 303), (False, 400), (None, 400)])
async def test_entra_can_be_asked_for_a_word_on_the_addresss_domain(word, status, market, op, client):
    connected = await connect(market, op)
    op.person = somebody(xms_edov=word)
    del op.person["email_verified"]
    assert (await connected.call_back(client)).status_code == status


# Stepping up


async def test_stepping_up_asks_the_provider_for_a_new_sign_in(market, op, client):
    connected = await connect(market, op)
    await connected.sign_on(client)
    before = await market.fetch("select authenticated_at from sessions where ended_at is null")
    asked = query_of(await connected.leave(client, "?purpose=step_up&next=/account"))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    arrived = await connected.sign_on(client, "?purpose=step_up&next=/account")
    assert arrived.headers["location"] == "/account"
    after = await market.fetch("select authenticated_at from sessions where ended_at is null")
    assert max(row["authenticated_at"] for row in after) > before[0]["authenticated_at"]


async def test_a_provider_that_cannot_ask_again_is_not_pretended_to(market, op, client):
    connected = await connect(market, op)
    await connected.change(reauthenticates=False)
    await connected.sign_on(client)
    refused = await client.get(f"/sso/{connected.id}/login?purpose=step_up")
    assert refused.status_code == 409
    assert "Sign out, sign in again" in refused.text


# Google is a preset


def test_google_is_an_openid_provider_like_others():
    settings = oauth.google("id.apps.googleusercontent.com", hosted_domain="acme.example")
    url = oidc.authorization_url(settings, Asked.new("https://acme.example/sso/1/callback", force=False), "state")
    asked = query_of(url)
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert (asked["hd"], asked["scope"], asked["code_challenge_method"]) == (
        "acme.example",
        "openid email profile",
        "S256",
    )
    assert settings.issuer == "https://accounts.google.com"
    assert settings.require_verified_email
    assert not settings.reauthenticates


async def test_people_of_another_google_organisation_are_refused(market, op, client):
    connected = await connect(market, op)
    await connected.change(hosted_domain="acme.example")
    op.person["hd"] = "acme.example"
    await connected.sign_on(client)
    op.person = somebody(hd="other.example")
    called = await connected.call_back(client)
    assert called.status_code == 400
    assert (await connected.trace(called)).checks[-1].name == "Organisation"
