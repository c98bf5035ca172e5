"""Signing on again asks nothing of somebody whose provider still knows them: what counts is when it last asked."""

import time
from pathlib import Path

import pytest
from tests.domains.accounts.test_step_up import BACK, SECURITY, press
from tests.domains.sso.oidc_visit import connect, opens_account, provider
from tests.domains.sso.saml_visit import visiting
from tests.factories import Marketplace, form_token


@pytest.fixture
def op():
    with provider() as op:
        yield op


@pytest.mark.parametrize(("ago", "fresh"), [(0, True), (-86_400, True), (3_600, False), (None, False)])
async def test_a_session_is_as_fresh_as_the_sign_in_at_the_provider(market, op, client, ago: int | None, fresh: bool):
    op.person["auth_time"] = None if ago is None else int(time.time()) - ago
    connected = await connect(market, op)
    await connected.sign_on(client)
    assert await opens_account(client)
    pressed = await press(client, f"{SECURITY}/app")
    assert (pressed.headers.get("location") != BACK) is fresh
    # What the provider says of the future is not believed.
    assert (await market.fetch("select 1 from sessions where authenticated_at > now()")) == []


async def test_confirming_at_the_provider_makes_it_fresh(market, op, client):
    op.person["auth_time"] = int(time.time()) - 3_600
    connected = await connect(market, op)
    await connected.sign_on(client)
    op.person["auth_time"] = int(time.time()) + 5
    assert (await connected.sign_on(client, "?purpose=step_up&next=/account")).headers["location"] == "/account"
    assert (await press(client, f"{SECURITY}/app")).headers.get("location") != BACK


@pytest.mark.parametrize("unasked", [False, True])
async def test_what_nobody_asked_for_proves_nothing_recent(market: Marketplace, tmp_path: Path, unasked: bool):
    """It is bound to no browser: neither dangerous actions nor enforcement may rest on it, whatever moment it names."""
    async with visiting(market, tmp_path, allow_idp_initiated=True) as visit:
        person = await market.join("admin")
        await market.fetch(
            "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'ada')",
            *(market.id, visit.connection_id, person.id),
        )
        if unasked:
            visit.request_id, visit.state = None, ""
        else:
            await visit.leave()
        back = await visit.come_back()
        if unasked:
            ticket = {"ticket": back.url.params["ticket"], "_csrf": form_token(back.text)}
            back = await visit.browser.post(f"{visit.path}/finish", data=ticket)
        assert back.status_code == 303, back.text
        assert await visit.signed_in()
        pressed = await press(visit.browser, f"{SECURITY}/app")
        assert (pressed.headers.get("location") == BACK) is unasked
        (row,) = await market.fetch("select tested_by from sso_connections")
        assert (row["tested_by"] is None) is unasked


async def test_what_nobody_asked_for_confirms_nobody(market: Marketplace, tmp_path: Path):
    """Whoever went to confirm who they are is not confirmed by an answer to no request."""
    async with visiting(market, tmp_path, allow_idp_initiated=True) as visit:
        await visit.sign_on()
        await market.fetch("update sessions set authenticated_at = now() - interval '1 day'")
        await visit.leave(purpose="step_up", next="/account/security")
        visit.request_id, visit.state = None, ""
        assert (await visit.come_back()).status_code == 200
        assert (await press(visit.browser, f"{SECURITY}/app")).headers["location"] == BACK
