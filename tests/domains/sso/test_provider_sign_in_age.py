"""Signing on again asks nothing of somebody whose provider still knows them: what counts is when it last asked."""

import time

import pytest
from tests.domains.accounts.test_step_up import BACK, SECURITY, press
from tests.domains.sso.oidc_visit import connect, opens_account, provider


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
