"""Whoever sends bad messages to where providers sign people out is stopped; a provider is not."""

import pytest
from tests.domains.sso.hostile_idp import logout_request
from tests.domains.sso.oidc_visit import connect, provider
from tests.domains.sso.saml_scene import IDP, visitor
from tests.domains.sso.saml_scene import connect as connect_saml
from tests.domains.sso.saml_visit import Visit
from tests.domains.sso.test_saml_refresh import OLD
from tests.domains.sso.test_saml_sign_out import by_address, signed_query, visit  # noqa: F401 - a fixture

from ctorendang.domains.sso.oidc import logout
from ctorendang.domains.sso.saml import sign_out
from ctorendang.infra.auth.limits import Limit


def few(name: str) -> Limit:
    return Limit(f"test-{name}", attempts=3, seconds=86_400)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bad_messages_of_saml(market, monkeypatch, method):
    monkeypatch.setattr(sign_out, "MESSAGES_REFUSED", few("messages"))
    path = f"/sso/{await connect_saml(market, OLD)}/slo"
    bad = {"SAMLRequest": "bm8="}
    async with visitor(market) as browser:
        sent = {"params": bad} if method == "GET" else {"data": bad, "headers": {"origin": "https://idp.example"}}
        codes = [(await browser.request(method, path, **sent)).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]


async def test_good_messages_of_saml_do_not_count(visit: Visit, monkeypatch):  # noqa: F811
    monkeypatch.setattr(sign_out, "MESSAGES_REFUSED", few("good-messages"))
    for _ in range(5):
        answer = await by_address(visit, signed_query(visit.signer, logout_request(IDP, visit.slo)))
        assert answer.status_code == 303


async def test_bad_logout_tokens(market, monkeypatch, client):
    monkeypatch.setattr(logout, "TOKENS_REFUSED", few("tokens"))
    with provider() as op:
        path = f"/sso/{(await connect(market, op)).id}/backchannel-logout"
        codes = [(await client.post(path, data={"logout_token": "x"})).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]


async def test_good_logout_tokens_do_not_count(market, monkeypatch, client):
    monkeypatch.setattr(logout, "TOKENS_REFUSED", few("good-tokens"))
    with provider() as op:
        connected = await connect(market, op)
        await connected.sign_on(client)
        path = f"/sso/{connected.id}/backchannel-logout"
        for _ in range(5):
            token = op.logout_token(op.newest)
            assert (await client.post(path, data={"logout_token": token})).status_code == 200
