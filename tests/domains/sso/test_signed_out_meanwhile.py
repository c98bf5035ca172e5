"""Somebody signs out at their provider while their browser is on its way back from it: nothing is opened any more."""

from pathlib import Path

import pytest
from tests.domains.sso.hostile_idp import logout_request, make, signed_query
from tests.domains.sso.oidc_visit import connect, opens_account, provider
from tests.domains.sso.saml_scene import IDP, visitor
from tests.domains.sso.saml_visit import visiting
from tests.domains.sso.test_saml_sign_out import SAMLP, by_address
from tests.factories import Marketplace


@pytest.mark.parametrize(
    ("subject", "index", "void"),
    [("ada", None, True), ("ada", "session-1", True), ("ada", "session-2", False), ("grace", None, False)],
)
async def test_a_ticket_ends_with_the_session_at_the_saml_provider(
    market: Marketplace, tmp_path: Path, subject: str, index: str | None, void: bool
):
    async with visiting(market, tmp_path) as visit:
        await visit.depart()
        arrived = await visit.send(visit.signed())
        assert arrived.status_code == 303, arrived.text
        request = logout_request(IDP, visit.slo, subject=subject)
        if index is not None:
            request.append(make(SAMLP, "SessionIndex", index))
        assert (await by_address(visit, signed_query(visit.signer, request))).status_code == 303
        finished = await visit.browser.get(arrived.headers["location"])
        assert finished.status_code == (400 if void else 303), finished.text
        assert await visit.signed_in() is not void


async def test_a_ticket_of_another_connection_is_good(market: Marketplace, tmp_path: Path):
    async with visiting(market, tmp_path) as visit, visiting(market, tmp_path) as other:
        await visit.depart()
        arrived = await visit.send(visit.signed())
        assert (await by_address(other, signed_query(other.signer, logout_request(IDP, other.slo)))).status_code == 303
        assert (await visit.browser.get(arrived.headers["location"])).status_code == 303


@pytest.mark.parametrize("named", ["session", "person"])
async def test_a_ticket_ends_with_the_session_at_the_openid_provider(market: Marketplace, named: str):
    with provider() as op:
        connected = await connect(market, op)
        async with visitor(market) as browser:
            called = await connected.call_back(browser)
            assert called.status_code == 303, called.text
            token = op.logout_token(op.newest, **({"sub": None} if named == "session" else {"sid": None}))
            assert (await connected.tell(token)).status_code == 200
            finished = await browser.get(called.headers["location"])
            assert finished.status_code == 400, finished.text
            assert not await opens_account(browser)
            # Nobody is kept out for longer: whoever signs on again is in.
            assert (await connected.sign_on(browser)).status_code == 303
